"""The output of a sharded run into a store: conversations that were imported, or what was found."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from recenter.errors import InputError, RecenterError
from recenter.formats import convert
from recenter.progress import Progress, Silent
from recenter.records import Conversation
from recenter.scale.found import AnsweredRow, found_in, signature_of
from recenter.scale.manifest import MANIFEST, Entry, Manifest, Run
from recenter.scale.shards import Bad, bad, blocks, rows_of, sha256
from recenter.scale.storage import Storage
from recenter.stages.refine_stored import in_best_wording
from recenter.store import Found, PutReport, Store

_AT_ONCE = 4000
"""People and attributes in one transaction; a person is not divided."""

STEPS = ("import", "extract")
"""The steps whose output can be loaded."""


class Damaged(msgspec.Struct, frozen=True):
    """A file of the output that could not be loaded, or not to its end."""

    name: str
    problem: str


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the output of a run."""

    step: str
    files: int
    """All of the output, damaged ones included."""
    stored: PutReport
    """Of conversations, or of attributes."""
    bad: tuple[Bad, ...] = ()
    """Rows that cannot be stored."""
    absent: int = 0
    """Of attributes: pieces of evidence whose conversation is not in the store."""
    damaged: tuple[Damaged, ...] = ()


def read_manifest(folder: str) -> Manifest:
    """Return the manifest of a run that is over and whose output can be loaded.

    Raises:
        InputError: there is none, or it is of another step.
    """
    data = Storage(folder).read(MANIFEST)
    if data is None:
        raise InputError(
            f"holds no finished run: there is no {MANIFEST}.",
            file=folder,
            cure="Give the output of `recenter import --engine` or of `recenter extract` over a"
            " folder; a run that was stopped is finished by the same command.",
        )
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise InputError(f"{MANIFEST} cannot be read: {error}.", file=folder) from None
    if manifest.run.step not in STEPS:
        raise InputError(
            f"holds the output of `{manifest.run.step}`; that of {' and '.join(STEPS)} can be"
            " loaded.",
            file=folder,
        )
    return manifest


def load_run(
    folder: str, manifest: Manifest, store: Store, *, progress: Progress | None = None
) -> Loaded:
    """Store all rows of a run's output, some thousands in each transaction.

    A file that is not what the manifest says is named, and the rest is loaded. Stopped at any
    moment, or given again, it stores what is not there yet and doubles nothing.

    Raises:
        StoreError: the database refused; what was stored before stays.
    """
    progress = progress or Silent()
    entries = [e for e in (*manifest.shards, *manifest.parts) if e.output is not None]
    progress.start("rows", sum(entry.written for entry in entries))
    load = _Load(Storage(folder), manifest.run, store, progress)
    damaged = []
    for entry in entries:
        try:
            load.file(entry)
        except InputError as error:
            problem = error.reason if error.field is None else f"{error.field}: {error.reason}"
            damaged.append(Damaged(str(entry.output), problem))
    return Loaded(
        step=manifest.run.step,
        files=len(entries),
        stored=PutReport(**load.total),
        bad=tuple(load.bad),
        absent=load.absent,
        damaged=tuple(damaged),
    )


class _Load:
    """Loads files one after the other and keeps count."""

    def __init__(self, source: Storage, run: Run, store: Store, progress: Progress) -> None:
        self.total: Counter[str] = Counter()
        self.bad: list[Bad] = []
        self.absent = 0
        self._source = source
        self._run = run
        self._store = store
        self._progress = progress
        self._signature = signature_of(run)

    def file(self, entry: Entry) -> None:
        """Store the rows of one file.

        Raises:
            InputError: it is damaged.
        """
        name = str(entry.output)
        with self._source.fetched(name) as path:
            if sha256(path, name=name) != entry.output_sha256:
                raise InputError("is not the file that the run wrote: its SHA-256 is another.")
            if self._run.step == "import":
                self._conversations(path, name)
            else:
                self._attributes(path, name)

    def _conversations(self, path: Path, name: str) -> None:
        # Counted as they come: what comes before damage is stored, too.
        self._store.put_conversations(
            self._rows(path, name, Conversation), each=self._stored, bulk=True
        )

    def _stored(self, _: str, outcome: str) -> None:
        self.total[outcome] += 1
        self._progress.advance()

    def _attributes(self, path: Path, name: str) -> None:
        some: list[Found] = []
        size = rows = 0
        # All rows of a person stand together.
        for _, read in itertools.groupby(
            self._rows(path, name, AnsweredRow), lambda row: row.person
        ):
            mine = list(read)
            some.append(found_in(mine, self._signature))
            size += 1 + len(some[-1].attributes)
            rows += len(mine)
            if size >= _AT_ONCE:
                self._put(some, rows)
                some, size, rows = [], 0, 0
        if some:
            self._put(some, rows)

    def _put(self, some: list[Found], rows: int) -> None:
        # What was refined since would otherwise come back beside its better wording.
        known = self._store.have_attributes(one.person for one in some)
        some = [self._refined(one) if one.person in known else one for one in some]
        cited = [e.conversation for one in some for a in one.attributes for e in a.evidence]
        held = self._store.have_conversations(set(cited))
        self.absent += sum(id not in held for id in cited)
        stored = self._store.put_found(some, signature=self._signature)
        self.total.update(msgspec.structs.asdict(stored))
        self._progress.advance(rows)

    def _refined(self, one: Found) -> Found:
        return one._replace(attributes=in_best_wording(self._store, one.person, one.attributes))

    def _rows(self, path: Path, name: str, kind: type[Any]) -> Iterator[Any]:
        """Yield the rows that can be stored, and note the others."""
        for block in blocks(path, self._run.kind, name=name):
            self.bad += [msgspec.structs.replace(lost, shard=name) for lost in block.lost]
            read = rows_of(block.table, self._run.kind)
            for line, row in zip(block.lines, read, strict=True):
                try:
                    yield _checked(row, kind)
                except InputError as error:
                    self._note(bad(line, error), name)

    def _note(self, row: Bad, name: str) -> None:
        self.bad.append(msgspec.structs.replace(row, shard=name))
        self._progress.advance()


def _checked(row: Any, kind: type[Any]) -> Any:
    if isinstance(row, RecenterError):
        raise row
    # Parquet has a column for what a row does not say.
    made = convert({name: value for name, value in row.items() if value is not None}, kind)
    for field in ("person", "id"):
        if not getattr(made, field):
            raise InputError("expected what `recenter import` wrote there, got none.", field=field)
    return made
