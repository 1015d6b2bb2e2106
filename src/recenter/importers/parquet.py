"""Rows of Parquet files, batch by batch, reading only the columns that a format declares."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from recenter.errors import InputError, MissingExtraError
from recenter.formats import convert, without_values
from recenter.importers.base import BadRow, Format, Made, Skip, SkippedRow
from recenter.importers.detect import format_of, unknown_format
from recenter.importers.fields import role_of
from recenter.importers.files import Part
from recenter.importers.pseudonym import Pseudonyms
from recenter.importers.wildchat import NAME as WILDCHAT_NAME
from recenter.importers.wildchat import tags_of, wildchat_conversation
from recenter.records import Conversation, Reference, Turn

BATCH_ROWS = 1000
"""Rows in memory at a time, with the row group's pages being unpacked."""

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
# Seconds since 1970 of the years that ISO 8601 can write in four digits.
_YEAR_1, _YEAR_10000 = -62_135_596_800, 253_402_300_800


def parquet_rows(
    part: Part, forced: Format | None, door: Pseudonyms
) -> Iterator[Conversation | Reference | BadRow | SkippedRow]:
    """Yield one outcome per row.

    Raises:
        InputError: the file is damaged.
        UnknownFormatError: no column bears the mark of a format and none was named.
        MissingExtraError: pyarrow is not installed.
    """
    pa, pq = _pyarrow()
    number = 0
    try:
        metadata = pq.read_metadata(part.path)
        names = metadata.schema.to_arrow_schema().names
        format = forced or format_of(dict.fromkeys(names))
        if format is None:
            raise unknown_format(part.name, [dict.fromkeys(names)])
        for batch in _batches(pq, part, metadata, _leaves(metadata.schema, format.row)):
            yield from _batch_rows(batch, format, door, file=part.name, before=number)
            number += batch.num_rows
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        broken = InputError(
            f"the Parquet file is damaged: {str(error).rstrip('.')}.", file=part.name
        )
        if number == 0:
            raise broken from None
        yield BadRow(file=part.name, line=number + 1, reason=broken.reason)


def _batches(pq: Any, part: Part, metadata: Any, columns: list[str]) -> Iterator[Any]:
    """Yield the rows of all row groups, opening the file anew for each: one reader that goes
    through several holds on to what it read of them all, and memory grows with the file.
    """
    for group in range(metadata.num_row_groups):
        with pq.ParquetFile(part.path, metadata=metadata) as file:
            yield from file.iter_batches(BATCH_ROWS, row_groups=[group], columns=columns)


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError("Reading Parquet", "corpus") from None
    return pyarrow, pyarrow.parquet


def _leaves(schema: Any, row: Any) -> list[str]:
    """Return the leaf columns that the row type declares: the rest is not even unpacked."""
    if not (isinstance(row, type) and issubclass(row, msgspec.Struct)):
        return [schema.column(i).path for i in range(len(schema.names))]
    wanted = {field.encode_name: _inner_names(field.type) for field in msgspec.structs.fields(row)}
    leaves = []
    for i in range(len(schema.names)):
        path = schema.column(i).path
        top, *rest = path.split(".")
        inner = wanted.get(top, frozenset())
        if inner is None or inner & set(rest):
            leaves.append(path)
    return leaves


def _inner_names(kind: Any) -> frozenset[str] | None:
    """Return the fields of the struct inside a type; None where it holds no struct, or names of
    its own beside.
    """
    if typing.get_origin(kind) is dict:
        return None
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return frozenset(field.encode_name for field in msgspec.structs.fields(kind))
    inner = [_inner_names(part) for part in typing.get_args(kind)]
    return next((names for names in inner if names is not None), None)


def _batch_rows(
    batch: Any, format: Format, door: Pseudonyms, *, file: str, before: int
) -> Iterator[Conversation | Reference | BadRow | SkippedRow]:
    made: Iterator[Made | tuple[Made, ...] | InputError] | None = None
    if format.name == WILDCHAT_NAME:
        made = _wildchat_batch(batch, door)
    for i, row in enumerate(made or _any_batch(batch, format, door), start=before + 1):
        if isinstance(row, InputError):
            yield BadRow(file=file, line=i, reason=without_values(row.reason), field=row.field)
            continue
        for one in row if isinstance(row, tuple) else (row,):
            yield SkippedRow(file=file, line=i, reason=one.reason) if isinstance(one, Skip) else one


def _any_batch(
    batch: Any, format: Format, door: Pseudonyms
) -> Iterator[Made | tuple[Made, ...] | InputError]:
    """Convert row by row: for the formats that are rarely in Parquet, and batches with faults."""
    pa, _ = _pyarrow()
    for i in range(batch.num_rows):
        try:
            values = batch.slice(i, 1).to_pylist()[0]
            yield format.convert(convert(values, format.row), door, "")
        except InputError as error:
            yield error
        except (ValueError, OverflowError, pa.ArrowException) as error:
            yield InputError(f"a value cannot be read: {type(error).__name__}.")


class _Columns(typing.NamedTuple):
    """A batch of WildChat rows as plain Python values, one list per column."""

    bounds: list[int]
    """Row i has the turns from bounds[i] up to bounds[i + 1]."""
    turns: list[Turn]
    ids: list[str | None]
    users: list[str | None]
    times: list[str | None]
    languages: list[str | None]
    toxic: list[bool | None]
    redacted: list[bool | None]


def _wildchat_batch(batch: Any, door: Pseudonyms) -> Iterator[Conversation | Skip] | None:
    """Convert a clean batch column by column, several times as fast as row by row; None where a
    value is missing or odd, so that the careful way can say which.
    """
    pa, _ = _pyarrow()
    try:
        columns = _columns(batch, pa)
    except (KeyError, ValueError, InputError, AttributeError, pa.ArrowException):
        return None
    return None if columns is None else _wildchat_rows(columns, door)


def _wildchat_rows(columns: _Columns, door: Pseudonyms) -> Iterator[Conversation | Skip]:
    turns, bounds = columns.turns, columns.bounds
    for i, raw_id in enumerate(columns.ids):
        yield wildchat_conversation(
            tuple(turns[bounds[i] : bounds[i + 1]]),
            door,
            user=columns.users[i],
            raw_id=raw_id,
            at=columns.times[i],
            language=columns.languages[i],
            tags=tags_of(columns.toxic[i], columns.redacted[i]),
        )


def _columns(batch: Any, pa: Any) -> _Columns | None:
    conversation = batch.column("conversation")
    users = batch.column("hashed_ip")
    if conversation.null_count or users.null_count:
        return None
    # Offsets of a slice start where the slice does, flattened values at its first one.
    offsets = conversation.offsets.to_numpy()
    items = conversation.flatten()
    inside = dict(zip((field.name for field in items.type), items.flatten(), strict=True))
    times = _times(batch.column("timestamp"), pa)
    if times is None or inside["role"].null_count:
        return None
    roles = inside["role"].dictionary_encode()
    words = [role_of(word, field="role") for word in roles.dictionary.to_pylist()]
    turns = [
        Turn(role=words[index], text=text or "")
        for index, text in zip(
            roles.indices.to_numpy().tolist(), _strings(inside["content"]), strict=True
        )
    ]
    return _Columns(
        bounds=(offsets - offsets[0]).tolist(),
        turns=turns,
        ids=_strings(batch.column("conversation_hash")),
        users=_strings(users),
        times=times,
        languages=_strings(batch.column("language")),
        toxic=batch.column("toxic").to_pylist(),
        redacted=batch.column("redacted").to_pylist(),
    )


def _strings(column: Any) -> list[str | None]:
    """Return the values of a text column; faster by way of numpy than by `to_pylist`."""
    values: list[str | None] = column.to_numpy(zero_copy_only=False).tolist()
    return values


def _times(column: Any, pa: Any) -> list[str | None] | None:
    """Return timestamps as ISO 8601 in UTC; None where they are not timestamps of this era."""
    if not pa.types.is_timestamp(column.type):
        return None
    # Divided here, since Arrow's cast rounds times before 1970 up.
    values = column.cast(pa.int64()).fill_null(0).to_numpy() // _PER_SECOND[column.type.unit]
    if len(values) and not (values.min() >= _YEAR_1 and values.max() < _YEAR_10000):
        return None
    times = [f"{time}Z" for time in np.datetime_as_string(values.astype("datetime64[s]")).tolist()]
    if not column.null_count:
        return [*times]
    return [
        time if known else None
        for time, known in zip(times, column.is_valid().to_pylist(), strict=True)
    ]
