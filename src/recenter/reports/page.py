"""A report as one HTML page that loads nothing."""

from __future__ import annotations

import base64
import functools
import hashlib

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from recenter import __version__
from recenter.figures.inline import inline_svg
from recenter.figures.markdown import sizes_of
from recenter.figures.record import Picture
from recenter.reports.section import INTERVALS, GapReport, Section, signature_line, sizes_line


def page(report: GapReport) -> str:
    """Return the page as a whole document.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    style = _environment().get_template("report.css").render()
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            style=style,
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            svg=_svg,
            sizes=sizes_of,
            rests_on=sizes_line,
            signature=signature_line(report),
            intervals=INTERVALS,
            version=__version__,
        )
    )


def _svg(picture: Picture, section: Section) -> str:
    name = f"{section.name}-{picture.name}"
    return inline_svg(msgspec.structs.replace(picture, name=name))


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("recenter.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
