"""Draws plots: SVG and PNG beside the figures that were drawn, as CSV. Needs matplotlib.

No state of matplotlib is left changed. Lines differ in dashes and marks as well as
in colour; the colours are those of Okabe & Ito, "Color universal design" (2008).
"""

from __future__ import annotations

import csv
import importlib.util
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from recenter.errors import MissingExtraError
from recenter.figures.capped import capped
from recenter.figures.fonts import Fonts, fonts_for, quiet
from recenter.figures.record import Dots, Grid, Picture, Plot, Series

_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "#000000", "linestyle": "-", "marker": "o"},
    {"color": "#0072B2", "linestyle": "--", "marker": "s"},
    {"color": "#D55E00", "linestyle": ":", "marker": "^"},
    {"color": "#009E73", "linestyle": "-.", "marker": "D"},
)
_STYLE: Any = {
    "font.size": 9,
    "svg.hashsalt": "recenter",
    "svg.fonttype": "none",
    # Names come from data: a dollar in one is no formula.
    "text.parse_math": False,
}
_MOST_MARKS = 20
"""Of more points than this, only the line is drawn."""
_AROUND = 0.03
"""Part of an axis that is left free at its ends, so that no dot is cut."""
_LONGEST = 44
"""Characters of a label."""
ON_CELL = "#010101"
"""Ink on a grey cell, which stays what it is where the page turns dark and black ink light."""
_DARK = 0.7
"""From this figure on, a cell is too dark for black ink."""


def need_extra(*modules: str, feature: str = "training", extra: str = "train") -> None:
    """Refuse to begin long work that would end at a package that is not there.

    Raises:
        MissingExtraError: one of the modules cannot be imported.
    """
    if any(importlib.util.find_spec(name) is None for name in modules):
        raise MissingExtraError(feature, extra)


def draw(plot: Picture, folder: Path) -> str:
    """Write a plot as SVG, PNG and CSV, named after it; the CSV holds every row.

    Returns the characters that no installed font has: boxes in the PNG, themselves in the SVG.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _drawn(plot) as (figure, missing):
        # Without a date, the same figures give the same bytes.
        figure.savefig(folder / f"{plot.name}.svg", metadata={"Date": None, "Title": plot.title})
        figure.savefig(folder / f"{plot.name}.png", dpi=150)
    _write_csv(plot, folder / f"{plot.name}.csv")
    return missing


def svg(plot: Picture) -> bytes:
    """Return a plot as an SVG document.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    out = io.BytesIO()
    with _drawn(plot) as (figure, _):
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


@contextmanager
def _drawn(plot: Picture) -> Iterator[tuple[Any, str]]:
    """Yield the figure, and the characters that no installed font has."""
    try:
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("drawing figures", "train") from None
    plot = capped(plot)
    fonts = fonts_for(_texts(plot))
    with rc_context(_STYLE | _family(fonts)), quiet():
        figure = Figure(figsize=_size(plot), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.set_title(_short(plot.title), fontsize=10)
        if isinstance(plot, Plot):
            _fill(axes, plot)
        elif isinstance(plot, Dots):
            _dots(axes, plot)
        else:
            _grid(axes, plot)
        yield figure, fonts.missing


def _texts(plot: Picture) -> Iterator[str]:
    """Yield what is written in a picture."""
    yield _short(plot.title)
    if isinstance(plot, Plot):
        yield from (plot.x, plot.y, *(series.name for series in plot.series))
    elif isinstance(plot, Dots):
        yield from (plot.x, *(_short(row.name) for row in plot.rows))
    else:
        yield from map(_short, plot.names)


def _family(fonts: Fonts) -> dict[str, Any]:
    return {"font.family": ["sans-serif", *fonts.others]} if fonts.others else {}


def _size(plot: Picture) -> tuple[float, float]:
    """Return width and height in inches."""
    if isinstance(plot, Dots):
        return 6, 1.2 + 0.28 * len(plot.rows)
    if isinstance(plot, Grid):
        return 2.5 + 0.5 * len(plot.names), 2 + 0.4 * len(plot.names)
    return 5, 4


def _dots(axes: Any, plot: Dots) -> None:
    """Draw a row for each figure; what is not estimable keeps its row, empty."""
    for place, (_, one) in enumerate((row.name, row.figure) for row in reversed(plot.rows)):
        if one.value is None:
            continue
        if one.low is not None and one.high is not None:
            axes.hlines(place, one.low, one.high, color="#000000", linewidth=1.4)
        axes.plot([one.value], [place], color="#000000", marker="o", markersize=5)
    axes.set_yticks(range(len(plot.rows)), [_short(row.name) for row in reversed(plot.rows)])
    axes.set_ylim(-0.6, len(plot.rows) - 0.4)
    if plot.reference is not None:
        axes.axvline(plot.reference, color="#D55E00", linestyle="--", linewidth=1)
    if plot.least is not None:
        _widen(axes, *plot.least)
    axes.set_xlabel(plot.x)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)


def _widen(axes: Any, low: float, high: float) -> None:
    """Let the x axis show all of this range, and no more where nothing lies outside."""
    around = _AROUND * (high - low)
    first, last = axes.dataLim.intervalx
    axes.set_xlim(
        None if first < low else low - around,
        None if last > high else high + around,
    )


def _grid(axes: Any, plot: Grid) -> None:
    """Draw each figure in its cell, the darker the higher; the numbers tell it without colour."""
    shown = [[float("nan") if cell is None else cell for cell in row] for row in plot.cells]
    axes.pcolormesh(shown, cmap="Greys", vmin=0, vmax=1.4, edgecolors="#ffffff", linewidth=2)
    axes.invert_yaxis()
    names = [_short(name) for name in plot.names]
    places = [place + 0.5 for place in range(len(names))]
    axes.set_xticks(places, names, rotation=45, ha="right")
    axes.set_yticks(places, names)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    for row, cells in enumerate(plot.cells):
        for column, cell in enumerate(cells):
            if cell is not None:
                ink = "#fefefe" if cell > _DARK else ON_CELL
                place = (column + 0.5, row + 0.5)
                axes.text(*place, f"{cell:.2f}", ha="center", va="center", color=ink)


def _short(name: str) -> str:
    """Return a name as a label; what does not print has no place in an SVG."""
    name = "".join(c if c.isprintable() else "\ufffd" for c in name)
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _fill(axes: Any, plot: Plot) -> None:
    if plot.diagonal:
        axes.plot([0, 1], [0, 1], color="#999999", linewidth=0.8)
    for look, series in zip(_LOOKS, plot.series, strict=False):
        _line(axes, series, look)
    axes.set_xlabel(plot.x)
    axes.set_ylabel(plot.y)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)
    if all(point.x.is_integer() and point.x > 1 for one in plot.series for point in one.points):
        axes.xaxis.get_major_locator().set_params(integer=True)
    values = [point.y for series in plot.series for point in series.points]
    if values and min(values) >= 0 and max(values) <= 1:
        axes.set_ylim(0, 1.03)
    if len(plot.series) > 1:
        axes.legend(frameon=False)


def _line(axes: Any, series: Series, look: dict[str, Any]) -> None:
    points = series.points
    shown = look if len(points) <= _MOST_MARKS else look | {"marker": ""}
    xs, ys = [point.x for point in points], [point.y for point in points]
    axes.plot(xs, ys, label=series.name, linewidth=1.4, markersize=4, **shown)
    for point in points:
        if point.low is not None and point.high is not None:
            axes.vlines(point.x, point.low, point.high, color=look["color"], linewidth=1)


def _write_csv(plot: Picture, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        for row in _rows(plot):
            out.writerow("" if value is None else _inert(value) for value in row)


def _rows(plot: Picture) -> Iterator[tuple[object, ...]]:
    """Yield what is drawn, a heading first."""
    if isinstance(plot, Plot):
        yield ("series", plot.x, plot.y, "low", "high", "n")
        for series in plot.series:
            for p in series.points:
                yield (series.name, p.x, p.y, p.low, p.high, p.n)
    elif isinstance(plot, Dots):
        yield ("name", plot.x, "low", "high", "n", "units", "reason")
        for name, f in ((row.name, row.figure) for row in plot.rows):
            yield (name, f.value, f.low, f.high, f.n, f.clusters, f.reason)
    else:
        yield ("", *plot.names)
        for name, cells in zip(plot.names, plot.cells, strict=True):
            yield (name, *cells)


def _inert(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: names come from data."""
    formula = isinstance(value, str) and value.lstrip().startswith(("=", "+", "-", "@"))
    return f"'{value}" if formula else value
