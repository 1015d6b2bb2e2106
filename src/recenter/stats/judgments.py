"""Answers of raters about items, in long format, as columns of codes.

A row is one answer: `items`, `raters` and `answers` have one length, and so has `clusters`, the
independent unit that the item belongs to, such as a person. An answer that is None or NaN is
missing. An item without a cluster of its own is one.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from numbers import Real
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Column = Sequence[Any] | NDArray[Any]

Weights = Literal["unweighted", "linear", "quadratic"]

MOST_ANSWERS = 101
"""The most different answers of which all pairs are counted: those of a slider from 0 to 100."""


class Judgments(msgspec.Struct, frozen=True):
    """Rows that hold an answer, each column as codes from 0 on."""

    items: Ints
    raters: Ints
    answers: Ints
    units: Ints
    """The independent unit of each item."""
    item_names: list[Hashable]
    rater_names: list[Hashable]
    answer_names: list[Hashable]
    """In their order where all are numbers, else as they first came."""
    left_out: int
    """Rows that are not here: without an answer, or dropped since."""

    @property
    def sizes(self) -> Ints:
        """Return how many answers each item has."""
        return np.bincount(self.items, minlength=len(self.item_names))

    def votes(self) -> Floats:
        """Return how often each item got each answer, shape (items, answers)."""
        shape = len(self.item_names), len(self.answer_names)
        cells = self.items * shape[1] + self.answers
        return np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)

    def numbers(self) -> Floats:
        """Return the different answers as numbers. Raises ValueError where they are not."""
        return as_numbers(self.answer_names)

    def distances(self, weights: Weights) -> Floats:
        """Return how far apart any two answers are, as `distances` does."""
        return distances(self.answer_names, weights)

    def sums(self, columns: Floats) -> Floats:
        """Return the sums over units of columns (items, k), shape (units, k)."""
        sums = np.zeros((int(self.units.max(initial=-1)) + 1, columns.shape[1]))
        np.add.at(sums, self.units, columns)
        return sums

    def of_several(self) -> Judgments:
        """Return the rows about items that two raters or more answered."""
        kept = self.sizes > 1
        rows = kept[self.items]
        _, units = np.unique(self.units[kept], return_inverse=True)
        return msgspec.structs.replace(
            self,
            items=(np.cumsum(kept) - 1)[self.items[rows]],
            raters=self.raters[rows],
            answers=self.answers[rows],
            units=units,
            item_names=[name for name, keep in zip(self.item_names, kept, strict=True) if keep],
            left_out=self.left_out + int((~rows).sum()),
        )


def read(
    items: Column, raters: Column, answers: Column, clusters: Column | None = None
) -> Judgments:
    """Return the columns as codes.

    Raises ValueError where the columns differ in length, where a rater answered an item twice, and
    where an item is in two clusters.
    """
    grouped = items if clusters is None else clusters
    lengths = [len(column) for column in (items, raters, answers, grouped)]
    if len(set(lengths)) > 1:
        raise ValueError(f"Columns must have one length, not {', '.join(map(str, lengths))}.")
    rows = [
        row for row in zip(items, raters, answers, grouped, strict=True) if not is_missing(row[2])
    ]
    seen: set[tuple[Hashable, Hashable]] = set()
    unit_of: dict[Hashable, Hashable] = {}
    for item, rater, _, unit in rows:
        if (item, rater) in seen:
            raise ValueError(f"Rater {rater!r} answered item {item!r} twice; keep one answer.")
        seen.add((item, rater))
        if unit_of.setdefault(item, unit) != unit:
            raise ValueError(f"Item {item!r} is in two clusters, {unit_of[item]!r} and {unit!r}.")
    item_codes, item_names = _coded([row[0] for row in rows])
    rater_codes, rater_names = _coded([row[1] for row in rows])
    answer_codes, answer_names = _coded([row[2] for row in rows], ordered=True)
    return Judgments(
        items=item_codes,
        raters=rater_codes,
        answers=answer_codes,
        units=_coded([unit_of[name] for name in item_names])[0],
        item_names=item_names,
        rater_names=rater_names,
        answer_names=answer_names,
        left_out=lengths[0] - len(rows),
    )


def as_numbers(answers: Sequence[Any]) -> Floats:
    """Return answers as numbers. Raises ValueError where one is not."""
    for answer in answers:
        if not _is_number(answer):
            raise ValueError(f"Answer {answer!r} is not a number, and its distance is asked.")
    return np.asarray(answers, np.float64)


def count_few(answers: Sequence[Any]) -> int:
    """Return how many different answers there are, of which all pairs can be counted.

    Raises ValueError where there are more than `MOST_ANSWERS`.
    """
    if len(answers) > MOST_ANSWERS:
        raise ValueError(
            f"There are {len(answers)} different answers, and their pairs are counted for at most"
            f" {MOST_ANSWERS}: put them into classes, or take the interval scale."
        )
    return len(answers)


def distances(answers: Sequence[Any], weights: Weights) -> Floats:
    """Return how far apart any two of different answers are, shape (answers, answers).

    0 or 1 when unweighted, else the difference of the numbers or its square. Raises ValueError
    where they are not numbers, or more than `MOST_ANSWERS`.
    """
    if weights == "unweighted":
        return 1 - np.eye(count_few(answers))
    numbers = as_numbers(answers[: count_few(answers)])
    apart = np.abs(np.subtract.outer(numbers, numbers))
    return apart if weights == "linear" else apart**2


def is_missing(answer: object) -> bool:
    """Return whether an answer is None or NaN."""
    return answer is None or bool(answer != answer)


def _coded(column: list[Hashable], *, ordered: bool = False) -> tuple[Ints, list[Hashable]]:
    names = list(dict.fromkeys(column))
    if ordered and all(_is_number(name) for name in names):
        names.sort(key=float)  # type: ignore[arg-type]
    codes = {name: code for code, name in enumerate(names)}
    return np.fromiter((codes[name] for name in column), np.intp, len(column)), names


def _is_number(answer: object) -> bool:
    return isinstance(answer, Real | np.bool_)
