"""Rows of a table in CSV, as the JSON objects that they mean."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

import msgspec

from recenter.errors import InputError
from recenter.importers.json_rows import MAX_ROW, RawRow, too_long

_MAX_HEADER = 65_536


def header_of(first: bytes) -> list[str] | None:
    """Return the names of the columns; None where the text does not begin as a table does."""
    line = first[:_MAX_HEADER].lstrip().splitlines()[:1]
    if not line or line[0][:1] in b"{[":
        return None
    try:
        return next(csv.reader([line[0].decode()]), None)
    except (csv.Error, UnicodeDecodeError):
        return None


def table_rows(chunks: Iterable[bytes]) -> Iterator[RawRow]:
    """Yield each row as an object of texts by column, at the line where it begins.

    Raises:
        InputError: a line is longer than any row may be.
    """
    lines = _lines(chunks)
    reader = csv.reader(lines)
    header: list[str] | None = None
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, f"not a row of a table: {error}."
            continue
        if header is None and row:
            header = row
        elif header is not None and row:
            yield number, _object(header, row)


def _object(header: list[str], row: list[str]) -> bytes | str:
    if len(row) != len(header):
        return f"the row has {len(row)} columns; expected {len(header)}."
    try:
        return msgspec.json.encode(dict(zip(header, row, strict=True)))
    except UnicodeEncodeError:
        return "not UTF-8."


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines with their ends, bytes that are no UTF-8 as surrogates.

    Raises:
        InputError: a line is longer than any row may be.
    """
    held = b""
    for chunk in chunks:
        *whole, held = (held + chunk).split(b"\n")
        for line in whole:
            yield line.decode(errors="surrogateescape") + "\n"
        if len(held) > MAX_ROW:
            raise InputError(too_long(MAX_ROW))
    if held:
        yield held.decode(errors="surrogateescape")
