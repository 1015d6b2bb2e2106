"""The nouns of an audit: an export, its entries, what was found, and what it adds up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec

from recenter.records import Record, Turn
from recenter.text.locate import Span

Fault = Literal[
    "unsupported",
    "duplicate",
    "third_party",
    "sensitive",
    "instruction_like",
    "self_quoted",
    "stale",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
MEANINGS: Mapping[Fault, str] = {
    "unsupported": "no turn of the person supports it",
    "duplicate": "another entry says the same",
    "third_party": "it is about somebody else than the person",
    "sensitive": "it names health, religion, politics, sexuality, minors, money, crime or origin",
    "instruction_like": "it gives orders to a model",
    "self_quoted": "it is the system's own text, learned again",
    "stale": "it no longer holds, by its date or by a later entry",
}
DROPPED: tuple[Fault, ...] = ("unsupported", "duplicate", "instruction_like", "self_quoted")
"""What a cleaned copy leaves out without being asked; the rest may be true and wanted."""

Shape = Literal["json", "lines", "text"]
Place = tuple[str | int, ...]


class Document(Record, frozen=True):
    """A file as it was read, before anything is made of it."""

    file: str
    shape: Shape
    data: Any
    """The JSON value, the value of each line, or the text."""
    lines: tuple[str, ...] = ()
    """The lines of JSON lines as they stand; of one JSON value, its text."""
    numbers: tuple[int, ...] = ()
    """1-based line in the file of each value of JSON lines."""


class Entry(Record, frozen=True):
    """One memory of a store."""

    id: str
    """As the store has it, else its place."""
    text: str
    line: int
    """1-based line; in a JSON array the 1-based position of the item."""
    place: Place
    """Keys and positions that lead to the item, or to the text that holds it."""
    cut: Span | None = None
    """Where it stands in the text at `place`; None where the item at `place` is all of it."""
    owner: str | None = None
    """Whose memory it is, as the store names them."""
    topic: str | None = None
    at: str | None = None
    """When it was made, ISO 8601 in UTC, where the store says so."""
    turns: tuple[Turn, ...] = ()
    """The messages it was made of, where the store keeps them."""


class Export(Record, frozen=True):
    """The entries of a memory store, and the document that they stand in."""

    format: str
    document: Document
    entries: tuple[Entry, ...]
    left_out: Mapping[str, int] = {}
    """What was read and is not judged, such as empty entries, by reason."""


class Finding(Record, frozen=True):
    """Something wrong with an entry."""

    entry: int
    """Position in the entries of the export."""
    fault: Fault
    reason: str
    """Holds no word of any entry."""
    other: int | None = None
    """Position of the entry that says the same, or otherwise and later."""
    topics: tuple[str, ...] = ()
    """Sensitive topics that it touches."""


class Audit(Record, frozen=True):
    """What was found in an export."""

    export: Export
    findings: tuple[Finding, ...]
    checked: tuple[bool, ...]
    """For each entry whether there were conversations to look for support in."""
    as_of: str
    """The day on which dates were judged."""
    conversations: int | None
    """How many were given; None where none were."""
    embedder: str

    @property
    def faults(self) -> tuple[tuple[Finding, ...], ...]:
        """For each entry what is wrong with it."""
        of: list[list[Finding]] = [[] for _ in self.export.entries]
        for finding in self.findings:
            of[finding.entry].append(finding)
        return tuple(map(tuple, of))

    @property
    def clean(self) -> int:
        """Entries with which nothing is wrong, as far as it was checked."""
        return len(self.export.entries) - len({finding.entry for finding in self.findings})

    @property
    def counts(self) -> Mapping[Fault, int | None]:
        """Entries with each fault; None where it was checked for none of them."""
        found = dict.fromkeys(FAULTS, 0)
        for fault, _ in {(finding.fault, finding.entry) for finding in self.findings}:
            found[fault] += 1
        counts: dict[Fault, int | None] = dict(found)
        if not any(self.checked):
            counts["unsupported"] = None
        return counts


class Cleaned(msgspec.Struct, frozen=True, kw_only=True):
    """What a cleaned copy leaves out."""

    dropped: tuple[int, ...]
    """Positions of the entries, in their order."""
    faults: tuple[Fault, ...]
    """For which of the faults."""
