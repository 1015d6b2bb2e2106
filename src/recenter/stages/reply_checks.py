"""What is wrong with a personalised reply beside the generic one, told from the words alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec
from bm25s.stopwords import STOPWORDS_EN

from recenter.records import Attribute
from recenter.stages.conflicts import conflicts
from recenter.text.person_shift import shift_person
from recenter.text.verbs import words

Fault = Literal["irrelevant", "violated", "invented", "fact lost", "not preferred"]

_I = re.IGNORECASE

_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_NAME = re.compile(r"(?<=[^.!?:\n] )(?:[A-Z][^\W\d_]+|[A-Z]{2,})(?:['’]s)?\b")
_MARKER = re.compile(r"^\s{0,8}(?:\d{1,3}[.)]|[-*•#]+)\s+", re.MULTILINE)
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CLAIM = re.compile(
    r"\b(?:since|as|because|given that|knowing that|knowing|considering)\s+you\b|\byour\b"
    r"|\byou(?:['’]re| are| live| work| have| like| love| enjoy| prefer| play| study| own| were"
    r"| moved| mentioned| said| told)\b",
    _I,
)
_TOLD = re.compile(
    r"\byou(?:['’]re| are| live| work| have| like| love| enjoy| prefer| play| own)\b"
    r"[^,;:.!?\n]{3,120}",
    _I,
)
_MINE = (
    (re.compile(r"^you(?:['’]re| are)\b", _I), "I am"),
    (re.compile(r"^you\b", _I), "I"),
    (re.compile(r"\byour\b", _I), "my"),
)
_PLAIN = frozenset(STOPWORDS_EN) | words(
    "user person users like likes love loves enjoy enjoys prefer prefers want wants have has lives "
    "live works work often usually very much also use uses may might likely seems values value"
)

_SHOWN = 2 / 3
"""Share of an attribute's own words that shows it."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One reason not to send a personalised reply."""

    fault: Fault
    text: str
    """The attribute, claim or fact concerned, or why it may not be preferred."""

    def __str__(self) -> str:
        return f"{self.fault}: {self.text}"


def findings(
    prompt: str,
    generic: str,
    personal: str,
    *,
    used: Sequence[Attribute],
    others: Sequence[Attribute],
) -> tuple[Finding, ...]:
    """Return what is wrong with `personal`, in the order of `Fault`.

    `used` may bear on the reply, `others` may not. Irrelevant: at least two thirds of the words
    that only one of `others` brings stand in it. Violated: it says of its reader what contradicts
    an attribute. Invented: it says of its reader a name or number that nothing given holds. Lost: a
    number, name or piece of code of the generic reply. These are rules on English words; they
    miss paraphrase, and err towards the generic reply.
    """
    given = "\n".join([prompt, generic, *(attribute.text for attribute in used)])
    new = [part for part in _parts(personal) if part not in set(_parts(generic))]
    made = [
        *(("irrelevant", text) for text in _irrelevant(personal, given, others)),
        *(("violated", text) for text in _violated(new, [*used, *others])),
        *(("invented", text) for text in _invented(new, given)),
        *(("fact lost", text) for text in _lost(generic, personal)),
    ]
    return tuple(Finding(fault=fault, text=text) for fault, text in made)  # type: ignore[arg-type]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def _stems(text: str) -> set[str]:
    found = (word.casefold() for word in _WORD.findall(text))
    return {word.removesuffix("s") for word in found if word not in _PLAIN}


def shows(text: str, attribute: str, *, given: str) -> bool | None:
    """Return whether a text names an attribute outright: two thirds of the words that it alone
    brings stand in the text. None where it brings none that are not in what was given.

    English words without their plural; a paraphrase is not seen.
    """
    own = _stems(attribute) - _stems(given)
    return len(own & _stems(text)) >= _SHOWN * len(own) if own else None


def _irrelevant(personal: str, given: str, others: Sequence[Attribute]) -> Iterator[str]:
    for attribute in others:
        if shows(personal, attribute.text, given=given):
            yield attribute.text


def _violated(new: Iterable[str], known: Sequence[Attribute]) -> Iterator[str]:
    for part in new:
        for match in _TOLD.finditer(part):
            claim = match[0]
            for pattern, own in _MINE:
                claim = pattern.sub(own, claim)
            told = shift_person(claim).text
            if told is not None and _contradicts(told, known):
                yield told


def _contradicts(told: str, known: Sequence[Attribute]) -> bool:
    claim = Attribute(id="", person="", text=told, source="inferred", confidence=0.0, evidence=())
    return bool(conflicts([claim, *known], of={claim.id}))


def _invented(new: Iterable[str], given: str) -> Iterator[str]:
    known = {*_NUMBER.findall(given), *(word.casefold() for word in _WORD.findall(given))}
    for part in new:
        if _CLAIM.search(part):
            text = _MARKER.sub("", part)
            for found in [*_NUMBER.findall(text), *_names(text)]:
                if found not in known and found.casefold() not in known:
                    yield found


def _lost(generic: str, personal: str) -> Iterator[str]:
    for code in dict.fromkeys(_CODE.findall(generic)):
        if code not in personal:
            yield code
    text, kept = (_MARKER.sub("", _CODE.sub(" ", one)) for one in (generic, personal))
    held = {*_NUMBER.findall(kept), *(word.casefold() for word in _WORD.findall(kept))}
    for fact in dict.fromkeys([*_NUMBER.findall(text), *_names(text)]):
        if fact not in held and fact.casefold() not in held:
            yield fact


def _names(text: str) -> list[str]:
    found = (re.sub(r"['’]s$", "", name) for name in _NAME.findall(text))
    return [name for name in found if name.casefold() not in _PLAIN]
