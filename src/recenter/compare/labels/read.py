"""Labelled rows of a file: what should change an answer, or which of two replies was preferred.

Labels may be people's (`relevant` of attributes, `chosen` and `rejected`), or made by whoever made
the messages: a preference that was planted for a question, or the `use` of each preference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from recenter.errors import InputError
from recenter.formats import convert
from recenter.reports.readers.preferences import VALUES, JudgedPair
from recenter.train.examples import Item, Labelled, read_relevant
from recenter.train.sources import DataFile, placed, read_rows

OTHERS = 11
"""Preferences of other topics that stand beside a planted one."""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two replies of which one was preferred, and what judges say of them."""

    person: str
    occasion: str
    longer: float
    """1 where the chosen reply is the longer one, 0 where the other is, .5 where neither."""
    said: Mapping[str, float]
    """By judge: 1 where it prefers the chosen reply, .5 for a tie."""


class LabelledCorpus(msgspec.Struct, frozen=True, kw_only=True):
    """One file of labelled rows; it holds one of the two kinds."""

    name: str
    file: DataFile
    messages: tuple[Labelled, ...] = ()
    pairs: tuple[Pair, ...] = ()


class _Use(msgspec.Struct, frozen=True):
    text: str
    use: str


class _Uses(msgspec.Struct, frozen=True):
    question: str
    preferences: list[_Use]
    id: str = ""


class _Planted(msgspec.Struct, frozen=True):
    preference: str
    question: str
    topic: str


_UNUSED = "ignore"


def read_labels(path: Path, name: str, *, seed: int) -> LabelledCorpus:
    """Return the labelled rows of a file of JSON lines, told by their fields.

    Args:
        path: rows of {pair, user, prompt, attributes: [{id, text, relevant}]} or an export;
            {question, preferences: [{text, use}]}, of which all but `ignore` count as relevant;
            {preference, question, topic}, where the preference is relevant to its question and
            those of other topics, drawn with the seed, are not; or {user, prompt, chosen, rejected,
            llm_judges: [{judge, verdict}]}.
        name: of the corpus.
        seed: of the draw.

    Raises:
        InputError: a row is none of these, or lacks a field; names file and line.
    """
    read = read_rows([path])
    (file,) = read.files
    fields = read.rows[0].keys()
    with placed(read):
        if fields >= {"chosen", "rejected"}:
            return LabelledCorpus(name=name, file=file, pairs=tuple(_pairs(read.rows)))
        if fields >= {"question", "preferences"}:
            return LabelledCorpus(name=name, file=file, messages=tuple(_uses(read.rows)))
        if fields >= {"preference", "question"}:
            return LabelledCorpus(name=name, file=file, messages=_planted(read.rows, seed))
    return LabelledCorpus(name=name, file=file, messages=read_relevant([path]))


def _pairs(rows: Sequence[Mapping[str, Any]]) -> Iterator[Pair]:
    for number, row in enumerate(rows, 1):
        read = convert(row, JudgedPair, file="", number=number)
        sizes = len(read.chosen), len(read.rejected)
        yield Pair(
            person=read.user,
            occasion=read.interaction or read.prompt,
            longer=(1 + (sizes[0] > sizes[1]) - (sizes[0] < sizes[1])) / 2,
            said={
                one.name: value
                for one in read.llm_judges
                if (value := VALUES.get(one.verdict)) is not None
            },
        )


def _uses(rows: Sequence[Mapping[str, Any]]) -> Iterator[Labelled]:
    for number, row in enumerate(rows, 1):
        read = convert(row, _Uses, file="", number=number)
        name = read.id or str(number)
        items = tuple(Item(one.text, one.use != _UNUSED, None) for one in read.preferences)
        if items:
            # Questions come again beside other preferences, so rows are not independent.
            yield Labelled(name, read.question, read.question, items, "made")


def _planted(rows: Sequence[Mapping[str, Any]], seed: int) -> tuple[Labelled, ...]:
    read = [convert(row, _Planted, file="", number=at) for at, row in enumerate(rows, 1)]
    listed = list(dict.fromkeys(read))
    topics = {one.topic for one in listed}
    if len(topics) < 2:
        raise InputError(
            "all rows have one topic, so nothing is known not to matter.", field="topic"
        )
    rng = np.random.default_rng(seed)
    made = []
    for number, one in enumerate(listed):
        other = list(dict.fromkeys(o.preference for o in listed if o.topic != one.topic))
        drawn = rng.permutation(len(other))[:OTHERS]
        items = [Item(one.preference, True, None)]
        items += [Item(other[at], False, None) for at in drawn if other[at] != one.preference]
        # Each preference is a person of its own, however many questions it is planted for.
        made.append(Labelled(f"planted-{number}", one.preference, one.question, (*items,), "made"))
    return tuple(made)
