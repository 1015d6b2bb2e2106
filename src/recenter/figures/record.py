"""Tables of figures and plots, as records: what is shown is decided before how."""

from __future__ import annotations

import msgspec

from recenter.stats.estimate import Estimate


class Line(msgspec.Struct, frozen=True):
    """A row of a table."""

    name: str
    figures: tuple[Estimate | None, ...]
    """One for each column; None where the figure does not apply."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Figures beside one another, the trivial ones among them."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    note: str = ""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a plot, with its interval where there is one, and the rows it rests on."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


class Series(msgspec.Struct, frozen=True):
    """Points that one line goes through."""

    name: str
    points: tuple[Point, ...]


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn, and what it shows in words for who cannot see it."""

    name: str
    """Of its files, without an ending."""
    title: str
    x: str
    y: str
    series: tuple[Series, ...]
    alt: str
    diagonal: bool = False
    """Whether y is best where it equals x."""


class Dot(msgspec.Struct, frozen=True):
    """A row of a dot plot."""

    name: str
    figure: Estimate


class Dots(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of several things, each with its interval, one row each."""

    name: str
    """Of its files, without an ending."""
    title: str
    x: str
    rows: tuple[Dot, ...]
    alt: str
    reference: float | None = None
    """Where a dashed line is drawn, such as the human ceiling; what it is stands in `x`."""
    least: tuple[float, float] | None = None
    """What the axis shows at least: of a single dot it would be a hair's breadth otherwise."""


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of each pair of names, such as how far two judges agree."""

    name: str
    """Of its files, without an ending."""
    title: str
    names: tuple[str, ...]
    cells: tuple[tuple[float | None, ...], ...]
    """A row for each name; None where there is no figure."""
    alt: str


Picture = Plot | Dots | Grid
