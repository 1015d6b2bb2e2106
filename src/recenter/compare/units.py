"""What counts as one: everybody who shares a conversation, a persona or what was planted.

Benchmarks put one session into the histories of several people, and write many dialogues for one
persona. What is found of such people is found of the same words, so that they are no independent
units, and an interval that takes them for such is too narrow.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Protocol

from recenter.provenance import digest
from recenter.records import Conversation, Reference, ReferenceKind
from recenter.text.locate import fold_words

LEAST_WORDS = 8
"""Of a person in a conversation: two strangers may both write "hello", and share nothing."""
PLANTED: tuple[ReferenceKind, ...] = ("persona", "preference", "fact")
"""Kinds that describe whom a benchmark wrote; two people may well answer a question alike."""


class Sized(Protocol):
    """A conversation of somebody, known by what it holds."""

    @property
    def person(self) -> str:
        """Whose it is."""
        ...

    @property
    def holds(self) -> tuple[str, ...]:
        """What `marks` gives."""
        ...


def marks(conversation: Conversation) -> tuple[str, ...]:
    """Return digests that another conversation has if it holds the same.

    One of the person's turns, whatever was answered; one of all turns, whoever said which, since
    two people who talk to each other are each the person of a record. Letter case and white space
    do not count. Where the person says next to nothing, there is none.
    """
    own = [_plain(turn.text) for turn in conversation.turns if turn.role == "user"]
    if not _says_something(own):
        return ()
    return digest("said", own), digest("all", [_plain(turn.text) for turn in conversation.turns])


def units_of(talks: Iterable[Sized], planted: Sequence[Reference]) -> dict[str, str]:
    """Return the unit of each person, which is called after its first one.

    Units are the connected components of people who share a conversation (`marks`), or of whom a
    benchmark says the same: the same persona, the same planted preferences, the same facts.
    """
    shared: dict[Hashable, list[str]] = {}
    talks = tuple(talks)
    for talk in talks:
        for mark in talk.holds:
            shared.setdefault(mark, []).append(talk.person)
    for kind in PLANTED:
        said: dict[str, set[str]] = {}
        for one in planted:
            text = _plain(one.text)
            if one.kind == kind and text:
                said.setdefault(one.person, set()).add(text)
        for person, texts in said.items():
            shared.setdefault((kind, frozenset(texts)), []).append(person)
    named = dict.fromkeys([*(talk.person for talk in talks), *(one.person for one in planted)])
    return _components(tuple(named), shared.values())


def _components(people: Sequence[str], groups: Iterable[Sequence[str]]) -> dict[str, str]:
    place = {person: at for at, person in enumerate(people)}
    root = list(range(len(people)))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    for first, *others in groups:
        for other in others:
            low, high = sorted((find(place[first]), find(place[other])))
            root[high] = low
    return {person: people[find(at)] for person, at in place.items()}


def in_both(first: Iterable[Sized], other: Iterable[Sized]) -> tuple[int, int]:
    """Return how many people of each side have a conversation that somebody of the other has."""
    sides = [
        [(talk.person, mark) for talk in talks for mark in talk.holds] for talks in (first, other)
    ]
    common = {mark for _, mark in sides[0]} & {mark for _, mark in sides[1]}
    one, two = (len({person for person, mark in side if mark in common}) for side in sides)
    return one, two


def alike(first: Iterable[Sized], other: Iterable[Sized]) -> int:
    """Return how many people of one side have the id of somebody of the other: the same name."""
    return len({talk.person for talk in first} & {talk.person for talk in other})


def linked(sides: Sequence[tuple[Iterable[Sized], Mapping[str, str]]]) -> dict[str, str]:
    """Return the unit of each person across corpora, of each corpus its conversations and units.

    People are of one unit who are so in any of them, and who share a conversation across them; an
    equal id is the same person. So people of one corpus may be linked by what another one holds.
    """
    groups: dict[Hashable, list[str]] = {}
    for place, (talks, units) in enumerate(sides):
        for person, unit in units.items():
            groups.setdefault((place, unit), []).append(person)
        for talk in talks:
            for mark in talk.holds:
                groups.setdefault(mark, []).append(talk.person)
    named = dict.fromkeys(person for _, units in sides for person in units)
    return _components(tuple(named), groups.values())


def _says_something(own: Sequence[str]) -> bool:
    if sum(len(text.split()) for text in own) >= LEAST_WORDS:
        return True
    # In scripts without spaces each character is folded as a word, and a word has about two.
    return sum(len(fold_words(text)) for text in own) >= 2 * LEAST_WORDS


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
