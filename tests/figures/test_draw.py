"""Dot plots and grids are drawn with their numbers beside them, whatever the names are."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import msgspec
import pytest

from recenter.figures import fonts
from recenter.figures.capped import MOST_NAMES, MOST_ROWS, capped
from recenter.figures.draw import draw
from recenter.figures.fonts import Fonts, fonts_for
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


def test_a_name_in_a_script_that_no_font_has_is_no_warning_and_is_told(tmp_path: Path) -> None:
    """Tests run with warnings as errors; Nushu is in no common font."""
    nushu = "\U0001b170"
    named = Dots(name="d", title="t", x="x", rows=(Dot(f"m {nushu}", SURE),), alt="")
    assert draw(named, tmp_path) == nushu
    assert nushu in (tmp_path / "d.svg").read_text("utf-8")
    assert cells(tmp_path / "d.csv")[1][0] == f"m {nushu}"


def test_a_character_of_another_installed_font_is_drawn_with_that_one(tmp_path: Path) -> None:
    """Mathematical fraktur is in no DejaVu Sans, and in another font that matplotlib brings."""
    needed = fonts_for(["plain", "\U0001d504"])
    assert needed.missing == ""
    assert needed.others
    assert fonts_for(["plain"]) == Fonts((), "")
    picture = Dots(name="d", title="t", x="x", rows=(Dot("\U0001d504", SURE),), alt="")
    assert draw(picture, tmp_path) == ""
    assert needed.others[0] in (tmp_path / "d.svg").read_text("utf-8")


def test_a_font_that_is_gone_has_nothing() -> None:
    assert fonts._held("/no/such/font.ttf") == frozenset()


def test_very_many_rows_are_cut_in_the_middle_and_counted_and_the_csv_has_all(
    tmp_path: Path,
) -> None:
    rows = tuple(Dot(f"judge {n}", SURE) for n in range(200))
    many = Dots(name="many", title="t", x="x", rows=rows, alt="")
    cut = capped(many)
    assert isinstance(cut, Dots)
    assert len(cut.rows) == MOST_ROWS
    names = [row.name for row in cut.rows]
    assert names[0] == "judge 0"
    assert names[-1] == "judge 199"
    (gap,) = (name for name in names if not name.startswith("judge"))
    assert gap == f"… {200 - MOST_ROWS + 1} more, not drawn"
    draw(many, tmp_path)
    assert len(cells(tmp_path / "many.csv")) == 201
    assert capped(DOTS) is DOTS


def test_a_grid_of_very_many_names_keeps_its_cells_where_they_belong() -> None:
    size = 30
    names = tuple(str(n) for n in range(size))
    full = tuple(tuple(i * size + j + 0.0 for j in range(size)) for i in range(size))
    cut = capped(Grid(name="g", title="t", names=names, cells=full, alt=""))
    assert isinstance(cut, Grid)
    assert len(cut.names) == len(cut.cells) == MOST_NAMES
    for one, row in zip(cut.names, cut.cells, strict=True):
        assert len(row) == MOST_NAMES
        for two, cell in zip(cut.names, row, strict=True):
            known = one.isdecimal() and two.isdecimal()
            assert cell == (int(one) * size + int(two) if known else None)
