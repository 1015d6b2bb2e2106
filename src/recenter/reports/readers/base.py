"""What the readers share: a row with its place, and what a reader promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from recenter.reports.material import Material

PEOPLE = "people (majority)"
"""Name of the judge where only what most people said is known."""
VERDICT = "verdict in the file"
"""Name of the judge where a file does not say whose verdict it holds."""


class Row(NamedTuple):
    """A row of a file, and where it stands."""

    fields: Mapping[str, Any]
    file: str
    line: int

    @property
    def place(self) -> str:
        """Name of the file and line; a report need not tell where on a machine the file was."""
        return f"{Path(self.file).name}:{self.line}"


Reader = Callable[[Iterable[Row]], Material]
"""Rows of one shape to material.

Raises InputError where a row is not of the shape; what has the shape and makes no sense, such as
an answer off the scale, is counted as a problem instead, and the rest is reported.
"""


class Shape(NamedTuple):
    """A shape of rows: the fields that tell it, and who reads it."""

    name: str
    fields: frozenset[str]
    """All of these are in every row."""
    read: Reader
