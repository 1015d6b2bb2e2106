"""Draws plots: SVG and PNG beside the figures that were drawn, as CSV. Needs matplotlib.

No state of matplotlib is left changed. Lines differ in dashes and marks as well as
in colour; the colours are those of Okabe & Ito, "Color universal design" (2008).
"""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from typing import Any

from recenter.errors import MissingExtraError
from recenter.figures.record import Plot, Series

_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "#000000", "linestyle": "-", "marker": "o"},
    {"color": "#0072B2", "linestyle": "--", "marker": "s"},
    {"color": "#D55E00", "linestyle": ":", "marker": "^"},
    {"color": "#009E73", "linestyle": "-.", "marker": "D"},
)
_STYLE: Any = {"font.size": 9, "svg.hashsalt": "recenter", "svg.fonttype": "none"}
_MOST_MARKS = 20
"""Of more points than this, only the line is drawn."""


def need_extra(*modules: str) -> None:
    """Refuse to begin long work that would end at a package that is not there.

    Raises:
        MissingExtraError: one of the modules cannot be imported.
    """
    if any(importlib.util.find_spec(name) is None for name in modules):
        raise MissingExtraError("training", "train")


def draw(plot: Plot, folder: Path) -> None:
    """Write a plot as SVG, PNG and CSV, named after it.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("drawing figures", "train") from None
    folder.mkdir(parents=True, exist_ok=True)
    with rc_context(_STYLE):
        figure = Figure(figsize=(5, 4), layout="constrained")
        FigureCanvasAgg(figure)
        _fill(figure.add_subplot(), plot)
        # Without a date, the same figures give the same bytes.
        figure.savefig(folder / f"{plot.name}.svg", metadata={"Date": None, "Title": plot.title})
        figure.savefig(folder / f"{plot.name}.png", dpi=150)
    _write_csv(plot, folder / f"{plot.name}.csv")


def _fill(axes: Any, plot: Plot) -> None:
    if plot.diagonal:
        axes.plot([0, 1], [0, 1], color="#999999", linewidth=0.8)
    for look, series in zip(_LOOKS, plot.series, strict=False):
        _line(axes, series, look)
    axes.set_title(plot.title, fontsize=10)
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


def _write_csv(plot: Plot, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("series", plot.x, plot.y, "low", "high", "n"))
        for series in plot.series:
            for p in series.points:
                cells = ("" if v is None else v for v in (p.x, p.y, p.low, p.high, p.n))
                out.writerow((series.name, *cells))
