"""What a training or an evaluation found: tables of figures and plots, as records and as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from recenter.models.saved import Kind
from recenter.stats.estimate import Estimate

BLANK = "–"
"""A cell where the figure does not apply."""


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


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a model on people it has not seen, or is said to have not."""

    kind: Kind
    counts: Mapping[str, int]
    """How much there was: answers, people, prompts."""
    split: str
    tables: tuple[Table, ...]
    plots: tuple[Plot, ...]
    limits: tuple[str, ...]


def table_text(table: Table) -> str:
    """Return a table in Markdown, with n and the number of independent units of each row."""
    rows = [
        ("", "n", "units", *table.columns),
        ("---",) * (len(table.columns) + 3),
        *((line.name, *_sizes(line), *map(_cell, line.figures)) for line in table.lines),
    ]
    text = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    note = f"\n{table.note}\n" if table.note else ""
    return f"### {table.title}\n{note}\n{text}\n"


def tables_text(report: Report) -> str:
    """Return all tables in Markdown."""
    return "\n".join(table_text(table) for table in report.tables)


def plots_text(report: Report, folder: str) -> str:
    """Return the pictures in Markdown, each with its text for who cannot see it."""
    parts = []
    for plot in report.plots:
        place = f"{folder}/{plot.name}"
        parts.append(
            f"### {plot.title}\n\n![{plot.alt}]({place}.svg)\n\n{plot.alt} "
            f"[PNG]({place}.png), [figures]({place}.csv).\n"
        )
    return "\n".join(parts)


def figures_of(report: Report) -> list[dict[str, Any]]:
    """Return every figure of the tables with where it stands, its interval, n and reason."""
    return list(_figures(report))


def _figures(report: Report) -> Iterator[dict[str, Any]]:
    for table in report.tables:
        for line in table.lines:
            for column, figure in zip(table.columns, line.figures, strict=True):
                if figure is not None:
                    place = {"table": table.title, "row": line.name, "figure": column}
                    yield place | msgspec.structs.asdict(figure)


def _sizes(line: Line) -> tuple[str, str]:
    """Return n and units, a range where the columns differ."""
    known = [figure for figure in line.figures if figure is not None]
    return _span([f.n for f in known]), _span([f.clusters for f in known])


def _span(sizes: list[int]) -> str:
    if not sizes:
        return BLANK
    least, most = min(sizes), max(sizes)
    return f"{least}" if least == most else f"{least} to {most}"


def _cell(figure: Estimate | None) -> str:
    if figure is None:
        return BLANK
    if figure.reason and figure.value is None:
        return f"not estimable: {figure.reason[0].lower()}{figure.reason[1:].rstrip('.')}"
    return str(figure)
