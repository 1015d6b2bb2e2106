"""A step over a corpus in many files: what is still to do, who does it, and what came of it."""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from recenter.errors import InputError
from recenter.progress import Progress, Silent
from recenter.provenance import digest
from recenter.scale.beside import Accepted, BesideWork
from recenter.scale.engine import Engine
from recenter.scale.manifest import (
    EXCHANGE,
    Entry,
    Manifest,
    Run,
    begin,
    finish,
    refuse_gone,
    same_corpus,
    withdraw,
)
from recenter.scale.people import DealWork, PartWork, part_name, part_tasks
from recenter.scale.shards import is_shard, kind_of
from recenter.scale.storage import Found, Storage
from recenter.scale.work import Job, Make, RowWork, Task, Work

_PART = 32 << 20
_MOST_PARTS = 1024

Shards = dict[str, Entry]


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to."""

    manifest: Manifest
    resumed: int
    """Shards, or parts, that an earlier run had done."""
    changed: tuple[str, ...]
    """Shards that are not what they were then, and were done again."""


class Passes(NamedTuple):
    """A step whose output needs all shards to have been looked at: one pass, then another."""

    first: Callable[[], Work]
    """Looks at a shard and leaves what it saw in the exchange."""
    second: Callable[[], Work]
    """Writes an output."""
    names: Callable[[Shards], Sequence[str]]
    """The outputs that there will be."""
    tasks: Callable[[Storage, Shards], tuple[Shards, list[Task]]]
    """What the second pass has to do, and the shards where some turn out to be of no use."""


def shards_of(source: Storage, target: Storage) -> list[Found]:
    """Return the shards of a corpus, all of one kind.

    Raises:
        InputError: there are none, they are of two kinds, or the output would lie among them.
    """
    if source.holds(target) or target.holds(source):
        raise InputError(
            "the output would lie among the input, or the other way about.",
            file=target.url,
            cure="Name another folder.",
        )
    found = [file for file in source.files() if is_shard(file.name)]
    kind_of(found, source.url)
    return found


def run_rows(job: Job, make: Make, engine: Engine, *, progress: Progress | None = None) -> Ran:
    """Answer the rows of all shards by themselves, each shard into one of the same name.

    An earlier run over the same folders is gone on with. A shard that cannot be used is named in
    the manifest, and the rest is done. Whatever could not be done, and whatever has changed since,
    is done again by the next run.

    Raises:
        InputError: there are no shards, or one that is part of the output is gone.
        StoreError: the output is of another run or corpus, or cannot be written.
        RecenterError: raised by a handler; what is done is kept.
    """
    return run_each(job, functools.partial(RowWork, job, make), engine, progress=progress)


def run_people(
    job: Job,
    make: Make,
    engine: Engine,
    *,
    beside: Accepted | None = None,
    progress: Progress | None = None,
) -> Ran:
    """Answer the rows of all shards person by person, into parts; otherwise as `run_rows`.

    A row that names nobody is answered alone. People are dealt to as many parts as there are
    shards, or more where these are large, and a part is made again when any shard has changed.
    With `beside`, what was accepted of each person stands in their rows; the parts are as there.
    """
    source = Storage(job.source)
    found = shards_of(source, Storage(job.target))
    wanted = max(len(found), math.ceil(sum(file.size for file in found) / _PART))
    run = _run_of(job, parts=min(_MOST_PARTS, wanted) if beside is None else beside.parts)
    second: Callable[[], Work] = functools.partial(PartWork, job, make)
    if beside is not None:
        second = functools.partial(BesideWork, job, make, beside)

    def passes(run: Run) -> Passes:
        count = run.parts or 1
        return Passes(
            first=functools.partial(DealWork, job, count),
            second=second,
            names=lambda _: [part_name(number, job.kind) for number in range(count)],
            tasks=functools.partial(part_tasks, job=job, parts=count),
        )

    return run_twice(job, run, passes, engine, progress=progress)


def _run_of(job: Job, *, parts: int | None = None) -> Run:
    return Run(
        step=job.step,
        signature=job.signature,
        source=job.source,
        kind=job.kind,
        parts=parts,
        made=job.made,
    )


def run_each(
    job: Job, work: Callable[[], Work], engine: Engine, *, progress: Progress | None = None
) -> Ran:
    """Do some work on each shard; otherwise as `run_rows`."""
    source, target = Storage(job.source), Storage(job.target)
    found = shards_of(source, target)
    state = begin(target, _run_of(job))
    run = same_corpus(target, found, state, job.source)
    refuse_gone(found, state.entries)
    done, tasks = _divide(found, state.entries, functools.partial(_stands, target))
    made = done | _do(engine, work, tasks, job.step, progress or Silent())
    manifest = Manifest(run=run, shards=_in_order(made))
    finish(target, manifest)
    return Ran(manifest=manifest, resumed=len(done), changed=_changed(made, state.entries))


def run_twice(
    job: Job,
    run: Run,
    passes_of: Callable[[Run], Passes],
    engine: Engine,
    *,
    progress: Progress | None = None,
) -> Ran:
    """Do the work of two passes; otherwise as `run_rows`."""
    progress = progress or Silent()
    source, target = Storage(job.source), Storage(job.target)
    found = shards_of(source, target)
    state = begin(target, run)
    run = same_corpus(target, found, state, job.source)
    refuse_gone(found, state.entries)
    passes = passes_of(run)
    shards, tasks = _divide(found, state.entries, lambda _: True)
    # What is looked at again says itself whether it is the same.
    tasks = [Task(shard=task.shard) for task in tasks]
    shards |= _do(engine, passes.first, tasks, "read", progress)
    parts = _outputs(target, passes.names(shards), state.parts, all_of(shards))
    failed: list[Entry] = []
    resumed = len(parts)
    if resumed < len(passes.names(shards)):
        lost = [Task(shard=name) for name, entry in shards.items() if not _is_left(target, entry)]
        shards |= _do(engine, passes.first, lost, "read again", progress)
        shards, wanted = passes.tasks(target, shards)
        of = all_of(shards)
        parts = _outputs(target, passes.names(shards), state.parts, of)
        resumed = len(parts)
        todo = [msgspec.structs.replace(t, sha256=of) for t in wanted if t.shard not in parts]
        parts |= _do(engine, passes.second, todo, job.step, progress)
        failed = [one for one in parts.values() if one.problem is not None]
        parts = {name: one for name, one in parts.items() if one.problem is None}
        # Shards that could be read the first time and not the second.
        of_shards = {task.shard for task in todo if not task.is_part}
        shards |= {one.shard: one for one in failed if one.shard in of_shards}
    for name in state.parts.keys() - parts.keys():
        withdraw(target, name)
    told = tuple(msgspec.structs.replace(part, written_of={}) for part in _in_order(parts))
    manifest = Manifest(run=run, shards=_told(shards, parts, failed), parts=told)
    finish(target, manifest)
    return Ran(manifest=manifest, resumed=resumed, changed=_changed(shards, state.entries))


def _divide(
    found: Iterable[Found], entries: Shards, stands: Callable[[Entry], bool]
) -> tuple[Shards, list[Task]]:
    """Return what an earlier run has done and still holds, and the tasks that are left."""
    done, tasks = {}, []
    for file in found:
        before = entries.get(file.name)
        if before is not None and (before.problem is not None or not stands(before)):
            before = None
        if before is not None and before.stamp == file.stamp:
            done[file.name] = before
        else:
            tasks.append(Task(shard=file.name, before=before))
    return done, tasks


def _do(
    engine: Engine, make: Callable[[], Work], tasks: Sequence[Task], what: str, progress: Progress
) -> Shards:
    made: Shards = {}
    if tasks:
        progress.start(what, len(tasks))
        for entry in engine.run(make, tasks):
            made[entry.shard] = entry
            progress.advance()
    return made


def _stands(target: Storage, entry: Entry) -> bool:
    """Tell whether the output of an entry is there, as far as its size tells."""
    return entry.output is not None and target.size(entry.output) == entry.output_bytes


def _is_left(target: Storage, entry: Entry) -> bool:
    """Tell whether what the first pass saw of a shard is still there."""
    if entry.problem is not None:
        return True
    return target.size(f"{EXCHANGE}/{entry.shard}") == entry.spans[-1]


def _outputs(target: Storage, names: Iterable[str], entries: Shards, of: str) -> Shards:
    """Return the outputs that an earlier run made of the same shards."""
    return {
        name: entries[name]
        for name in names
        if name in entries and entries[name].sha256 == of and _stands(target, entries[name])
    }


def all_of(shards: Shards) -> str:
    """Return a digest of the contents of all shards that can be used."""
    return digest([(one.shard, one.sha256) for one in _in_order(shards) if one.problem is None])


def _told(shards: Shards, parts: Shards, failed: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the shards with what became of their rows in the outputs, and which are in none."""
    lost = sum((Counter(entry.bad_of) for entry in parts.values()), Counter())
    out: Counter[str] = Counter()
    for name, part in parts.items():
        out.update(part.written_of or {name: part.written})
    why = "".join(f" {one.shard}: {one.problem}" for one in failed[:1])
    told = []
    for entry in _in_order(shards):
        bad, written = entry.bad + lost[entry.shard], out[entry.shard]
        skipped = Counter(entry.skipped)
        if entry.shard in parts:
            skipped.update(parts[entry.shard].skipped)
        problem, ends = entry.problem, written + bad + skipped.total()
        if problem is None and ends != entry.rows:
            problem = f"of its {entry.rows} rows, {ends} are accounted for.{why}"
        told.append(
            msgspec.structs.replace(
                entry,
                bad=bad,
                skipped=dict(skipped),
                written=written,
                problem=problem,
                spans=(),
                columns=b"",
            )
        )
    return tuple(told)


def _in_order(entries: Shards) -> tuple[Entry, ...]:
    return tuple(entries[name] for name in sorted(entries))


def _changed(made: Shards, before: Shards) -> tuple[str, ...]:
    return tuple(
        name
        for name, entry in sorted(made.items())
        if name in before and before[name].sha256 not in ("", entry.sha256)
    )
