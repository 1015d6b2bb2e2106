"""Reads conversations from a file of any known format, one by one, and never stops at a bad row."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from recenter.errors import InputError
from recenter.formats import decode
from recenter.importers.base import BadRow, Format, Skip, SkippedRow, Tally
from recenter.importers.detect import format_of, get_format, unknown_format
from recenter.importers.files import Part, account_of, chunks_of, parts_of
from recenter.importers.json_rows import RawRow, json_items, json_lines
from recenter.importers.parquet import parquet_rows
from recenter.importers.pseudonym import Pseudonyms
from recenter.records import Conversation

Row = Conversation | BadRow | SkippedRow

_LOOK_AT = 100
"""Rows looked at for a mark of a format before it is called unknown."""


def read_conversations(
    path: Path,
    *,
    key: bytes,
    format: str | None = None,
    person: str | None = None,
    tally: Tally | None = None,
) -> Iterator[Conversation | BadRow]:
    """Yield the conversations of a file, folder, zip or (`-`) standard input, and its bad rows.

    Memory stays flat: rows are read, decoded and yielded one by one. Ids are pseudonymised with
    `key`; `person` says whose conversations all of them are. `tally` counts all rows, also those
    left out on purpose.

    Raises:
        InputError: the file cannot be opened or is no archive it says it is.
        UnknownFormatError: no row bears the mark of a format and none was named.
        ConfigError: there is no format of this name.
        MissingExtraError: it is Parquet and pyarrow is not installed.
    """
    for row in read_rows(path, key=key, format=format, person=person):
        if tally is not None:
            tally.add(row)
        if not isinstance(row, SkippedRow):
            yield row


def read_rows(
    path: Path, *, key: bytes, format: str | None = None, person: str | None = None
) -> Iterator[Row]:
    """Yield one outcome per row of the file; otherwise as `read_conversations`."""
    forced = None if format is None else get_format(format)
    door = Pseudonyms(key, person=person)
    account = account_of(path)
    for part in parts_of(path):
        if part.kind == "parquet":
            yield from parquet_rows(part, forced, door)
        else:
            yield from _json_rows(part, forced, door, account)


def stop_at_bad(rows: Iterable[Conversation | BadRow]) -> Iterator[Conversation]:
    """Yield the conversations up to the first bad row (`--strict`).

    Raises:
        InputError: there is a bad row.
    """
    for row in rows:
        if isinstance(row, BadRow):
            raise row.error()
        yield row


def _json_rows(part: Part, forced: Format | None, door: Pseudonyms, account: str) -> Iterator[Row]:
    raw = _raw_rows(part)
    head: list[RawRow] = []
    format = forced
    while format is None:
        # What is looked at here is read again below, so that nothing is lost.
        row = next(raw, None) if len(head) < _LOOK_AT else None
        if row is None:
            raise unknown_format(part.name, [_peek(data) for _, data in head[:1]])
        head.append(row)
        format = format_of(_peek(row[1]))
    for number, data in itertools.chain(head, raw):
        yield _outcome(part.name, number, data, format=format, door=door, account=account)


def _raw_rows(part: Part) -> Iterator[RawRow]:
    """Yield the rows as bytes; where the file turns out damaged, the reason as the last one."""
    chunks = chunks_of(part)
    first = next(chunks, b"")
    split = json_items if first.lstrip()[:1] == b"[" else json_lines
    number = 0
    try:
        for number, data in split(itertools.chain([first], chunks)):
            yield number, data
    except InputError as error:
        yield number + 1, error.reason


def _peek(data: bytes | str) -> Any:
    try:
        return decode(data, object) if isinstance(data, bytes) else data
    except (InputError, RecursionError):
        return data


def _outcome(
    file: str, number: int, data: bytes | str, *, format: Format, door: Pseudonyms, account: str
) -> Row:
    if isinstance(data, str):
        return BadRow(file=file, line=number, reason=data)
    try:
        made = format.convert(decode(data, format.row), door, account)
    except InputError as error:
        return BadRow(file=file, line=number, reason=error.reason, field=error.field)
    except RecursionError:
        return BadRow(file=file, line=number, reason="nested too deeply.")
    if isinstance(made, Skip):
        return SkippedRow(file=file, line=number, reason=made.reason)
    return made
