"""The page of an audit: what is wrong with a memory store, in one file that loads nothing."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

import msgspec
from jinja2 import Environment

from recenter import __version__
from recenter.audit.record import DROPPED, FAULTS, MEANINGS, Fault
from recenter.figures.look import environment, style

PAGE = "audit.html"
NOT_CHECKED = "not checked"


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with a fault, as it is shown."""

    id: str
    line: int
    reason: str
    text: str | None
    """None where no texts are shown."""
    other: str | None
    """Id of the entry that says the same or otherwise."""
    other_text: str | None


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of an audit."""

    file: str
    format: str
    entries: int
    clean: int
    counts: Mapping[Fault, int | None]
    checked: int
    reasons: Mapping[Fault, Mapping[str, int]]
    topics: Mapping[str, int]
    examples: Mapping[Fault, tuple[Example, ...]]
    place: str
    """What `line` of an example counts: lines, or the items of a JSON value."""
    left_out: Mapping[str, int]
    as_of: str
    conversations: int | None
    unread: int
    embedder: str
    dropped: int
    dropped_for: tuple[Fault, ...]
    texts: bool

    def share(self, count: int | None) -> float | None:
        """Return a count as a share of the entries; None where there is none of either."""
        return None if count is None or not self.entries else count / self.entries

    def bar(self, fault: Fault, count: int) -> float:
        """Return the share that is told, in percent."""
        of = self.checked if fault == "unsupported" else self.entries
        return 100 * count / of if of else 0.0

    def told(self, fault: Fault, count: int | None) -> tuple[str, str]:
        """Return a count and its share in words, of those that were checked."""
        if count is None:
            return NOT_CHECKED, NOT_CHECKED
        of = self.checked if fault == "unsupported" else self.entries
        share = _percent(count / of) if of else "none"
        if fault == "unsupported" and of < self.entries:
            return f"{count:,} of {of:,} checked", share
        return f"{count:,}", share

    @property
    def verdict(self) -> str:
        """The audit in one sentence."""
        if not self.entries:
            return "There is nothing in it: no entry to judge."
        known = "" if self.checked else ", as far as can be told without conversations"
        share = _percent(self.clean / self.entries)
        return f"{self.clean:,} of {self.entries:,} entries ({share}) are clean{known}."

    @property
    def facts(self) -> tuple[str, ...]:
        """What it was made of."""
        return tuple(self._facts())

    def _facts(self) -> Iterator[str]:
        yield f"Format: {self.format}; dates judged as of {self.as_of}."
        for reason, count in self.left_out.items():
            yield f"Left out: {count:,} {reason}."
        if self.conversations is None:
            yield "No conversations were given: support was checked for entries with messages only."
        else:
            yield f"Support looked for in {self.conversations:,} conversations."
        if self.unread:
            yield f"{self.unread:,} rows of the conversations could not be read."
        names = ", ".join(self.dropped_for)
        yield f"A cleaned copy leaves out {self.dropped:,} entries, for: {names}."

    @property
    def limits(self) -> tuple[str, ...]:
        """What a reader should keep in mind."""
        return (
            "Unsupported means that nothing was found that the person said; not that it is false. "
            "What they said elsewhere is not known here.",
            "Text of the system itself is not asked for support, and compared with its like by "
            "words alone.",
            "The checks know English wordings; of other languages they find duplicates and the "
            "plainest orders only.",
            "Sensitive and third-party entries may be true and wanted; a cleaned copy keeps them "
            "unless asked to drop them.",
        )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def page(view: View) -> str:
    """Return the page as a whole document; every text of the export is escaped."""
    look = style(_environment().get_template("audit.css").render())
    return (
        _environment()
        .get_template("audit.html")
        .render(
            view=view,
            style=look.text,
            style_hash=look.hash,
            faults=FAULTS,
            meanings=MEANINGS,
            dropped=DROPPED,
            version=__version__,
        )
    )


@functools.cache
def _environment() -> Environment:
    return environment("recenter.audit")
