"""The look that pages of figures share: one style sheet, in the page, named by its hash."""

from __future__ import annotations

import base64
import functools
import hashlib

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """A style sheet, and the hash by which a page's policy allows it and no other."""

    text: str
    hash: str
    """SHA-256 in base64."""


def environment(package: str) -> Environment:
    """Return the templates of a package; what is put into them is escaped, and must be there."""
    return Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def style(more: str = "") -> Style:
    """Return the style of a page, with what one page needs beside it."""
    text = _sheet() + more
    return Style(text=text, hash=base64.b64encode(hashlib.sha256(text.encode()).digest()).decode())


@functools.cache
def _sheet() -> str:
    return environment("recenter.figures").get_template("page.css").render()
