"""Kappa of every two judges: persons, most people and models, each pair on what both answered."""

from __future__ import annotations

import numpy as np
import pytest

from recenter.figures.record import Table
from recenter.reports.judged import Judged, judged
from recenter.reports.kappas import (
    AMONG_MODELS,
    AMONG_PEOPLE,
    BETWEEN,
    MAJORITY,
    agreement_grid,
    agreement_table,
)
from recenter.reports.material import Answer, Item, Kind, Material

SAID: dict[str, list[float | None]] = {
    "one": [1, 1, 0, 0] * 6,
    "two": [1, 1, 0, 0] * 6,
    "three": [1, 0, 0, 1] * 6,
    "gpt": [1, 1, 0, 0] * 6,
    "other": [0, 0, 1, 1] * 6,
}


def made(names: dict[str, list[float | None]]) -> Judged:
    items = {("g", str(n)): Item(person=f"p{n % 8}") for n in range(24)}
    answers = []
    for judge, values in names.items():
        kind: Kind = "model" if judge in ("gpt", "other") else "person"
        answers += [
            Answer(question="relevant", group="g", item=str(n), judge=judge, kind=kind, value=value)
            for n, value in enumerate(values)
        ]
    return judged(Material(answers=tuple(answers), items=items), "g", "relevant")


def values(tables: tuple[Table, ...]) -> dict[str, float | None]:
    (table,) = tables
    return {line.name: line.figures[0].value for line in table.lines if line.figures[0]}


def test_means_are_over_pairs_of_people_of_models_and_between() -> None:
    found = values(agreement_table(made(SAID), seed=0))
    # one and two agree whole, each with three as by chance; the models never agree.
    assert found[AMONG_PEOPLE] == pytest.approx((1 + 0 + 0) / 3)
    assert found[AMONG_MODELS] == pytest.approx(-1)
    assert found[BETWEEN] == pytest.approx((1 + 1 + 0 - 1 - 1 - 0) / 6)
    assert found[MAJORITY] == pytest.approx((1 - 1) / 2)


def test_the_grid_holds_persons_most_people_and_models() -> None:
    (grid,) = agreement_grid(made(SAID))
    assert grid.names == ("people", "one", "two", "three", "gpt", "other")
    cells = np.asarray(grid.cells, float)
    assert np.array_equal(cells, cells.T)
    at = grid.names.index
    assert cells[at("one"), at("gpt")] == pytest.approx(1)
    assert cells[at("people"), at("other")] == pytest.approx(-1)
    assert "one and gpt 1.00" in grid.alt


def test_judges_without_an_item_in_common_have_no_kappa() -> None:
    apart: dict[str, list[float | None]] = {
        "one": [1, 0] * 6 + [None] * 12,
        "gpt": [None] * 12 + [1, 0] * 6,
    }
    (grid,) = agreement_grid(made(apart))
    assert grid.cells[1][2] is None
    (table,) = agreement_table(made(apart), seed=0)
    assert all(line.figures[0] and line.figures[0].value is None for line in table.lines)


def test_one_judge_has_no_pair() -> None:
    assert agreement_table(made({"one": [1, 0] * 12}), seed=0) == ()


def test_many_persons_have_no_row_each() -> None:
    many: dict[str, list[float | None]] = {f"r{n}": [1, 0] * 12 for n in range(9)}
    (grid,) = agreement_grid(made(many | {"gpt": [1, 0] * 12}))
    assert grid.names == ("people", "gpt")
