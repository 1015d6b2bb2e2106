"""What the readers of all formats share: the outcome of a row, and the shape of a format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from recenter.errors import InputError
from recenter.importers.pseudonym import Pseudonyms
from recenter.provenance import digest
from recenter.records import Conversation, Reference, Turn, conversation_id


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that could not be read. Holds no text of the row."""

    file: str
    line: int
    """1-based line; in a JSON array or a Parquet file the 1-based position of the row."""
    reason: str
    field: str | None = None

    def error(self) -> InputError:
        """Return the row as the error that `--strict` stops with."""
        return InputError(self.reason, file=self.file, line=self.line, field=self.field)


class SkippedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was read and left out on purpose."""

    file: str
    line: int
    reason: str
    """`empty`, `no_user_turn`, `do_not_remember`, `no_conversation` or `repeated`."""


class Skip(msgspec.Struct, frozen=True):
    """What a format answers instead of a conversation that must not or need not be kept."""

    reason: str


Made = Conversation | Reference | Skip


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One format of conversations: how it is recognised, decoded and made into a record."""

    name: str
    mark: str
    """Field that rows of this format have and rows of the others do not."""
    row: Any
    """The fields that are read. Whatever is not declared there is never decoded."""
    convert: Callable[[Any, Pseudonyms, str], Made | tuple[Made, ...]]
    """(row, door, id of the account that the file belongs to) -> record, or several."""
    fits: Callable[[Any], bool] | None = None
    """Tells the rows where one field does not; called with whatever JSON a file holds."""

    def bears(self, row: Any) -> bool:
        """Tell whether a row, or a mapping of column names, is of this format."""
        if self.fits is not None:
            return self.fits(row)
        return isinstance(row, dict) and self.mark in row


class ImportCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows of an import: read = kept + bad + the sum of skipped.

    A row of a benchmark holds several conversations, which are counted one by one.
    """

    read: int
    kept: int
    bad: int
    skipped: Mapping[str, int]
    references: int = 0
    """What benchmarks say of their people, beside the conversations."""


class Tally:
    """Counts rows as they are read."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()

    def add(self, row: Conversation | Reference | BadRow | SkippedRow) -> None:
        """Count one row."""
        if isinstance(row, SkippedRow):
            self._skipped[row.reason] += 1
        elif isinstance(row, Reference):
            self._counts["references"] += 1
        else:
            self._counts["bad" if isinstance(row, BadRow) else "kept"] += 1

    @property
    def counts(self) -> ImportCounts:
        """The counts so far."""
        kept, bad = self._counts["kept"], self._counts["bad"]
        return ImportCounts(
            read=kept + bad + self._skipped.total(),
            kept=kept,
            bad=bad,
            skipped=dict(self._skipped),
            references=self._counts["references"],
        )


def missing_words(turns: tuple[Turn, ...]) -> Skip | None:
    """Return why turns hold nothing of a person, or None where they do."""
    if not any(turn.text and not turn.text.isspace() for turn in turns):
        return Skip("empty")
    if not any(turn.role == "user" and turn.text and not turn.text.isspace() for turn in turns):
        return Skip("no_user_turn")
    return None


def conversation_of(
    turns: tuple[Turn, ...],
    door: Pseudonyms,
    *,
    person: str,
    source: str,
    raw_id: str | None,
    at: str | None = None,
    language: str | None = None,
    tags: tuple[str, ...] = (),
) -> Conversation | Skip:
    """Return the record of turns whose person is already a pseudonym, or why there is none."""
    lacking = missing_words(turns)
    if lacking is not None:
        return lacking
    return Conversation(
        id=conversation_id(person, source, conversation_key(turns, door, raw_id)),
        person=person,
        turns=turns,
        source=source,
        at=at,
        language=language,
        tags=tags,
    )


def conversation_key(turns: tuple[Turn, ...], door: Pseudonyms, raw_id: str | None) -> str:
    """Return the key of a conversation in its source: of its id, else of its turns."""
    if raw_id:
        return door.conversation(raw_id)
    return digest([(turn.role, turn.text) for turn in turns])


def lone_person(
    turns: tuple[Turn, ...], door: Pseudonyms, *, source: str, raw_id: str | None
) -> str:
    """Return the person of a conversation whose source names nobody: a person of its own, so
    that strangers are never taken for one person.
    """
    return door.person(conversation_key(turns, door, raw_id), source=f"{source}:conversation")
