"""A report as one HTML page that loads nothing."""

from __future__ import annotations

import functools

import msgspec
from jinja2 import Environment

from recenter import __version__
from recenter.figures.inline import inline_svg
from recenter.figures.look import environment, style
from recenter.figures.markdown import notes_of, sizes_of
from recenter.figures.record import Picture
from recenter.reports.section import GapReport, Section, signature_line, sizes_line


def page(report: GapReport) -> str:
    """Return the page as a whole document.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    look = style()
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            style=look.text,
            style_hash=look.hash,
            svg=_svg,
            sizes=sizes_of,
            notes_of=notes_of,
            rests_on=sizes_line,
            signature=signature_line(report),
            front=report.front,
            version=__version__,
        )
    )


def _svg(picture: Picture, section: Section) -> str:
    name = f"{section.name}-{picture.name}"
    return inline_svg(msgspec.structs.replace(picture, name=name))


@functools.cache
def _environment() -> Environment:
    return environment("recenter.reports")
