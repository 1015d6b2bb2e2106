"""What a worker does with one shard: read, answer, write, commit. The same on every engine."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from recenter.batch.contract import Handler, Row, Unfinished
from recenter.errors import InputError, RecenterError
from recenter.provenance import Signature
from recenter.scale.manifest import Entry, bad_rows, commit
from recenter.scale.shards import (
    Answers,
    Bad,
    Block,
    Kind,
    Writer,
    bad,
    blocks,
    rows_of,
    schema_of,
    sha256,
)
from recenter.scale.storage import Storage

_BLOCK = 32


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of work for one worker."""

    shard: str
    """Name of the shard, or of the part."""
    before: Entry | None = None
    """What an earlier run made of it, where that is still there."""
    pieces: tuple[tuple[str, int, int], ...] = ()
    """Of a part: shard, start and length of each of its stretches of the exchange."""
    sha256: str = ""
    """Of a part: digest of all shards."""
    columns: bytes = b""
    """Of a part: the Arrow schema that holds the rows of all shards."""
    chosen: tuple[str, ...] | None = None
    """Of a filter's second pass: the conversations to keep of this shard."""
    seen: str = ""
    """Of a filter's second pass: SHA-256 of the shard as the first pass read it."""

    @property
    def is_part(self) -> bool:
        """Whether this is a part of the people and no shard."""
        return bool(self.columns)


Work = Callable[[Task], Entry]


class Job(NamedTuple):
    """A step over a corpus, as it is handed to every worker; it can be pickled."""

    step: str
    source: str
    target: str
    signature: str
    kind: Kind
    answers: Answers
    needs: tuple[str, ...] = ()
    """Columns without which a Parquet shard cannot be used."""
    two_passes: bool = False
    """Whether what comes out of a shard depends on the others."""
    made: Signature | None = None
    """What attributes that come out carry."""


Make = Callable[[], Handler]
"""Makes a handler with its model, once for each worker; it can be pickled."""


class Opened(NamedTuple):
    """A shard that can be read."""

    path: Path
    sha256: str
    stamp: str


@contextlib.contextmanager
def opened(source: Storage, shard: str) -> Iterator[Opened]:
    """Give a shard with its hash.

    Raises:
        InputError: it is gone or cannot be read.
    """
    stamp = source.stamp(shard)
    with source.fetched(shard) as path:
        yield Opened(path, sha256(path, name=shard), stamp)


def refuse_changed(source: Storage, name: str, shard: Opened) -> None:
    """Refuse what was read of a shard that is not what it was when it was opened.

    Raises:
        InputError: it has another size or time, or is gone.
    """
    if source.stamp(name) != shard.stamp:
        raise InputError("changed while it was read.", file=name, cure="Run again.")


def guarded(target: Storage, job: Job, task: Task, work: Work) -> Entry:
    """Do the work on a shard or a part; one that cannot be read is told of in its entry.

    What an earlier run made of it as it was then does not count any more.
    """
    try:
        return work(task)
    except (InputError, pa.ArrowException, UnicodeDecodeError, KeyError) as error:
        problem = _problem(error)
        told = Entry(shard=task.shard, signature=job.signature, problem=problem)
        commit(target, told, part=task.is_part)
        if job.two_passes and task.chosen is None and not task.is_part:
            target.discard(bad_rows(f"shards/{task.shard}"))
        else:
            target.discard(task.shard)
            target.discard(bad_rows(task.shard))
        return told


def _problem(error: Exception) -> str:
    """Return what is wrong with a shard; of what Arrow or Python says the class alone, since the
    rest may quote what stands in it.
    """
    if not isinstance(error, InputError):
        return f"cannot be read as rows of one shape ({type(error).__name__})."
    return error.reason if error.field is None else f"{error.field}: {error.reason}"


class RowWork:
    """Answers the rows of each shard by themselves, into a shard of the same name."""

    def __init__(self, job: Job, make: Make) -> None:
        """Make the handler."""
        self._job = job
        self._source, self._target = Storage(job.source), Storage(job.target)
        self._handle = make()

    def __call__(self, task: Task) -> Entry:
        """Return the entry of the shard, which is committed."""
        return guarded(self._target, self._job, task, self._shard)

    def _shard(self, task: Task) -> Entry:
        job, name = self._job, task.shard
        with opened(self._source, name) as shard:
            if task.before is not None and task.before.sha256 == shard.sha256:
                entry = msgspec.structs.replace(task.before, stamp=shard.stamp)
                return commit(self._target, entry)
            schema = schema_of(shard.path, job.kind, name=name, needs=job.needs)
            with Output(self._target, job, name, schema) as out:
                rows = 0
                for block in blocks(shard.path, job.kind, name=name):
                    rows += len(block.lines) + len(block.lost)
                    out.lost(block.lost)
                    answer_block(out, block, self._handle, job.kind)
                refuse_changed(self._source, name, shard)
        made = out.entry(name, rows=rows, sha256=shard.sha256, stamp=shard.stamp)
        return commit(self._target, made)


def list_bad(target: Storage, name: str, rows: Sequence[Bad]) -> None:
    """Write the list of bad rows that goes with an output or a shard, if there are any."""
    if rows:
        target.write(bad_rows(name), msgspec.json.Encoder().encode_lines(rows))
    else:
        target.discard(bad_rows(name))


def answer_block(out: Output, block: Block, handle: Handler, kind: Kind) -> None:
    """Answer rows that are independent, some at a time, and write them."""
    for start in range(0, len(block.lines), _BLOCK):
        table = block.table.slice(start, _BLOCK)
        answer(out, table, block.lines[start : start + _BLOCK], handle, kind)


def answer(
    out: Output,
    table: Any,
    lines: Sequence[int],
    handle: Handler,
    kind: Kind,
    shards: Sequence[str] | None = None,
) -> None:
    """Hand rows to a handler at once; write those with an answer, note the others.

    Raises:
        RecenterError: an error that no other row could escape.
    """
    read = rows_of(table, kind)
    good = [i for i, row in enumerate(read) if isinstance(row, dict)]
    results: dict[int, Row | RecenterError] = {
        i: row for i, row in enumerate(read) if isinstance(row, InputError)
    }
    if good:
        try:
            answers = handle([read[i] for i in good])  # type: ignore[misc]
        except Unfinished as stopped:
            raise stopped.error from None
        results |= dict(zip(good, answers, strict=True))
    kept = [i for i in range(len(read)) if isinstance(results[i], dict)]
    out.write(
        table.take(pa.array(kept, pa.int64())),
        [results[i] for i in kept],
        shards=() if shards is None else [shards[i] for i in kept],
    )
    for i, result in sorted(results.items()):
        if isinstance(result, RecenterError):
            told = bad(lines[i], result)
            out.lost([told if shards is None else msgspec.structs.replace(told, shard=shards[i])])


class Output:
    """One output file with its list of bad rows; both appear when all is written."""

    def __init__(self, target: Storage, job: Job, name: str, schema: Any) -> None:
        self._target = target
        self._job = job
        self._name = name
        self._schema = schema
        self._stack = contextlib.ExitStack()
        self._bad: list[Bad] = []
        self._written_of: Counter[str] = Counter()
        self._signed = msgspec.json.encode({"step": job.step, "signature": job.signature}).decode()

    def __enter__(self) -> Output:
        with contextlib.ExitStack() as stack:
            self._path = stack.enter_context(self._target.written(self._name))
            self._writer = Writer(
                self._path,
                self._job.kind,
                schema=self._schema,
                answers=self._job.answers,
                signature=self._signed,
            )
            self._stack = stack.pop_all()
        return self

    def write(self, table: Any, answers: Sequence[Any], *, shards: Sequence[str] = ()) -> None:
        """Write rows with their answers; `shards` are those they come from, where it is not one."""
        self._writer.write(table, answers)
        self._written_of.update(shards)

    def lost(self, rows: Sequence[Bad]) -> None:
        """Note bad rows."""
        self._bad.extend(rows)

    def __exit__(self, *error: Any) -> bool | None:
        self._writer.close()
        if error[0] is None:
            self._sha256 = sha256(self._path, name=self._name)
            self._bytes = self._path.stat().st_size
            list_bad(self._target, self._name, self._bad)
        return self._stack.__exit__(*error)

    def entry(
        self,
        shard: str,
        *,
        rows: int,
        sha256: str,
        stamp: str = "",
        skipped: dict[str, int] | None = None,
    ) -> Entry:
        """Return what was made of so many rows of a shard; the output stands.

        Raises:
            InputError: some are neither written nor told of.
        """
        left_out = skipped or {}
        ends = self._writer.rows + len(self._bad) + sum(left_out.values())
        if ends != rows:
            raise InputError(f"of its {rows} rows, {ends} are accounted for.", file=shard)
        return Entry(
            shard=shard,
            signature=self._job.signature,
            stamp=stamp,
            sha256=sha256,
            rows=rows,
            written=self._writer.rows,
            bad=len(self._bad),
            skipped=left_out,
            output=self._name,
            output_sha256=self._sha256,
            output_bytes=self._bytes,
            bad_of=dict(Counter(row.shard for row in self._bad if row.shard is not None)),
            written_of=dict(self._written_of),
        )
