"""Rows dealt to the parts of their people, so that each person is read whole, by one worker.

Two passes. The first deals the rows of each shard by a hash of their person and writes them as one
file of the exchange, part after part, with a note of where each part ends. The second reads a
part's stretch of every such file and hands over one person after the other. What is in memory at
a time is a block of a shard, or a part; the most that a part must hold is the person with most
words.
"""

from __future__ import annotations

import hashlib
import itertools
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
import pyarrow as pa

from recenter.batch.contract import Handler
from recenter.errors import InputError, StoreError
from recenter.scale.manifest import EXCHANGE, Entry, commit
from recenter.scale.shards import LINES, Bad, Block, Kind, blocks, schema_of
from recenter.scale.storage import Storage
from recenter.scale.work import (
    Job,
    Make,
    Output,
    Task,
    answer,
    guarded,
    list_bad,
    opened,
    refuse_changed,
)

_PERSON = "__recenter_person"
_LINE = "__recenter_line"


class _Named(msgspec.Struct):
    person: str | None = None


def part_name(number: int, kind: Kind) -> str:
    """Return the file of a part."""
    return f"part-{number:05d}.{'parquet' if kind == 'parquet' else 'jsonl'}"


class DealWork:
    """Deals the rows of each shard to parts."""

    def __init__(self, job: Job, parts: int) -> None:
        self._job = job
        self._parts = parts
        self._source, self._target = Storage(job.source), Storage(job.target)

    def __call__(self, task: Task) -> Entry:
        """Return the entry of the shard, which is committed."""
        return guarded(self._target, self._job, task, self._shard)

    def _shard(self, task: Task) -> Entry:
        job, name = self._job, task.shard
        with opened(self._source, name) as shard, tempfile.TemporaryDirectory() as folder:
            schema = schema_of(shard.path, job.kind, name=name, needs=job.needs)
            if taken := {_PERSON, _LINE} & set(schema.names):
                raise InputError("a column has a name that is needed here.", field=min(taken))
            dealt = _Dealt(Path(folder) / "dealt", schema, self._parts)
            lost: list[Bad] = []
            for block in blocks(shard.path, job.kind, name=name):
                lost.extend(block.lost)
                dealt.add(block, name, job.kind)
            dealt.close()
            with self._target.written(f"{EXCHANGE}/{name}") as path, path.open("wb") as sink:
                spans = dealt.write(sink)
                refuse_changed(self._source, name, shard)
        list_bad(self._target, f"shards/{name}", [_of(one, name) for one in lost])
        made = Entry(
            shard=name,
            signature=job.signature,
            stamp=shard.stamp,
            sha256=shard.sha256,
            rows=dealt.rows + len(lost),
            bad=len(lost),
            spans=spans,
            columns=schema.serialize().to_pybytes(),
        )
        return commit(self._target, made)


def _of(one: Bad, shard: str) -> Bad:
    return msgspec.structs.replace(one, shard=shard)


class _Dealt:
    """The rows of a shard on this machine's disk, each block sorted by part."""

    def __init__(self, path: Path, schema: Any, parts: int) -> None:
        self.rows = 0
        self._path = path
        self._parts = parts
        self._schema = schema.append(pa.field(_PERSON, pa.string())).append(
            pa.field(_LINE, pa.int64())
        )
        self._places: list[list[int]] = [[] for _ in range(parts)]
        self._count = 0
        self._file = pa.ipc.new_file(str(path), self._schema)

    def add(self, block: Block, shard: str, kind: Kind) -> None:
        people = people_of(block, kind)
        parts = np.array(
            [
                part_of(person or f"{shard}\0{line}", self._parts)
                for person, line in zip(people, block.lines, strict=True)
            ]
        )
        table = block.table.append_column(_PERSON, pa.array(people, pa.string()))
        table = table.append_column(_LINE, pa.array(block.lines, pa.int64())).cast(self._schema)
        for part in np.unique(parts):
            some = table.take(np.flatnonzero(parts == part)).combine_chunks()
            for batch in some.to_batches():
                self._file.write_batch(batch)
                self._places[part].append(self._count)
                self._count += 1
        self.rows += len(block.lines)

    def close(self) -> None:
        self._file.close()

    def write(self, sink: IO[bytes]) -> tuple[int, ...]:
        """Write part after part, each an Arrow stream; return where each ends."""
        ends = []
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.memory_map(str(self._path)) as mapped:
            reader = pa.ipc.open_file(mapped)
            for places in self._places:
                if places:
                    with pa.ipc.new_stream(sink, self._schema, options=options) as stream:
                        rows = pa.Table.from_batches([reader.get_batch(i) for i in places])
                        stream.write_table(rows.combine_chunks())
                ends.append(sink.tell())
        return tuple(ends)


def part_of(key: str, parts: int) -> int:
    """Return which of so many parts a person is in."""
    data = key.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest()) % parts


def people_of(block: Block, kind: Kind) -> list[str | None]:
    """Return the person of each row; None where it names nobody."""
    if kind == "json":
        return [_person_in(line) for line in block.table.column("json").to_pylist()]
    if "person" not in block.table.column_names:
        return [None] * len(block.lines)
    column = block.table.column("person")
    return [one if isinstance(one, str) and one else None for one in column.to_pylist()]


def _person_in(line: bytes) -> str | None:
    try:
        return msgspec.json.decode(line, type=_Named).person or None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None  # reported when the row is read


class PartWork:
    """Answers the people of each part, one after the other."""

    def __init__(self, job: Job, make: Make) -> None:
        """Make the handler."""
        self._job = job
        self._target = Storage(job.target)
        self._handle = make()

    def __call__(self, task: Task) -> Entry:
        """Return the entry of the part, which is committed."""
        return guarded(self._target, self._job, task, self._part)

    def handler(self, task: Task) -> Handler:  # noqa: ARG002 - a part may have one of its own
        """Return what answers the rows of a part."""
        return self._handle

    def noted(self, entry: Entry) -> Entry:
        """Return the entry of a part that was answered, with what else is to be told of it."""
        return entry

    def _part(self, task: Task) -> Entry:
        job, handle = self._job, self.handler(task)
        schema = pa.ipc.read_schema(pa.py_buffer(task.columns))
        with Output(self._target, job, task.shard, schema) as out:
            rows, shards = self._rows(task, schema)
            for some in groups(rows.column(_PERSON).to_pylist()):
                table = rows.take(some)
                lines = table.column(_LINE).to_pylist()
                plain = table.drop_columns([_PERSON, _LINE])
                of = [shards[i] for i in some]
                answer(out, plain, lines, handle, job.kind, of)
        made = out.entry(task.shard, rows=len(rows), sha256=task.sha256)
        return commit(self._target, self.noted(made), part=True)

    def _rows(self, task: Task, schema: Any) -> tuple[Any, Sequence[str]]:
        """Return the rows of a part in the order of the corpus, and the shard of each."""
        full = schema.append(pa.field(_PERSON, pa.string())).append(pa.field(_LINE, pa.int64()))
        tables, shards = [full.empty_table()], []
        for shard, start, length in task.pieces:
            data = self._target.read(f"{EXCHANGE}/{shard}", start=start, length=length)
            if data is None:
                raise StoreError(f"{EXCHANGE}/{shard} is gone.", cure="Run again.")
            table = pa.ipc.open_stream(data).read_all()
            tables.append(table)
            shards += [shard] * len(table)
        rows = pa.concat_tables(tables, promote_options="permissive").combine_chunks()
        return rows, shards


def groups(people: Sequence[str | None]) -> Iterator[list[int]]:
    """Yield the positions of each person's rows, in order; a row of nobody is alone."""
    order = sorted(
        (i for i, person in enumerate(people) if person is not None), key=lambda i: str(people[i])
    )
    for _, some in itertools.groupby(order, key=lambda i: people[i]):
        yield list(some)
    for i, person in enumerate(people):
        if person is None:
            yield [i]


def part_tasks(
    target: Storage, shards: dict[str, Entry], *, job: Job, parts: int
) -> tuple[dict[str, Entry], list[Task]]:
    """Return the shards, of which some may turn out not to fit, and the task of each part."""
    usable = [entry for _, entry in sorted(shards.items()) if entry.problem is None]
    schema, unfit = _joint_schema(usable, job.kind)
    for name, problem in unfit.items():
        told = Entry(shard=name, signature=job.signature, problem=problem)
        shards = shards | {name: commit(target, told)}
    fit = [entry for entry in usable if entry.shard not in unfit]
    columns = schema.serialize().to_pybytes()
    return shards, [
        Task(shard=part_name(number, job.kind), pieces=_pieces(fit, number), columns=columns)
        for number in range(parts)
    ]


def _pieces(entries: Sequence[Entry], number: int) -> tuple[tuple[str, int, int], ...]:
    pieces = []
    for entry in entries:
        start = entry.spans[number - 1] if number else 0
        if length := entry.spans[number] - start:
            pieces.append((entry.shard, start, length))
    return tuple(pieces)


def _joint_schema(entries: Sequence[Entry], kind: Kind) -> tuple[Any, dict[str, str]]:
    """Return a schema that holds the rows of all shards, and why some shards do not fit it."""
    if kind == "json":
        return LINES, {}
    schema = pa.schema([])
    unfit = {}
    for entry in entries:
        mine = pa.ipc.read_schema(pa.py_buffer(entry.columns))
        try:
            schema = pa.unify_schemas([schema, mine], promote_options="permissive")
        except (pa.ArrowTypeError, pa.ArrowInvalid) as error:
            said = str(error).splitlines()[0].rstrip(".")
            unfit[entry.shard] = f"its columns do not go with those of the shards before: {said}."
    return schema, unfit
