"""Rows of one shard, Parquet or JSON lines, read block by block and written the same way."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from recenter.batch.contract import Row
from recenter.errors import InputError, RecenterError
from recenter.formats import decode, encode, without_values
from recenter.importers.files import Part, chunks_of
from recenter.importers.json_rows import json_lines
from recenter.scale.storage import Found

Kind = Literal["json", "parquet"]

LINES = pa.schema([("json", pa.large_binary())])
"""Columns of a block of JSON lines: the line as it stands."""
ENDINGS: dict[str, Kind] = {
    ".parquet": "parquet",
    ".jsonl": "json",
    ".ndjson": "json",
    ".jsonl.gz": "json",
    ".ndjson.gz": "json",
}

_ROWS = 1000
_BYTES = 16 << 20
_DAMAGE = (pa.ArrowException, OSError, UnicodeDecodeError)


class Bad(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row that has no answer, without its text."""

    line: int
    """1-based position in its shard."""
    reason: str
    field: str | None = None
    shard: str | None = None


class Block(NamedTuple):
    """Some rows of a shard, in order."""

    table: Any
    """An Arrow table: the columns of the file, or of JSON lines the one of `LINES`."""
    lines: Sequence[int]
    """1-based positions in the shard."""
    lost: Sequence[Bad] = ()
    """Rows between them that are too long to be held."""


class Answers(NamedTuple):
    """The columns that a step adds to Parquet, as Arrow types by name."""

    fields: Mapping[str, Any] = {}
    items: Mapping[str, Any] = {}
    """The same on each of the row's `attributes`."""


def kind_of(found: Sequence[Found], url: str) -> Kind:
    """Return what kind of shards these are.

    Raises:
        InputError: there are none, or both.
    """
    kinds = {kind for file in found for end, kind in ENDINGS.items() if file.name.endswith(end)}
    if not kinds:
        raise InputError(
            f"holds no shards: expected files that end in {', '.join(ENDINGS)}.", file=url
        )
    if len(kinds) > 1:
        raise InputError(
            "holds both Parquet and JSON lines.", file=url, cure="Give each a folder of its own."
        )
    return kinds.pop()


def is_shard(name: str) -> bool:
    """Tell whether a file is a shard, by its ending."""
    return name.endswith(tuple(ENDINGS))


def sha256(path: Path, *, name: str) -> str:
    """Return the hash of a file as 64 hex digits.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", file=name) from None


def schema_of(path: Path, kind: Kind, *, name: str, needs: Sequence[str] = ()) -> Any:
    """Return the Arrow schema of a shard's blocks.

    Raises:
        InputError: the file is damaged or lacks a column that the step needs.
    """
    if kind == "json":
        return LINES
    try:
        schema = pq.read_schema(path).remove_metadata()
    except _DAMAGE as error:
        raise _damaged(error, name) from None
    missing = [column for column in needs if column not in schema.names]
    if missing:
        raise InputError(
            f"has no column {' and no column '.join(missing)}; it has "
            f"{', '.join(schema.names[:8]) or 'none'}.",
            file=name,
        )
    return schema


def blocks(path: Path, kind: Kind, *, name: str) -> Iterator[Block]:
    """Yield the rows of a shard, at most a thousand or some 16 MiB at a time.

    Raises:
        InputError: the file is damaged.
    """
    yield from (_parquet_blocks if kind == "parquet" else _json_blocks)(path, name)


def _parquet_blocks(path: Path, name: str) -> Iterator[Block]:
    before = 0
    try:
        metadata = pq.read_metadata(path)
        # Opened anew for each group: one reader holds on to what it read of them all.
        for group in range(metadata.num_row_groups):
            with pq.ParquetFile(path, metadata=metadata) as file:
                for batch in file.iter_batches(_ROWS, row_groups=[group]):
                    table = pa.Table.from_batches([batch]).replace_schema_metadata(None)
                    yield Block(table, range(before + 1, before + 1 + len(table)))
                    before += len(table)
    except _DAMAGE as error:
        raise _damaged(error, name) from None


def _json_blocks(path: Path, name: str) -> Iterator[Block]:
    rows: list[bytes] = []
    lines: list[int] = []
    lost: list[Bad] = []
    size = 0
    for number, line in json_lines(chunks_of(Part(name=name, kind="json", path=path))):
        if isinstance(line, str):
            lost.append(Bad(line=number, reason=line))
            continue
        rows.append(line)
        lines.append(number)
        size += len(line)
        if len(rows) == _ROWS or size > _BYTES:
            yield _block(rows, lines, lost)
            rows, lines, lost, size = [], [], [], 0
    if rows or lost:
        yield _block(rows, lines, lost)


def _block(rows: list[bytes], lines: list[int], lost: list[Bad]) -> Block:
    return Block(pa.table([pa.array(rows, pa.large_binary())], schema=LINES), lines, lost)


def _damaged(error: BaseException, name: str) -> InputError:
    said = str(error).splitlines()[0].rstrip(".")
    return InputError(f"the Parquet file is damaged: {said}.", file=name)


def rows_of(table: Any, kind: Kind) -> list[Row | InputError]:
    """Return the rows of a table as plain values, or why one cannot be read."""
    if kind == "json":
        return [_row_of_line(line) for line in table.column("json").to_pylist()]
    try:
        return list(table.to_pylist())
    except (ValueError, OverflowError, pa.ArrowException):
        return [_row_at(table, i) for i in range(len(table))]


def _row_of_line(line: bytes) -> Row | InputError:
    try:
        row = decode(line, object)
    except InputError as error:
        return error
    return row if isinstance(row, dict) else InputError("expected an object.")


def _row_at(table: Any, i: int) -> Row | InputError:
    try:
        row: Row = table.slice(i, 1).to_pylist()[0]
    except (ValueError, OverflowError, pa.ArrowException) as error:
        return InputError(f"a value cannot be read: {type(error).__name__}.")
    return row


def bad(line: int, error: RecenterError) -> Bad:
    """Return what an error says of a row, without words of the row, a model or an endpoint."""
    if isinstance(error, InputError):
        return Bad(line=line, reason=without_values(error.reason), field=error.field)
    return Bad(line=line, reason=error.to_keep)


class Writer:
    """Writes answered rows to a file, in groups of about a thousand."""

    def __init__(
        self, path: Path, kind: Kind, *, schema: Any, answers: Answers, signature: str
    ) -> None:
        """`schema` is that of the rows that come in.

        Raises:
            InputError: a column is not what the step can answer on.
        """
        self.rows = 0
        self._kind = kind
        self._answers = answers
        self._held: list[Any] = []
        self._parquet: Any = None
        self._lines: IO[bytes] | gzip.GzipFile | None = None
        self._file: IO[bytes] | None = None
        if kind == "parquet":
            made = _answered(schema, answers)
            self._schema = made
            self._parquet = pq.ParquetWriter(
                path, made.with_metadata({"recenter": signature}), compression="zstd"
            )
        else:
            self._file = self._lines = path.open("wb")
            if path.name.endswith(".gz"):
                # Without name and time, so that the same rows are the same bytes.
                self._lines = gzip.GzipFile(filename="", fileobj=self._file, mode="wb", mtime=0)

    def write(self, table: Any, answers: Sequence[Row]) -> None:
        """Write these rows with their answers."""
        if self._lines is not None:
            self._lines.write("".join(f"{encode(row)}\n" for row in answers).encode())
        elif answers:
            self._held.append(self._with(table, answers))
            if sum(map(len, self._held)) >= _ROWS:
                self._flush()
        self.rows += len(answers)

    def close(self) -> None:
        """Write what is held and end the file."""
        if self._lines is not None and self._file is not None:
            self._lines.close()
            self._file.close()
        else:
            self._flush()
            self._parquet.close()

    def _with(self, table: Any, answers: Sequence[Row]) -> Any:
        columns = []
        for field in self._schema:
            if field.name in self._answers.fields or (
                field.name == "attributes" and self._answers.items
            ):
                columns.append(pa.array([row.get(field.name) for row in answers], field.type))
            elif field.name in table.column_names:
                columns.append(table.column(field.name).cast(field.type))
            else:
                columns.append(pa.nulls(len(answers), field.type))
        return pa.table(columns, schema=self._schema)

    def _flush(self) -> None:
        if self._held:
            self._parquet.write_table(pa.concat_tables(self._held).combine_chunks())
            self._held = []


def _answered(schema: Any, answers: Answers) -> Any:
    """Return the schema with the columns of the answers, in their place where they are there."""
    fields = {field.name: field for field in schema}
    for name, kind in answers.fields.items():
        fields[name] = pa.field(name, kind)
    if answers.items:
        inner = fields["attributes"].type
        if not (pa.types.is_list(inner) or pa.types.is_large_list(inner)) or not pa.types.is_struct(
            inner.value_type
        ):
            raise InputError(f"expected a list of objects, got {inner}.", field="attributes")
        items = {field.name: field.type for field in inner.value_type}
        items.update(answers.items)
        fields["attributes"] = pa.field("attributes", pa.list_(pa.struct(list(items.items()))))
    return pa.schema(list(fields.values()))
