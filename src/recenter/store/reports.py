"""What the store says about what it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from recenter.records import Record, Usage

Outcome = Literal["new", "changed", "same", "refused"]
"""`refused`: the person, or this very record, was forgotten; or nobody knows whom it is about."""


class PutReport(Record, frozen=True):
    """What became of the records that were put."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    """Of persons who were forgotten, deleted one by one before, or about something unknown."""
    removed: int = 0
    """Of the set before, no longer in it."""


class ForgetReport(Record, frozen=True):
    """What was removed, by table; `runs` counts manifests that no longer mention the person."""

    person: str
    counts: Mapping[str, int]
    erased: bool = True
    """Whether the freed space was overwritten. False where that was not asked for, or another
    process was using the file: call `Store.erase` when it has ended."""


class Run(Record, frozen=True):
    """The manifest of one command: the only record that tells the time."""

    id: str
    command: str
    started: str
    """ISO 8601 in UTC."""
    arguments: Mapping[str, Any] = {}
    code: str = ""
    """Version of Recenter."""
    ended: str | None = None
    """None while it runs, or where it was killed."""
    outcome: str | None = None
    """`done`, or the name of the error that ended it."""
    counts: Mapping[str, int] = {}
    usage: Usage = Usage()
    person: str | None = None
    """Whom it was about, where it was about one person."""
