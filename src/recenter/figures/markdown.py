"""Tables and plots as Markdown, and every figure of a table as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from recenter.figures.record import Line, Picture, Table
from recenter.stats.estimate import Estimate

BLANK = "–"
"""A cell where the figure does not apply."""
_SHORT = 40
"""Characters of a reason that stands in the cell itself."""


def inert(text: str) -> str:
    """Return a text from data so that in Markdown it is a text: no table, link, picture, code or
    tag comes of it.
    """
    flat = " ".join(text.split())
    marks = (("\\", r"\\"), ("|", r"\|"), ("<", "&lt;"), ("`", "'"), ("](", r"]\("))
    for mark, harmless in marks:
        flat = flat.replace(mark, harmless)
    return flat


def notes_of(tables: Iterable[Table]) -> dict[str, int]:
    """Return the number of each reason that a figure has no interval; a short one needs none."""
    reasons = (
        figure.reason
        for table in tables
        for line in table.lines
        for figure in line.figures
        if figure is not None and _bare(figure) and figure.reason and len(figure.reason) > _SHORT
    )
    return {reason: number for number, reason in enumerate(dict.fromkeys(reasons), 1)}


def _bare(figure: Estimate) -> bool:
    return figure.value is not None and (figure.low is None or figure.high is None)


def _table_text(table: Table, notes: Mapping[str, int]) -> str:
    """Return a table in Markdown, with n and the number of independent units of each row."""
    rows = [
        ("", "n", "units", *map(inert, table.columns)),
        ("---",) * (len(table.columns) + 3),
        *(
            (inert(line.name), *sizes_of(line), *(_cell(figure, notes) for figure in line.figures))
            for line in table.lines
        ),
    ]
    text = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    note = f"\n{table.note}\n" if table.note else ""
    return f"### {inert(table.title)}\n{note}\n{text}\n"


def tables_text(tables: Iterable[Table]) -> str:
    """Return all tables in Markdown, and below them why figures have no interval."""
    tables = tuple(tables)
    notes = notes_of(tables)
    texts = [_table_text(table, notes) for table in tables]
    if notes:
        told = "\n".join(f"{number}. {inert(reason)}" for reason, number in notes.items())
        texts.append(f"Notes:\n\n{told}\n")
    return "\n".join(texts)


def plots_text(plots: Iterable[Picture], folder: str) -> str:
    """Return the pictures in Markdown, each with its text for who cannot see it."""
    parts = []
    for plot in plots:
        place, alt = f"{folder}/{plot.name}", inert(plot.alt)
        parts.append(
            f"### {inert(plot.title)}\n\n![{alt}]({place}.svg)\n\n{alt} "
            f"[PNG]({place}.png), [figures]({place}.csv).\n"
        )
    return "\n".join(parts)


def figures_of(tables: Iterable[Table]) -> list[dict[str, Any]]:
    """Return every figure of the tables with where it stands, its interval, n and reason."""
    return list(_figures(tables))


def _figures(tables: Iterable[Table]) -> Iterator[dict[str, Any]]:
    for table in tables:
        for line in table.lines:
            for column, figure in zip(table.columns, line.figures, strict=True):
                if figure is not None:
                    place = {"table": table.title, "row": line.name, "figure": column}
                    yield place | msgspec.structs.asdict(figure)


def sizes_of(line: Line) -> tuple[str, str]:
    """Return n and units, a range where the columns differ."""
    known = [figure for figure in line.figures if figure is not None]
    return _span([f.n for f in known]), _span([f.clusters for f in known])


def _span(sizes: list[int]) -> str:
    if not sizes:
        return BLANK
    least, most = min(sizes), max(sizes)
    return f"{least}" if least == most else f"{least} to {most}"


def _cell(figure: Estimate | None, notes: Mapping[str, int]) -> str:
    if figure is None:
        return BLANK
    if figure.reason and figure.value is None:
        return f"not estimable: {figure.reason[0].lower()}{figure.reason[1:].rstrip('.')}"
    if figure.reason and _bare(figure):
        number = notes.get(figure.reason)
        return (
            f"{figure} ({inert(figure.reason).rstrip('.') if number is None else f'note {number}'})"
        )
    return str(figure)
