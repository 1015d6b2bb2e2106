"""Lists of sensitive statements whose authors had not seen the rules, and what is found of them.

Half of it, by a fixed hash, may be looked at to better the rules; the other half only counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from recenter.stages.sensitive import Topic, sensitive_topics

LIST = Path(__file__).with_name("sensitive_second_author.jsonl")
AFTERWARDS = Path(__file__).with_name("sensitive_afterwards.jsonl")
"""Written when the rules had been widened; nothing was changed after it was measured."""
THIRD = Path(__file__).with_name("sensitive_third.jsonl")
"""By a third author; nothing was changed after it was measured."""

Telling = Callable[[str], Collection[str]]
"""What tells the sensitive topics of a statement."""

Half = Literal["dev", "test"]


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A statement and the topic it was written for."""

    text: str
    topic: Topic | Literal[""]
    """Empty where it touches none."""
    also: tuple[Topic, ...] = ()
    """Other topics that it would be right to find."""

    @property
    def half(self) -> Half:
        """Which half it belongs to, whatever else is in the list."""
        return "dev" if hashlib.sha256(self.text.encode()).digest()[0] % 2 else "test"

    @property
    def topics(self) -> frozenset[str]:
        """All topics that it would be right to find."""
        return frozenset({self.topic, *self.also} - {""})


class Third(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A statement of the third list."""

    text: str
    sensitive: bool
    category: str | None
    """What it is about, in the author's words, which are not those of the topics;
    None where it is harmless."""


class Share(NamedTuple):
    """How many of how many."""

    hits: int
    of: int


def read(path: Path = LIST) -> tuple[Statement, ...]:
    """Return a whole list."""
    lines = path.read_bytes().splitlines()
    return tuple(msgspec.json.decode(line, type=Statement) for line in lines)


def read_third() -> tuple[Third, ...]:
    """Return the third list."""
    return tuple(msgspec.json.decode(line, type=Third) for line in THIRD.read_bytes().splitlines())


def recall(
    statements: Sequence[Statement], topic: str | None = None, *, tell: Telling = sensitive_topics
) -> Share:
    """Return how many statements of a topic, or of any, are found under the topic they are of."""
    asked = [s for s in statements if s.topic and topic in (s.topic, None)]
    return Share(sum(s.topic in tell(s.text) for s in asked), len(asked))


def held_back(statements: Sequence[Statement], *, tell: Telling = sensitive_topics) -> Share:
    """Return how many sensitive statements are found under any topic at all."""
    asked = [s for s in statements if s.topic]
    return Share(sum(bool(tell(s.text)) for s in asked), len(asked))


def precision(
    statements: Sequence[Statement], topic: str | None = None, *, tell: Telling = sensitive_topics
) -> Share:
    """Return how many findings of a topic are right; of any: statements found that touch one."""
    if topic is None:
        found = [s for s in statements if tell(s.text)]
        return Share(sum(bool(s.topic) for s in found), len(found))
    found = [s for s in statements if topic in tell(s.text)]
    return Share(sum(topic in s.topics for s in found), len(found))


def errors(statements: Sequence[Statement]) -> list[str]:
    """Return a line for each statement that is missed or wrongly found."""
    lines = []
    for s in statements:
        found = frozenset(sensitive_topics(s.text))
        missed = {s.topic} - found if s.topic else frozenset()
        lines += [f"missed {topic}: {s.text}" for topic in missed]
        lines += [f"wrongly {topic}: {s.text}" for topic in sorted(found - s.topics)]
    return lines
