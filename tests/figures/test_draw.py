"""Dot plots and grids are drawn with their numbers beside them, whatever the names are."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import msgspec
import pytest

from recenter.figures.draw import draw
from recenter.figures.record import Dot, Dots, Grid, Picture
from recenter.stats.estimate import Estimate

SURE = Estimate(value=0.5, low=0.4, high=0.6, n=10, clusters=3)
NONE = Estimate(value=None, reason="too few")
DOTS = Dots(
    name="dots",
    title="Shares",
    x="share",
    rows=(Dot("gpt", SURE), Dot("=1+1 $x$", NONE), Dot("bare", Estimate(value=0.1))),
    alt="Shares.",
    reference=0.3,
)
GRID = Grid(
    name="grid", title="Kappa", names=("a", "b"), cells=((1.0, None), (None, 1.0)), alt="Kappa."
)


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("picture", [DOTS, GRID])
def test_pictures_are_drawn_the_same_each_time(picture: Picture, tmp_path: Path) -> None:
    for name in ("one", "two"):
        draw(picture, tmp_path / name)
    files = sorted((tmp_path / "one").iterdir())
    assert [path.suffix for path in files] == [".csv", ".png", ".svg"]
    for path in files:
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_what_is_drawn_stands_beside_it_and_no_cell_is_a_formula(tmp_path: Path) -> None:
    draw(DOTS, tmp_path)
    rows = cells(tmp_path / "dots.csv")
    assert rows[1] == ["gpt", "0.5", "0.4", "0.6", "10", "3", ""]
    assert rows[2] == ["'=1+1 $x$", "", "", "", "0", "0", "too few"]
    assert ">=1+1 $x$<" in (tmp_path / "dots.svg").read_text()


@pytest.mark.parametrize(
    ("figure", "ticks"),
    [
        (Estimate(value=1.0), ["0.0", "1.0"]),
        (SURE, ["0.0", "1.0"]),
        (Estimate(value=-0.3, low=-0.6, high=0.1), ["\N{MINUS SIGN}0.6", "1.0"]),
    ],
)
def test_the_axis_of_a_single_dot_shows_the_least_that_was_asked(
    tmp_path: Path, figure: Estimate, ticks: list[str]
) -> None:
    alone = msgspec.structs.replace(
        DOTS, rows=(Dot("a", figure),), reference=None, least=(0.0, 1.0)
    )
    draw(alone, tmp_path)
    found = re.findall(
        r">(\N{MINUS SIGN}?\d\.\d+)</text>", (tmp_path / "dots.svg").read_text("utf-8")
    )
    assert [found[0], found[-1]] == ticks


def test_a_grid_keeps_its_blanks(tmp_path: Path) -> None:
    draw(GRID, tmp_path)
    assert cells(tmp_path / "grid.csv") == [["", "a", "b"], ["a", "1.0", ""], ["b", "", "1.0"]]
