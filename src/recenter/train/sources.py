"""Files of rows to train or evaluate on: read once, with their checksums, errors in their place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from recenter import formats
from recenter.errors import InputError


class DataFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read."""

    name: str
    rows: int
    sha256: str


class Rows(NamedTuple):
    """The rows of one or more files, one after the other."""

    rows: tuple[dict[str, Any], ...]
    places: tuple[tuple[str, int], ...]
    """File and line of each."""
    files: tuple[DataFile, ...]


def read_rows(paths: Sequence[Path]) -> Rows:
    """Return the rows of files of JSON lines; empty lines are passed over.

    Raises:
        InputError: a file cannot be read, was given twice, or a line is no JSON object.
    """
    rows: list[dict[str, Any]] = []
    places: list[tuple[str, int]] = []
    files: list[DataFile] = []
    for path in paths:
        before = len(rows)
        data = _bytes(path)
        for number, line in enumerate(data.splitlines(), 1):
            if line.strip():
                rows.append(formats.decode(line, dict[str, Any], file=str(path), number=number))
                places.append((str(path), number))
        if len(rows) == before:
            raise InputError("holds no rows.", file=str(path), cure="Name a file of JSON lines.")
        digest = hashlib.sha256(data).hexdigest()
        if any(digest == one.sha256 for one in files):
            raise InputError("holds the same bytes as a file before it.", file=str(path))
        files.append(DataFile(name=path.name, rows=len(rows) - before, sha256=digest))
    return Rows(tuple(rows), tuple(places), tuple(files))


@contextmanager
def placed(read: Rows) -> Iterator[None]:
    """Name file and line of an error about a row, where it is said by the number of the row."""
    try:
        yield
    except InputError as error:
        if error.line is None or not 0 < error.line <= len(read.places):
            raise
        file, line = read.places[error.line - 1]
        raise InputError(
            error.reason, file=file, line=line, field=error.field, cure=error.cure
        ) from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
