"""Import and the corpus filters over many files: any known format in, conversations out."""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from recenter.corpus.filters import FilterSettings, Funnel, choose
from recenter.corpus.language import load_language_detector
from recenter.corpus.summaries import Summary, summarise
from recenter.errors import InputError, NoRowsError, StoreError
from recenter.importers.base import BadRow, Tally
from recenter.importers.reading import Row, read_rows
from recenter.progress import Progress
from recenter.records import Conversation
from recenter.scale.engine import Engine
from recenter.scale.manifest import EXCHANGE, Entry, Run, commit
from recenter.scale.run import Passes, Ran, Shards, run_each, run_twice
from recenter.scale.shards import LINES, Answers, Bad, Kind
from recenter.scale.storage import Storage
from recenter.scale.work import Job, Opened, Output, Task, guarded, list_bad, opened, refuse_changed

_TEXT = pa.string()
_NONE = pa.schema([])
_AT_ONCE = 500

CONVERSATIONS = Answers(
    {
        "id": _TEXT,
        "person": _TEXT,
        "turns": pa.list_(pa.struct([("role", _TEXT), ("text", _TEXT), ("at", _TEXT)])),
        "source": _TEXT,
        "at": _TEXT,
        "language": _TEXT,
        "tags": pa.list_(_TEXT),
        "signature": pa.struct(
            [
                ("code", _TEXT),
                ("model", _TEXT),
                ("prompt", _TEXT),
                ("seed", pa.int64()),
                ("settings", _TEXT),
            ]
        ),
    }
)
"""The columns of conversations in Parquet."""


class Reading(NamedTuple):
    """How files are read; see `importers.reading`."""

    key: bytes
    format: str | None = None
    person: str | None = None


class Choosing(NamedTuple):
    """How a corpus is filtered; see `corpus.filters`."""

    settings: FilterSettings
    language: str = "en"
    detect: bool = False
    """Whether to tell the language also where the source names one."""


def import_sharded(
    job: Job,
    reading: Reading,
    engine: Engine,
    *,
    choosing: Choosing | None = None,
    on_funnel: Callable[[Funnel], None] | None = None,
    progress: Progress | None = None,
) -> Ran:
    """Read all shards of any known format into conversations; otherwise as `scale.run.run_rows`.

    With `choosing`, what the filters leave out of the whole corpus is not written; `on_funnel` is
    told what that was, where it was not known from an earlier run. Summaries of all conversations,
    some 500 bytes each, are then held by this process.
    """
    if choosing is None:
        return run_each(job, functools.partial(_Import, job, reading), engine, progress=progress)

    def passes(_: Run) -> Passes:
        return Passes(
            first=functools.partial(_Summarise, job, reading, choosing),
            second=functools.partial(_Import, job, reading),
            names=_usable,
            tasks=functools.partial(_choose, choosing=choosing, on_funnel=on_funnel),
        )

    run = Run(step=job.step, signature=job.signature, source=job.source, kind=job.kind)
    return run_twice(job, run, passes, engine, progress=progress)


class _Read:
    """The conversations of a shard, or those that were chosen, while the others are counted."""

    def __init__(
        self,
        shard: Opened,
        reading: Reading,
        name: str,
        *,
        account: str | None,
        chosen: Iterable[str] | None = None,
    ) -> None:
        self.bad: list[Bad] = []
        self.tally = Tally()
        self.filtered = 0
        self._wanted = None if chosen is None else set(chosen)
        self._rows = read_rows(
            shard.path,
            key=reading.key,
            format=reading.format,
            person=reading.person,
            account=account,
        )
        self._name = name

    def __iter__(self) -> Iterator[Conversation]:
        for row in _none_if_empty(self._rows):
            self.tally.add(row)
            if isinstance(row, BadRow):
                told = Bad(line=row.line, reason=row.reason, field=row.field, shard=self._name)
                self.bad.append(told)
            elif isinstance(row, Conversation):
                # What benchmarks plant is no part of a corpus.
                if self._is_wanted(row.id):
                    yield row
                else:
                    self.filtered += 1

    def _is_wanted(self, id: str) -> bool:
        """Tell whether to keep a conversation; one that was chosen is kept once."""
        if self._wanted is None:
            return True
        if id not in self._wanted:
            return False
        self._wanted.remove(id)
        return True

    @property
    def skipped(self) -> dict[str, int]:
        return dict(self.tally.counts.skipped)


class _Import:
    """Writes the conversations of each shard, all or those that were chosen."""

    def __init__(self, job: Job, reading: Reading) -> None:
        self._job = job
        self._reading = reading
        self._source, self._target = Storage(job.source), Storage(job.target)

    def __call__(self, task: Task) -> Entry:
        return guarded(self._target, self._job, task, self._shard)

    def _shard(self, task: Task) -> Entry:
        job, name = self._job, task.shard
        second = task.chosen is not None
        with opened(self._source, name) as shard:
            if task.before is not None and task.before.sha256 == shard.sha256:
                entry = msgspec.structs.replace(task.before, stamp=shard.stamp)
                return commit(self._target, entry)
            if second and task.seen != shard.sha256:
                raise InputError("changed between the two passes.", file=name, cure="Run again.")
            schema = _NONE if job.kind == "parquet" else LINES
            with Output(self._target, job, name, schema) as out:
                account = self._source.account_of(name)
                read = _Read(shard, self._reading, name, account=account, chosen=task.chosen)
                for some in _batches(read):
                    out.write(None, _written(some, job.kind))
                if not second:
                    out.lost(read.bad)
                refuse_changed(self._source, name, shard)
        counts = read.tally.counts
        if second:
            left = {"filtered": read.filtered} if read.filtered else {}
            made = out.entry(name, rows=counts.kept, sha256=task.sha256, skipped=left)
            return commit(self._target, made, part=True)
        made = out.entry(
            name, rows=counts.read, sha256=shard.sha256, stamp=shard.stamp, skipped=read.skipped
        )
        made = msgspec.structs.replace(made, references=counts.references)
        return commit(self._target, made)


def _none_if_empty(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows; none of a shard that holds none, as whoever writes many often leaves."""
    with contextlib.suppress(NoRowsError):
        yield from rows


def _batches(rows: Iterable[Conversation]) -> Iterator[list[Conversation]]:
    left = iter(rows)
    while some := list(itertools.islice(left, _AT_ONCE)):
        yield some


def _written(rows: Sequence[Conversation], kind: Kind) -> Sequence[Any]:
    if kind == "json":
        return rows
    return [msgspec.to_builtins(row) | {"tags": list(row.tags)} for row in rows]


class _Summarise:
    """Leaves in the exchange what the filters need to know of each shard."""

    def __init__(self, job: Job, reading: Reading, choosing: Choosing) -> None:
        self._job = job
        self._reading = reading
        self._source, self._target = Storage(job.source), Storage(job.target)
        self._summarise = functools.partial(
            summarise,
            language=choosing.language,
            detect=load_language_detector(),
            trust_named=not choosing.detect,
        )

    def __call__(self, task: Task) -> Entry:
        return guarded(self._target, self._job, task, self._shard)

    def _shard(self, task: Task) -> Entry:
        name = task.shard
        with opened(self._source, name) as shard:
            read = _Read(shard, self._reading, name, account=self._source.account_of(name))
            data = msgspec.msgpack.encode(list(self._summarise(read)))
            refuse_changed(self._source, name, shard)
        self._target.write(f"{EXCHANGE}/{name}", data)
        list_bad(self._target, f"shards/{name}", read.bad)
        counts = read.tally.counts
        made = Entry(
            shard=name,
            signature=self._job.signature,
            stamp=shard.stamp,
            sha256=shard.sha256,
            rows=counts.read,
            bad=counts.bad,
            skipped=read.skipped,
            spans=(len(data),),
            references=counts.references,
        )
        return commit(self._target, made)


def _usable(shards: Shards) -> list[str]:
    return sorted(name for name, entry in shards.items() if entry.problem is None)


def _choose(
    target: Storage,
    shards: Shards,
    *,
    choosing: Choosing,
    on_funnel: Callable[[Funnel], None] | None,
) -> tuple[Shards, list[Task]]:
    """Run the filters over all summaries; return what is kept of each shard."""
    names = _usable(shards)
    owner: dict[str, str] = {}
    summaries: list[Summary] = []
    for name in names:
        data = target.read(f"{EXCHANGE}/{name}")
        if data is None:
            raise StoreError(f"{EXCHANGE}/{name} is gone.", cure="Run again.")
        for one in msgspec.msgpack.decode(data, type=list[Summary]):
            # The first of the same id is the one that is kept.
            owner.setdefault(one.id, name)
            summaries.append(one)
    choice = choose(summaries, choosing.settings)
    if on_funnel is not None:
        on_funnel(choice.funnel)
    kept: dict[str, list[str]] = {name: [] for name in names}
    for one in choice.kept:
        kept[owner[one.id]].append(one.id)
    return shards, [
        Task(shard=name, chosen=tuple(kept[name]), seen=shards[name].sha256) for name in names
    ]
