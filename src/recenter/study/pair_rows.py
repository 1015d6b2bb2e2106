"""Pairs of a person and a prompt, what they are drawn from and how, and their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from recenter import formats
from recenter.errors import InputError
from recenter.importers.normalise import written_whole
from recenter.provenance import Signature
from recenter.records import Query, Record

Stratum = Literal["matched", "unmatched", "ordinary"]
STRATA: tuple[Stratum, ...] = ("matched", "unmatched", "ordinary")
Probability = Annotated[float, msgspec.Meta(gt=0, le=1)]


class Prompt(Record, frozen=True):
    """A prompt that belongs to nobody, to be combined with people."""

    id: str
    prompt: str
    stratum: Literal["ordinary"] | None = None
    """`ordinary` for what has the same answer for everyone: greetings, facts, sums, code."""


class Shares(Record, frozen=True):
    """Which part of the pairs is drawn from which stratum; they sum to 1."""

    matched: float = 0.5
    """Of other than ordinary prompts, pairs that the matcher picks."""
    unmatched: float = 0.3
    """Of other than ordinary prompts, pairs that it does not pick."""
    ordinary: float = 0.2
    """Pairs with an ordinary prompt, whatever the matcher would say."""


class Draw(Record, frozen=True):
    """What is to be drawn."""

    total: int
    """Pairs in all."""
    shares: Shares = Shares()
    seed: int = 0
    least: int = 2
    """Attributes that a matcher which counts has to pick for a pair to be matched."""
    shown: int = 24
    """Attributes of a pair; of a person with more, a random sample."""
    per_person: int | None = None
    """The most pairs of one person in a stratum; None for no limit."""
    candidates: int = 5000
    """The most pairs that the matcher is asked about: of more, a random sample."""
    allow_conditional: bool = False
    """Allow shares from which no estimate for all pairs follows, or a poor one."""


class Shown(Record, frozen=True):
    """An attribute of a pair."""

    id: str
    text: str


class Pair(Record, frozen=True):
    """A person and a prompt, with the attributes to ask about."""

    id: str
    person: str
    query: Query
    """Of the person: its id is another for everyone whom the prompt was combined with."""
    attributes: tuple[Shown, ...]
    stratum: Stratum
    probability: Probability
    """The chance that each of the attributes had of being asked about: of the pair, over both
    phases, times `shown`. The weight of an answer is its inverse."""
    signature: Signature
    """`model` names the matcher, `settings` is of the draw, the matcher and all it chose from."""
    shown: Probability | None = None
    """The chance of an attribute of the person to be shown in the pair; None where all are."""

    @property
    def pair_probability(self) -> float:
        """The chance of the pair: for figures of pairs, such as how many have nothing to use."""
        return self.probability if self.shown is None else self.probability / self.shown


def write(pairs: Iterable[Pair], path: Path) -> None:
    """Write one pair a line; the file appears whole or not at all, readable by its owner only.

    Raises:
        InputError: it cannot be written.
    """
    with written_whole(path) as out:
        for pair in pairs:
            out.write(f"{formats.encode(pair)}\n".encode())


def read(path: Path) -> tuple[Pair, ...]:
    """Return the pairs of a file that `write` wrote.

    Raises:
        InputError: it cannot be read, or a row is no such pair; names file, line and field.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", file=str(path)) from None
    pairs: dict[str, Pair] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        pair = formats.decode(line, Pair, file=str(path), number=number)
        field, reason = _wrong(pair, pairs)
        if reason:
            raise InputError(reason, file=str(path), line=number, field=field)
        pairs[pair.id] = pair
    return tuple(pairs.values())


def _wrong(pair: Pair, earlier: Mapping[str, Pair]) -> tuple[str, str]:
    """Return field and reason of what a row says that cannot be; empty where nothing."""
    ids = [attribute.id for attribute in pair.attributes]
    if pair.id in earlier:
        return "id", f"{pair.id!r} is the id of an earlier pair."
    if pair.query.person != pair.person:
        return "query.person", f"expected {pair.person!r}, as in person; got {pair.query.person!r}."
    if not ids:
        return "attributes", "expected at least one attribute, got none."
    if len(set(ids)) != len(ids):
        twice = next(one for one in ids if ids.count(one) > 1)
        return "attributes", f"{twice!r} is listed twice."
    return "", ""
