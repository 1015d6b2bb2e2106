"""Answers to one question side by side: one column for each judge, and what people agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.reports.material import Answer, Item, Kind, Material

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Judged(NamedTuple):
    """The answers of a group to one question; columns have an entry for each item."""

    group: str
    question: str
    names: tuple[str, ...]
    """Of the items."""
    items: tuple[Item, ...]
    people: tuple[str, ...]
    """Whom each item is about."""
    values: Mapping[str, Floats]
    """What each judge said; not a number where nothing, or nothing that could be read."""
    probabilities: Mapping[str, Floats]
    """Of the positive answer; not a number where a judge gave none."""
    kinds: Mapping[str, Kind]
    unread: Mapping[str, Sequence[int]]
    """The item of each answer of a judge that could not be read."""
    consensus: Floats
    """What most people said; not a number where there is none, or a tie."""

    def judges(self, *kinds: Kind) -> tuple[str, ...]:
        """Return the names of the judges of these kinds, in the order of the data."""
        return tuple(name for name, kind in self.kinds.items() if kind in kinds)


def questions(material: Material) -> tuple[tuple[str, str], ...]:
    """Return each group and question that something was answered of, in the order of the data."""
    return tuple(dict.fromkeys((one.group, one.question) for one in material.answers))


def judged(material: Material, group: str, question: str) -> Judged:
    """Return the first answers to a question of a group, side by side.

    The consensus is that of the people who answered one by one, and where only a majority is
    known, that. Where a judge compared in both orders, the mean of both counts.
    """
    answers = [
        one
        for one in material.answers
        if one.group == group and one.question == question and not one.again
    ]
    names = tuple(dict.fromkeys(one.item for one in answers))
    place = {name: row for row, name in enumerate(names)}
    kinds = {one.judge: one.kind for one in answers}
    said: dict[str, dict[int, list[float]]] = {judge: {} for judge in kinds}
    likely: dict[str, dict[int, list[float]]] = {judge: {} for judge in kinds}
    unread: dict[str, list[int]] = {judge: [] for judge in kinds}
    for one in answers:
        if one.probability is not None:
            likely[one.judge].setdefault(place[one.item], []).append(one.probability)
        if one.value is None:
            unread[one.judge].append(place[one.item])
        else:
            said[one.judge].setdefault(place[one.item], []).append(one.value)
    values = {judge: _column(rows, len(names)) for judge, rows in said.items()}
    items = tuple(material.items[group, name] for name in names)
    return Judged(
        group=group,
        question=question,
        names=names,
        items=items,
        people=tuple(item.person for item in items),
        values=values,
        probabilities={judge: _column(rows, len(names)) for judge, rows in likely.items()},
        kinds=kinds,
        unread=unread,
        consensus=_consensus(answers, place, values, kinds),
    )


def one_each(material: Material, group: str, question: str) -> list[Answer]:
    """Return the answers of people, one of each to each item: the mean of both orders, if they
    compared in both.
    """
    found: dict[tuple[str, str], list[Answer]] = {}
    for one in material.answers:
        asked = (one.group, one.question, one.kind) == (group, question, "person")
        if asked and not one.again and one.value is not None:
            found.setdefault((one.judge, one.item), []).append(one)
    return [
        some[0]
        if len(some) == 1
        else msgspec.structs.replace(
            some[0], value=sum(one.value or 0 for one in some) / len(some), position=None
        )
        for some in found.values()
    ]


def people_mean(of: Judged) -> Floats:
    """Return the mean answer of people to each item, not a number where nobody answered."""
    names = of.judges("person", "majority")
    if not names:
        return np.full(len(of.names), np.nan)
    every = np.asarray([of.values[name] for name in names])
    there = (~np.isnan(every)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        found: Floats = np.nansum(every, axis=0) / there
    return found


def repeated(material: Material, group: str, question: str) -> dict[str, list[tuple[str, Floats]]]:
    """Return for each judge who was asked again the item and both answers."""
    of: dict[tuple[str, str], dict[bool, float]] = {}
    for one in material.answers:
        if one.group == group and one.question == question and one.value is not None:
            of.setdefault((one.judge, one.item), {})[one.again] = one.value
    found: dict[str, list[tuple[str, Floats]]] = {}
    for (judge, item), both in of.items():
        if len(both) == len((False, True)):
            found.setdefault(judge, []).append((item, np.asarray([both[False], both[True]])))
    return found


def _column(rows: Mapping[int, Sequence[float]], size: int) -> Floats:
    column = np.full(size, np.nan)
    for row, given in rows.items():
        column[row] = sum(given) / len(given)
    return column


def _consensus(
    answers: Sequence[Answer],
    place: Mapping[str, int],
    values: Mapping[str, Floats],
    kinds: Mapping[str, Kind],
) -> Floats:
    votes: dict[int, Counter[float]] = {}
    for one in answers:
        if one.kind == "person" and one.value is not None:
            votes.setdefault(place[one.item], Counter())[one.value] += 1
    found = np.full(len(place), np.nan)
    for judge, kind in kinds.items():
        if kind == "majority":
            found = np.where(np.isnan(found), values[judge], found)
    for row, of_row in votes.items():
        (value, most), *rest = of_row.most_common()
        found[row] = np.nan if rest and rest[0][1] == most else value
    return found
