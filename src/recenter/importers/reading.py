"""Reads what a file of any known format holds, one by one, and never stops at a bad row."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from recenter.errors import InputError
from recenter.formats import decode, without_values
from recenter.importers.base import BadRow, Format, Skip, SkippedRow, Tally
from recenter.importers.benchmarks.personalens import PERSONALENS, is_message
from recenter.importers.detect import format_of, get_format, unknown_format
from recenter.importers.files import Part, account_of, chunks_of, parts_of
from recenter.importers.json_rows import MAX_ROW, RawRow, json_items, json_lines, too_long
from recenter.importers.parquet import parquet_rows
from recenter.importers.pseudonym import Pseudonyms
from recenter.importers.table_rows import header_of, table_rows
from recenter.records import Conversation, Reference

Row = Conversation | Reference | BadRow | SkippedRow

R = TypeVar("R", bound=Conversation | Reference)

_LOOK_AT = 100
"""Rows looked at for a mark of a format before it is called unknown."""

_SPREAD = re.compile(rb"\s*\{[ \t]*\r?\n")


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
    for row in read_records(path, key=key, format=format, person=person, tally=tally):
        if not isinstance(row, Reference):
            yield row


def read_references(
    path: Path,
    *,
    key: bytes,
    format: str | None = None,
    person: str | None = None,
    tally: Tally | None = None,
) -> Iterator[Reference | BadRow]:
    """Yield what a benchmark says of its people, and bad rows; else as `read_conversations`."""
    for row in read_records(path, key=key, format=format, person=person, tally=tally):
        if not isinstance(row, Conversation):
            yield row


def read_records(
    path: Path,
    *,
    key: bytes,
    format: str | None = None,
    person: str | None = None,
    tally: Tally | None = None,
) -> Iterator[Conversation | Reference | BadRow]:
    """Yield conversations, references and bad rows; otherwise as `read_conversations`."""
    for row in read_rows(path, key=key, format=format, person=person):
        if tally is not None:
            tally.add(row)
        if not isinstance(row, SkippedRow):
            yield row


def read_rows(
    path: Path,
    *,
    key: bytes,
    format: str | None = None,
    person: str | None = None,
    account: str | None = None,
) -> Iterator[Row]:
    """Yield what became of each row of the file, of a benchmark's several things; otherwise as
    `read_conversations`. `account` tells whose a file is that is only a copy of one elsewhere.
    """
    forced = None if format is None else get_format(format)
    door = Pseudonyms(key, person=person)
    account = account_of(path) if account is None else account
    for part in parts_of(path):
        if part.kind == "parquet":
            yield from parquet_rows(part, forced, door)
        else:
            yield from _json_rows(part, forced, door, account)


def stop_at_bad(rows: Iterable[R | BadRow]) -> Iterator[R]:
    """Yield the records up to the first bad row (`--strict`).

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
    while format is None or not head:
        # What is looked at here is read again below, so that nothing is lost.
        row = next(raw, None) if len(head) < _LOOK_AT else None
        if row is None:
            break
        head.append(row)
        seen = _peek(row[1])
        if len(head) == 1 and is_message(seen) and forced in (None, PERSONALENS):
            format, head, raw = PERSONALENS, [], _as_one(itertools.chain([row], raw))
            break
        format = format or format_of(seen)
    if format is None:
        raise unknown_format(part.name, [_peek(data) for _, data in head[:1]])
    for number, data in itertools.chain(head, raw):
        yield from _outcomes(part.name, number, data, format=format, door=door, account=account)


def _raw_rows(part: Part) -> Iterator[RawRow]:
    """Yield the rows as bytes; where the file turns out damaged, the reason as the last one."""
    chunks = chunks_of(part)
    first = next(chunks, b"")
    number = 0
    try:
        for number, data in _split(first, chunks):
            yield number, data
    except InputError as error:
        yield number + 1, error.reason


def _split(first: bytes, chunks: Iterable[bytes]) -> Iterator[RawRow]:
    whole = itertools.chain([first], chunks)
    if first.lstrip()[:1] == b"[":
        return json_items(whole)
    if _SPREAD.match(first):
        # One object over many lines, which is an array of one.
        return json_items(itertools.chain([b"["], whole, [b"]"]))
    header = header_of(first)
    if header is not None and format_of(dict.fromkeys(header)) is not None:
        return table_rows(whole)
    return json_lines(whole)


def _as_one(items: Iterator[RawRow]) -> Iterator[RawRow]:
    """Yield the messages of a file, which is one dialogue, as one row; then what is wrong."""
    held: list[bytes] = []
    size = 0
    wrong: list[RawRow] = []
    for number, data in items:
        size += len(data)
        if isinstance(data, str):
            wrong.append((number, data))
        elif size <= MAX_ROW:
            held.append(data)
    yield 1, too_long(MAX_ROW) if size > MAX_ROW else b"[" + b",".join(held) + b"]"
    yield from wrong


def _peek(data: bytes | str) -> Any:
    try:
        return decode(data, object) if isinstance(data, bytes) else data
    except (InputError, RecursionError):
        return data


def _outcomes(
    file: str, number: int, data: bytes | str, *, format: Format, door: Pseudonyms, account: str
) -> tuple[Row, ...]:
    if isinstance(data, str):
        return (BadRow(file=file, line=number, reason=data),)
    try:
        made = format.convert(decode(data, format.row), door, account)
    except InputError as error:
        return (
            BadRow(file=file, line=number, reason=without_values(error.reason), field=error.field),
        )
    except RecursionError:
        return (BadRow(file=file, line=number, reason="nested too deeply."),)
    if isinstance(made, Conversation):
        return (made,)
    return tuple(
        SkippedRow(file=file, line=number, reason=one.reason) if isinstance(one, Skip) else one
        for one in (made if isinstance(made, tuple) else (made,))
    )
