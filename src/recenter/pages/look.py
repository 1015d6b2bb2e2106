"""How pages are rendered, and the files of the shared look."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

SHARED = Path(__file__).parent / "static"
"""Served under `static/shared`."""


def templates(package: str) -> Environment:
    """Return the environment of a package's pages; what is not marked safe is escaped."""
    return Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
