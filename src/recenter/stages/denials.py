"""What a statement takes back: that something of the person is so no longer.

Read from the wording of two third-person statements. Where the words leave it open, that is said,
so that the person can be asked.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from recenter.text.forgetting import until_forgotten
from recenter.text.verbs import without_ending, words

Certainty = Literal["surely", "perhaps"]

_I = re.IGNORECASE
_WHEN = r"(?:since|as of|these days|nowadays|currently|recently|lately|at the moment|right now)"
_SUBJECT = re.compile(rf"(?:{_WHEN}\b[^,.]{{0,40}},?\s+)?(?:the )?(?:user|person)\s+", _I)
# A verb of the present ends so; "is working" counts as "works".
_SAID_NOW = re.compile(
    r"(?:the )?(?:user|person) (?:(?:\w+ly|always|often|now|still|also) )*"
    r"(?=(?!was\b)\w*s\b)(?:is (?=\w+ing\b))?",
    _I,
)
_ADVERBS = r"(?:(?:now|currently|recently|just|finally|also|actually|sadly|has|already) )*"
_AGAIN = r"any(?: ?more| longer)(?! than\b)"
# In this order: the first that fits says which verb is taken back, and of what.
_FORMS = tuple(
    re.compile(_ADVERBS + form, _I)
    for form in (
        r"(?P<verb>is) no longer (?P<rest>.+)",
        r"no longer (?P<verb>\w+)(?P<rest>.*)",
        rf"(?P<verb>is)(?: not|n['’]?t) (?P<rest>.+?) {_AGAIN}",
        rf"(?:does not|doesn['’]?t) (?P<verb>\w+)(?P<rest>.*?) {_AGAIN}",
        r"(?:stopped|quit|gave up|given up) (?P<verb>\w+ing)\b(?P<rest>.*)",
        r"(?:quit|left|lost|gave up) (?:their|the|a) (?:job|work|post|position) (?P<rest>as .+)",
        r"(?:quit|gave up|given up) (?!on\b)(?P<rest>.+)",
        r"used to (?P<verb>\w+)(?P<rest>.*)",
    )
)
_WORKING_AS = 5
"""Place of the form that names no verb and means "works"."""
# What follows says when or why, not what.
_TAIL = re.compile(
    r"[,;.(!].*|\b(?:since|as of|after|because|due to|last|this|these|in \d{4}|now|recently|"
    r"for (?:health|medical|good)|so|but)\b.*",
    _I | re.DOTALL,
)
# Of such a tail the thing itself is so no longer. Any other, such as "so late", "after lunch" or
# "except on Sundays", may take back a part of it alone.
_WHOLLY = re.compile(
    r"\s*(?:[.!]?\s*\Z|,?\s*(?:since|as of|because|due to|in \d{4}|now|recently|"
    r"last \w+|for (?:health|medical|good))\b)",
    _I,
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|,")
_LEFT_OUT = words("a an the their his her my now again currently still also really")
_IRREGULAR = (
    dict.fromkeys(words("is am are be being been was were"), "be")
    | dict.fromkeys(words("has have had having"), "have")
    | dict.fromkeys(words("love loves loving loved like likes liked enjoy enjoys"), "like")
    | dict.fromkeys(words("enjoying enjoyed"), "like")
    | dict.fromkeys(words("reside resides residing lives live living lived"), "live")
)
_SHORTEST = 3
_PREPOSITIONS = words("in at as with for on from near by to outside")
_ENDS = _PREPOSITIONS | words(
    "since called named every each during after before together because who that which "
    "once twice daily weekly often sometimes regularly part full"
)
_JOINS = words("and or but")
_DENIED = words("no not never")
# As stems: to give a thing up is no contradiction of avoiding it.
_AVOIDED = frozenset((stem,) for stem in words("avoid hat dislik lack refus"))
_RELATIVE = words("who whose whom that which")
_BEFORE_VERB = frozenset(("like", "and", "be", "have"))
_GAP = 3
_NO_STATE = frozenset(("be", "have", "do", "like"))


class _Denied(NamedTuple):
    """What is taken back, as stems; without a verb where only a thing is named."""

    verb: str | None
    rest: tuple[str, ...]
    wholly: bool
    """Whether nothing that was said restricts it."""


def takes_back(denial: str, statement: str) -> Certainty | None:
    """Return how certain it is that a statement does not hold after a denial; None where it may.

    "No longer works as a nurse" takes back "works as a nurse in Oslo", perhaps "is a nurse and a
    painter", and not "works as a nurse practitioner": more in the statement falls with it, another
    noun does not.
    """
    said = _words_of(statement)
    if said is None:
        return None
    found = {
        "perhaps" if against == "surely" and not denied.wholly else against
        for denied in _denied(denial)
        for against in (_against(denied, said),)
    }
    return "surely" if "surely" in found else "perhaps" if "perhaps" in found else None


def is_retraction(text: str) -> bool:
    """Tell whether a statement says that something of the person is so no longer."""
    return bool(_denied(text))


@until_forgotten
@functools.lru_cache(maxsize=65_536)
def _denied(text: str) -> tuple[_Denied, ...]:
    """Return what a statement takes back, in each of the ways that say the same."""
    subject = _SUBJECT.match(text)
    if subject is None:
        return ()
    for number, form in enumerate(_FORMS):
        match = form.match(text, subject.end())
        if match is None:
            continue
        named = match.groupdict().get("verb")
        verb = "work" if number == _WORKING_AS else None if named is None else _stem(named)
        tail = _TAIL.search(match["rest"])
        rest = match["rest"] if tail is None else match["rest"][: tail.start()]
        wholly = tail is None or _WHOLLY.match(tail[0]) is not None
        return tuple(_ways(verb, tuple(_stems(rest)), wholly=wholly))
    return ()


def _ways(verb: str | None, rest: tuple[str, ...], *, wholly: bool) -> Iterator[_Denied]:
    if not rest and (verb is None or verb in _NO_STATE):
        return
    yield _Denied(verb, rest, wholly)
    if verb == "work" and rest[:1] == ("as",) and rest[1:]:
        yield _Denied("be", rest[1:], wholly)
    elif verb == "be":
        yield _Denied("work", ("as", *rest), wholly)


@until_forgotten
@functools.lru_cache(maxsize=65_536)
def _words_of(text: str) -> tuple[str, ...] | None:
    """Return the stems of what is said of the person now; None of another, or of the past."""
    subject = _SAID_NOW.match(text)
    return None if subject is None else tuple(_stems(text[subject.end() :]))


def _against(denied: _Denied, said: tuple[str, ...]) -> Certainty | None:
    verb, rest = denied.verb, denied.rest
    if verb is None:
        if not _DENIED.isdisjoint(said) or said[:1] in _AVOIDED:
            return None
        return "perhaps" if any(_ended(said, end) for end in _ends_of(rest, said, 0)) else None
    if not rest:
        return _without_object(verb, said)
    if said[:1] == (verb,):
        for end in _ends_of(rest, said, 1):
            near = end == 1 + len(rest) or _adjunct(rest, said[1 : end - len(rest)])
            if near and (ended := _ended(said, end)):
                return ended
    places = [i for i in range(1, len(said)) if said[i] == verb and said[i - 1] in _BEFORE_VERB]
    for place in places:
        end = place + 1 + len(rest)
        if said[place + 1 : end] == rest and _ended(said, end) and _own(said[:place]):
            return "perhaps"
    return None


def _without_object(verb: str, said: tuple[str, ...]) -> Certainty | None:
    if said[:1] != (verb,):
        liked = said[:2] == ("like", verb)
        return "perhaps" if liked and _ended(said, 2) else None
    return _ended(said, 1) or "perhaps"


def _ends_of(rest: tuple[str, ...], said: tuple[str, ...], first: int) -> Iterator[int]:
    for start in range(first, len(said) - len(rest) + 1):
        if said[start : start + len(rest)] == rest and _own(said[:start]):
            yield start + len(rest)


def _own(before: tuple[str, ...]) -> bool:
    """Whether what follows is still said of the person."""
    return _RELATIVE.isdisjoint(before)


def _adjunct(rest: tuple[str, ...], between: tuple[str, ...]) -> bool:
    """Whether what stands between can be left out: works (nights) as a nurse."""
    plain = (_JOINS | _DENIED).isdisjoint(between)
    return plain and rest[0] in _PREPOSITIONS and len(between) <= _GAP


def _ended(said: tuple[str, ...], end: int) -> Certainty | None:
    """Return whether the words end there and not in the middle of a noun, nor of a list."""
    following = said[end:]
    if _JOINS & set(following[:1]):
        return "perhaps"
    if following[:1] == (",",):
        return "surely" if len(following) <= _GAP and _JOINS.isdisjoint(following) else "perhaps"
    return "surely" if not following or following[0] in _ENDS else None


def _stems(text: str) -> Iterator[str]:
    said = (word.casefold() for word in _WORD.findall(text))
    return (_stem(word) for word in said if word not in _LEFT_OUT)


def _stem(word: str) -> str:
    """Return a word without its ending: runs and running are one."""
    word = word.casefold()
    if word in _IRREGULAR or word in _ENDS:
        return _IRREGULAR.get(word, word)
    plain = re.sub(r"ies$", "y", word)
    stem = without_ending(plain)
    stem = stem if len(stem) >= _SHORTEST else plain
    doubled = len(stem) > _SHORTEST and stem[-1] == stem[-2] and stem[-1] not in "aeiou"
    return stem[:-1] if doubled else stem
