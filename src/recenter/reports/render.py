"""A report as Markdown, as data, and as a folder with its figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from recenter.figures.draw import draw
from recenter.figures.markdown import figures_of, inert, plots_text, tables_text
from recenter.figures.record import Picture
from recenter.reports.page import page
from recenter.reports.section import GapReport, Section, signature_line, sizes_line

PAGE, TEXT, DATA, FIGURES = "report.html", "report.md", "report.json", "figures"


def write_report(report: GapReport, folder: Path) -> str:
    """Write page, text, data and figures into a folder.

    Returns the characters of names that no installed font has, so that the PNG show boxes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    (folder / PAGE).write_text(page(report), "utf-8")
    (folder / TEXT).write_text(markdown(report), "utf-8")
    data = msgspec.json.encode(as_data(report), order="deterministic")
    (folder / DATA).write_bytes(msgspec.json.format(data, indent=2) + b"\n")
    missing = ""
    for section in report.sections:
        for picture in section.pictures:
            signed = f"{sizes_line(section)}; {signature_line(report)}"
            missing += draw(named(picture, section), folder / FIGURES, signature=signed)
    return "".join(dict.fromkeys(missing))


def named(picture: Picture, section: Section) -> Picture:
    """Return a picture under a name that no other section has."""
    return msgspec.structs.replace(picture, name=f"{section.name}-{picture.name}")


def markdown(report: GapReport) -> str:
    """Return the report in Markdown."""
    return "\n\n".join(part.strip("\n") for part in _parts(report)) + "\n"


def as_data(report: GapReport) -> dict[str, Any]:
    """Return every figure with its interval, n, units and place."""
    return {
        "signature": report.signature,
        "seed": report.seed,
        "files": report.files,
        "problems": report.problems,
        **({"summary": report.front.summary} if report.front.summary else {}),
        "sections": [
            {
                "name": section.name,
                "title": section.title,
                "verdict": section.verdict,
                "counts": dict(section.counts),
                "figures": figures_of(section.tables),
                "limits": section.limits,
            }
            for section in report.sections
        ],
    }


def _parts(report: GapReport) -> Iterator[str]:
    front = report.front
    yield f"# {front.heading}"
    if front.summary:
        yield inert(front.summary)
    yield f"{front.intervals}\n\n`{signature_line(report)}`"
    for section in report.sections:
        yield f"## {inert(section.title)}\n\n{inert(section.verdict)}"
        yield "\n".join(f"- {name}: {count:,}" for name, count in section.counts.items())
        yield tables_text(section.tables)
        yield plots_text((named(one, section) for one in section.pictures), FIGURES)
        yield "\n".join(f"- {limit}" for limit in section.limits)
    files = "\n".join(
        f"| {inert(one.name)} | {one.rows} | `{one.sha256}` |" for one in report.files
    )
    yield f"## Data\n\n| file | {front.rows} | sha256 |\n|---|---|---|\n{files}"
    if report.problems:
        told = "\n".join(
            f"- {one.count:,}: {inert(one.what)}"
            + (f" (first: {inert(one.example)})" if one.example else "")
            for one in report.problems
        )
        yield f"## Left out\n\n{told}"
