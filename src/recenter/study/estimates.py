"""The share of yes among all pairs, from a sample that drew some of them more often than others."""

from __future__ import annotations

from collections.abc import Iterable

from recenter.stats.weighted import ByStratum, by_stratum
from recenter.study.agreement import Items, counted, oriented, part_of
from recenter.study.design import Task
from recenter.study.ledger.reading import Answered


def weighted_yes(task: Task, rows: Iterable[Answered], items: Items) -> ByStratum | None:
    """Return the share of answers that count as a yes, weighted, over all and in each stratum.

    An answer weighs the inverse of the probability with which its pair was drawn, so that what a
    matcher picked does not stand for the rest: Hájek's estimator, with people as clusters (see
    `stats.weighted`). None where a part does not say how it was drawn: a share of those that do
    would be of nothing in particular.
    """
    kept = counted(task, rows, items)
    parts = [part_of(items, row) for row in kept]
    if not kept or any(part is None or not part.probability for part in parts):
        return None
    drawn = [part for part in parts if part is not None]
    return by_stratum(
        [float(oriented(row, task.asks) in task.asks.positive) for row in kept],
        [1 / (part.probability or 1.0) for part in drawn],
        [part.person or "" for part in drawn],
        [part.stratum or "" for part in drawn],
    )
