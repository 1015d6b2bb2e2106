"""Statements about one person that cannot both hold now, and which of them gives way."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from recenter.records import Attribute
from recenter.stages.denials import Certainty, is_retraction, takes_back
from recenter.text.by_hash import by_hash
from recenter.text.forgetting import until_forgotten
from recenter.text.verbs import without_ending

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
# One of which a text has that fills the slot: told before the pattern is tried, which takes longer.
_HINTS: dict[str, tuple[str, ...]] = {
    "home": ("live", "reside", "based"),
    "age": tuple("0123456789"),
    "name": ("name", "called"),
    "job": ("work",),
    "status": ("single", "married", "divorced", "widowed", "engaged", "separated"),
    "diet": ("vegetarian", "vegan", "pescatarian", "omnivore", "carnivore"),
}
# Before a slot: then it is that of a sister, or of somebody who was met.
_OF_OTHERS = re.compile(r"(?:'s|’s) (?!name\b)\w|\b(?:who|whose|whom|their|his|her|my) ", _I)
_NEGATION = re.compile(
    r"\b(?:no longer|not|cannot|never|stopped|quit|gave up|given up|used to|former(?:ly)?"
    r"|[a-z]+n['’]t|doesnt|isnt|avoids?|dislikes?|hates?|distrusts?|unable to|refuses to)\b",
    _I,
)
_FILLER_WORDS = (
    "the user person a an i ar wa be been do doe did ha hav had of to in for and or their hi her "
    "any mor anymor now currently still also likely lik enjoy lov eat"
)
_FILLER = frozenset(_FILLER_WORDS.split())
_OPPOSITES = (
    "short brief concise terse|long detailed lengthy thorough verbose in-depth",
    "formal|informal casual",
    "simple plain basic beginner|complex technical advanced expert",
    "early mornings morning|late nights night evenings evening",
    "right right-handed|left left-handed|ambidextrous",
    "employed|unemployed|retired",
    "introvert introverted|extrovert extroverted",
    "indoor indoors|outdoor outdoors",
    "hot spicy|cold mild",
    "mother mom mum|father dad",
    "sister sisters|brother brothers",
    "son sons|daughter daughters",
    "wife|husband",
    "girlfriend|boyfriend",
    "grandmother|grandfather",
    "aunt|uncle",
    "dog dogs|cat cats",
    "metric|imperial",
    "renter renting rents|homeowner owns",
    "optimist optimistic|pessimist pessimistic",
    "always|rarely seldom",
    "single|married|divorced|widowed",
    "vegan|vegetarian|pescatarian",
    "tea|coffee",
    "summer|winter",
    "buy buying|sell selling",
    "more|less fewer",
    "with|without",
)
_SIDES: dict[str, tuple[int, int]] = {
    word: (number, side)
    for number, row in enumerate(_OPPOSITES)
    for side, words in enumerate(row.split("|"))
    for word in words.split()
}
# Since when something holds is no part of what holds.
_SINCE = re.compile(r"\bsince\b.*", _I | re.DOTALL)
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
    sides: frozenset[tuple[int, int]]


def compatible(one: str, other: str) -> bool:
    """Whether two statements that mean nearly the same may be taken for one.

    Not where one denies what the other says, or where both give a number, a name (a capital
    inside a sentence), a value of a slot or a side of a pair of opposites ("short" and "long"),
    and they differ.
    """
    first, second = _details(one), _details(other)
    if first.negated != second.negated or _contradict(one, other):
        return False
    return (
        _agree(first.numbers, second.numbers)
        and _agree(first.names, second.names)
        and not _opposed(first.sides, second.sides)
    )


def _opposed(one: frozenset[tuple[int, int]], other: frozenset[tuple[int, int]]) -> bool:
    """Whether they stand on different sides; who stands on both is opposed to nobody."""
    for pair in {pair for pair, _ in one} & {pair for pair, _ in other}:
        first, second = ({s for p, s in sides if p == pair} for sides in (one, other))
        if not (first & second):
            return True
    return False


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    return not one or not other or one <= other or other <= one


@until_forgotten
@functools.lru_cache(maxsize=65_536)
def _details(text: str) -> _Details:
    words = text.casefold().split()
    numbers = {_NUMBER_WORDS.get(word.strip(_MARKS), word.strip(_MARKS)) for word in words}
    names = {word.casefold().removesuffix("'s") for word in _NAME.findall(text)}
    return _Details(
        negated=_denies(text),
        numbers=frozenset(number for number in numbers if number[:1].isdigit()),
        names=frozenset(names - _NO_NAMES),
        sides=frozenset(
            _SIDES[word]
            for word in (w.strip(_MARKS).removesuffix("'s") for w in words)
            if word in _SIDES
        ),
    )


def conflicts(
    attributes: Sequence[Attribute], *, of: Collection[str] | None = None
) -> tuple[Conflict, ...]:
    """Return the pairs that contradict each other, as far as their wording shows it; with the ids
    `of` some, the pairs that one of these is in.

    Found: two values of what a person has one of (home, age, name, job, marital status, diet), a
    statement beside its negation, and one beside what takes it back ("no longer"). The later
    evidence stands; without times, or at the same time, the stated one before the inferred one;
    otherwise neither gives way.
    """
    ordered = sorted(attributes, key=lambda attribute: attribute.id)
    denying: list[Attribute] = []
    plain: list[tuple[Attribute, str]] = []
    for attribute in ordered:
        if _denies(attribute.text):
            denying.append(attribute)
        else:
            plain.append((attribute, attribute.text.casefold()))
    of = {attribute.id for attribute in ordered} if of is None else of
    wanted = [(a, folded) for a, folded in plain if a.id in of]
    found = [
        _settle(one, other)
        for slot in _SLOTS
        if any(_may_fill(slot, folded) for _, folded in wanted)
        for one, other in _differing(
            [(a, _value(slot, a.text)) for a, folded in plain if _may_fill(slot, folded)]
        )
        if one.id in of or other.id in of
    ]
    for attribute in denying:
        # Denied twice, it is no denial: "no longer hates olives" beside "likes olives".
        once = len(_NEGATION.findall(attribute.text)) == 1
        every = attribute.id in of
        met = [
            *(_opposites(attribute, plain if every else wanted) if once else ()),
            *_taken_back(
                attribute, [a for a in ordered if every or a.id in of], certainty="surely"
            ),
        ]
        found += [_settle(attribute, one) for one in {one.id: one for one in met}.values()]
    return tuple(found)


def _opposites(denial: Attribute, plain: Sequence[tuple[Attribute, str]]) -> Iterator[Attribute]:
    """Yield the statements, each with its folded text, that a denial denies word by word."""
    denied = _content(_NEGATION.sub(" ", denial.text))
    for one, folded in plain:
        # Most texts lack one of the words, and need not be taken apart.
        if all(stem in folded for stem in denied) and _content(one.text) == denied:
            yield one


def _may_fill(slot: str, folded: str) -> bool:
    # Letters beyond ASCII may count as others where a pattern does not heed case.
    return not folded.isascii() or any(hint in folded for hint in _HINTS[slot])


def in_doubt(denial: Attribute, others: Iterable[Attribute]) -> tuple[Attribute, ...]:
    """Return what a statement may take back and its wording does not settle, but for what was
    said after it: "gave up the cello" beside "teaches the cello".
    """
    return tuple(
        other
        for other in _taken_back(denial, others, certainty="perhaps")
        if _settle(denial, other).loser != denial.id
    )


def against(attribute: Attribute, others: Sequence[Attribute]) -> dict[str, str]:
    """Return the ids of what a statement contradicts, also in doubt, each with the reason."""
    pairs = conflicts([attribute, *others], of={attribute.id})
    found = {one.id: "What is known contradicts itself" for one in in_doubt(attribute, others)}
    for pair in pairs:
        found[pair.second if pair.first == attribute.id else pair.first] = pair.reason
    return found


@by_hash(65_536)
def _denies(text: str) -> bool:
    return _NEGATION.search(text) is not None or is_retraction(text)


def _taken_back(
    denial: Attribute, others: Iterable[Attribute], *, certainty: Certainty
) -> list[Attribute]:
    if not is_retraction(denial.text):
        return []
    held = [other for other in others if not is_retraction(other.text)]
    return [one for one in held if takes_back(denial.text, one.text) == certainty]


def _differing(
    valued: Sequence[tuple[Attribute, frozenset[str] | None]],
) -> Iterator[tuple[Attribute, Attribute]]:
    """Yield the pairs with different values; "Berlin" and "Berlin, Germany" are not."""
    given = [(attribute, value) for attribute, value in valued if value is not None]
    for (one, a), (other, b) in combinations(given, 2):
        if not (a <= b or b <= a):
            yield one, other


def _value(slot: str, text: str) -> frozenset[str] | None:
    match = _SLOTS[slot].search(text)
    if match is None or _OF_OTHERS.search(text[: match.start()]):
        return None
    return _content(match["value"])


def _contradict(one: str, other: str) -> bool:
    values = ((_value(slot, one), _value(slot, other)) for slot in _SLOTS)
    return any(not (a <= b or b <= a) for a, b in values if a is not None and b is not None)


def _content(text: str) -> frozenset[str]:
    stems = (without_ending(word.casefold()) for word in _WORD.findall(_SINCE.sub("", text)))
    return frozenset(stem for stem in stems if stem not in _FILLER)


def _settle(one: Attribute, other: Attribute) -> Conflict:
    if one.at is not None and other.at is not None and one.at != other.at:
        loser = one if one.at < other.at else other
        return Conflict(one.id, other.id, loser.id, "The person said otherwise later")
    if one.source != other.source:
        loser = one if one.source == "inferred" else other
        return Conflict(one.id, other.id, loser.id, "The person stated otherwise")
    return Conflict(one.id, other.id, None, "What is known contradicts itself")
