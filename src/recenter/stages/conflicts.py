"""Statements about one person that cannot both hold now, and which of them gives way."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from recenter.records import Attribute

_I = re.IGNORECASE
_ADVERBS = r"(?:(?:now|currently|presently|still|also|likely|probably|permanently) )*"
# What a person has one of at a time: a second value replaces the first.
_SLOTS: dict[str, re.Pattern[str]] = {
    "home": re.compile(rf"\b(?:lives?|resides?|is based) {_ADVERBS}in (?P<value>.+)", _I),
    "age": re.compile(r"\bis (?P<value>\d{1,3})(?: years? old)?\W*$", _I),
    "name": re.compile(r"\b(?:is (?:named|called)|name is) (?P<value>.+)", _I),
    "job": re.compile(rf"\bworks? {_ADVERBS}as (?:an? |the )?(?P<value>.+)", _I),
    "status": re.compile(
        rf"\bis {_ADVERBS}(?P<value>single|married|divorced|widowed|engaged|separated)\b", _I
    ),
    "diet": re.compile(
        rf"\bis {_ADVERBS}(?:an? )?(?P<value>vegetarian|vegan|pescatarian|omnivore|carnivore)\b", _I
    ),
}
_NEGATION = re.compile(
    r"\b(?:no longer|not|n't|never|stopped|quit|gave up|given up|used to|former(?:ly)?|doesn'?t"
    r"|doesn’t|isn'?t|isn’t|avoids?|dislikes?|hates?)\b",
    _I,
)
_FILLER_WORDS = (
    "the user person a an i ar wa be been do doe did ha hav had of to in for and or their hi her "
    "any mor anymor now currently still also likely lik enjoy lov eat"
)
_FILLER = frozenset(_FILLER_WORDS.split())
# Since when something holds is no part of what holds.
_SINCE = re.compile(r"\bsince\b.*", _I | re.DOTALL)
_ENDING = re.compile(r"(?:ing|ed|es|s|e)$")
_WORD = re.compile(r"[^\W_]+")


_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][\w'-]+")
_NO_NAMES = frozenset(("user", "person", "i'm", "i've", "i'd", "i'll"))
_MARKS = ".,;:!?()\"'"
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_NUMBERS.split())}


class Conflict(NamedTuple):
    """Two statements that cannot both hold; `loser` is None where neither gives way."""

    first: str
    second: str
    loser: str | None
    reason: str


class _Details(NamedTuple):
    negated: bool
    numbers: frozenset[str]
    names: frozenset[str]


def compatible(one: str, other: str) -> bool:
    """Whether two statements that mean nearly the same may be taken for one.

    Not where one denies what the other says, or where both give a number, a name (a capital
    inside a sentence) or a value of a slot, and the values differ.
    """
    first, second = _details(one), _details(other)
    if first.negated != second.negated or _contradict(one, other):
        return False
    return _agree(first.numbers, second.numbers) and _agree(first.names, second.names)


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    return not one or not other or one <= other or other <= one


@functools.lru_cache(maxsize=65_536)
def _details(text: str) -> _Details:
    words = text.casefold().split()
    numbers = {_NUMBER_WORDS.get(word.strip(_MARKS), word.strip(_MARKS)) for word in words}
    names = {word.casefold().removesuffix("'s") for word in _NAME.findall(text)}
    return _Details(
        negated=_NEGATION.search(text) is not None,
        numbers=frozenset(number for number in numbers if number[:1].isdigit()),
        names=frozenset(names - _NO_NAMES),
    )


def conflicts(attributes: Sequence[Attribute]) -> tuple[Conflict, ...]:
    """Return the pairs that contradict each other, as far as their wording shows it.

    Found: two values of what a person has one of (home, age, name, job, marital status, diet), and
    a statement beside its negation. The later evidence stands; without times, or at the same time,
    the stated one before the inferred one; otherwise neither gives way.
    """
    found = []
    ordered = sorted(attributes, key=lambda attribute: attribute.id)
    for one, other in combinations([a for a in ordered if _may_conflict(a.text)], 2):
        if _contradict(one.text, other.text):
            found.append(_settle(one, other))
    negated = [a for a in ordered if _NEGATION.search(a.text)]
    plain = {_content(a.text): a for a in ordered if not _NEGATION.search(a.text)}
    for attribute in negated:
        opposite = plain.get(_content(_NEGATION.sub(" ", attribute.text)))
        if opposite is not None:
            found.append(_settle(attribute, opposite))
    return tuple(found)


def _may_conflict(text: str) -> bool:
    return not _NEGATION.search(text) and any(slot.search(text) for slot in _SLOTS.values())


def _contradict(one: str, other: str) -> bool:
    for slot in _SLOTS.values():
        first, second = slot.search(one), slot.search(other)
        if first and second:
            a, b = _content(first["value"]), _content(second["value"])
            # "Berlin" and "Berlin, Germany" agree.
            return not (a <= b or b <= a)
    return False


def _content(text: str) -> frozenset[str]:
    stems = (_ENDING.sub("", word.casefold()) for word in _WORD.findall(_SINCE.sub("", text)))
    return frozenset(stem for stem in stems if stem not in _FILLER)


def _settle(one: Attribute, other: Attribute) -> Conflict:
    if one.at is not None and other.at is not None and one.at != other.at:
        loser = one if one.at < other.at else other
        return Conflict(one.id, other.id, loser.id, "The person said otherwise later")
    if one.source != other.source:
        loser = one if one.source == "inferred" else other
        return Conflict(one.id, other.id, loser.id, "The person stated otherwise")
    return Conflict(one.id, other.id, None, "What is known contradicts itself")
