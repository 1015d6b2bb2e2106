"""How far any two judges agree beyond chance: people one by one, most people, and models."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Grid, Line, Table
from recenter.reports.judged import Judged
from recenter.stats.kappa import Pair, kappa, mean_kappa

Floats = NDArray[np.float64]

PEOPLE = "people"
AMONG_PEOPLE, BETWEEN = "people with people", "people with models"
AMONG_MODELS, MAJORITY = "models with models", "most people with models"
_MOST_SHOWN, _MOST_AVERAGED = 8, 60
"""Persons who have a row of their own, and judges of whom all pairs are averaged."""


def agreement_grid(of: Judged) -> tuple[Grid, ...]:
    """Return Cohen's kappa of each pair of judges, over all items that both answered."""
    said = {PEOPLE: of.consensus} | _columns(of, "model")
    persons = _columns(of, "person")
    if len(persons) <= _MOST_SHOWN:
        said = {PEOPLE: of.consensus} | persons | _columns(of, "model")
    if len(said) < 2:
        return ()
    cells = tuple(
        tuple(1.0 if one == two else _kappa(said[one], said[two]) for two in said) for one in said
    )
    words = "; ".join(
        f"{one} and {two} {cells[i][j]:.2f}"
        for i, one in enumerate(said)
        for j, two in enumerate(said)
        if i < j and cells[i][j] is not None
    )
    return (
        Grid(
            name="kappa",
            title="Cohen's kappa of each pair of judges",
            names=tuple(said),
            cells=cells,
            alt=f"Cohen's kappa: {words or 'not estimable'}.",
        ),
    )


def agreement_table(of: Judged, *, seed: int) -> tuple[Table, ...]:
    """Return the mean kappa of people with each other, of models, and between both."""
    persons, models = _columns(of, "person"), _columns(of, "model")
    said = {PEOPLE: of.consensus} | persons | models
    said = {name: column for name, column in said.items() if not np.isnan(column).all()}
    if len(said) > _MOST_AVERAGED:
        return ()
    pairs: dict[str, list[Pair]] = {
        AMONG_PEOPLE: list(combinations(persons, 2)),
        BETWEEN: list(product(persons, models)),
        MAJORITY: [(PEOPLE, name) for name in models],
        AMONG_MODELS: list(combinations(models, 2)),
    }
    items, raters, answers, people = _long(of, said)
    lines = []
    for name, some in pairs.items():
        known = [pair for pair in some if pair[0] in said and pair[1] in said]
        if known:
            found = mean_kappa(items, raters, answers, people, pairs=known, seed=seed)
            lines.append(Line(name, (found,)))
    return (
        Table(
            title="Agreement within people and models, and between",
            columns=("mean kappa",),
            lines=tuple(lines),
            note="Cohen's kappa, the mean over pairs of judges that answered the same items. n "
            "counts items. In the picture, each person is part of the majority beside them.",
        ),
    ) * bool(lines)


def _columns(of: Judged, kind: str) -> dict[str, Floats]:
    return {name: of.values[name] for name, one in of.kinds.items() if one == kind}


def _long(
    of: Judged, said: Mapping[str, Floats]
) -> tuple[list[int], list[str], list[float], list[str]]:
    """Return item, judge, answer and person of every answer."""
    items: list[int] = []
    raters: list[str] = []
    answers: list[float] = []
    for name, column in said.items():
        rows = np.flatnonzero(~np.isnan(column)).tolist()
        items += rows
        raters += [name] * len(rows)
        answers += column[rows].tolist()
    return items, raters, answers, [of.people[row] for row in items]


def _kappa(one: Floats, two: Floats) -> float | None:
    both = ~np.isnan(one) & ~np.isnan(two)
    return kappa(one[both], two[both]) if both.any() else None
