"""What a sharded run has done, shard by shard: the entry of a shard is what commits it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from recenter import __version__
from recenter.errors import InputError, StoreError
from recenter.provenance import Signature
from recenter.scale.shards import Kind
from recenter.scale.storage import DRAFTS, Found, Storage

PLACE = "_recenter"
"""Folder of the output that holds all that is not output."""
EXCHANGE = f"{PLACE}/exchange"
"""Folder of rows on their way from shards to the part of their person."""
MANIFEST = f"{PLACE}/manifest.json"
_RUN = f"{PLACE}/run.json"
_DONE = f"{PLACE}/done/"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder of output is made of: it can only be gone on with by the same."""

    step: str
    signature: str
    """Digest of step, models, settings and version."""
    source: str
    kind: Kind
    parts: int | None = None
    """Files that people are dealt to, by hash; None where each shard has its own output."""
    code: str = __version__
    made: Signature | None = None
    """Of `extract`: what the attributes carry, once they are in a store."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one shard of the input, or of one part of the people."""

    shard: str
    """Name below the folder of the input; of a part, its file."""
    signature: str
    stamp: str = ""
    """Size and time of the file as it was read."""
    sha256: str = ""
    """Of the input; of a part, a digest of those of all shards."""
    rows: int = 0
    """Rows in."""
    written: int = 0
    """Rows out."""
    bad: int = 0
    skipped: Mapping[str, int] = {}
    """Rows left out on purpose, by reason."""
    output: str | None = None
    """File of these rows; None where they went to their people's parts."""
    output_sha256: str | None = None
    output_bytes: int | None = None
    problem: str | None = None
    """Why the shard could not be used, or in which part rows of it are lost."""
    spans: tuple[int, ...] = ()
    """Where each part's rows end in the shard's file of the exchange."""
    columns: bytes = b""
    """Arrow schema of these rows."""
    unknown: int = 0
    """Of a part, with `--attributes`: prompts of people of whom nothing was verified."""
    references: int = 0
    """Of `import`: what a benchmark says of its people, which is not in the output."""
    bad_of: Mapping[str, int] = {}
    """Of a part: its bad rows by the shard they came from."""
    written_of: Mapping[str, int] = {}
    """Of a part, until the manifest is written: its rows out by shard."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run: what it is, and every shard and part of it.

    Of each shard, rows in = rows out + bad + the sum of skipped, wherever its rows went. Each was
    counted where it happened; where they do not add up, the shard has a problem.
    """

    run: Run
    shards: tuple[Entry, ...]
    parts: tuple[Entry, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of all shards that could be read."""
        return sum(entry.rows for entry in self.shards)

    @property
    def written(self) -> int:
        """Rows in the output."""
        return sum(entry.written for entry in self.shards)

    @property
    def bad(self) -> int:
        """Rows without an answer."""
        return sum(entry.bad for entry in self.shards)

    @property
    def skipped(self) -> dict[str, int]:
        """Rows left out on purpose, by reason."""
        return dict(sum((Counter(entry.skipped) for entry in self.shards), Counter()))

    @property
    def problems(self) -> tuple[Entry, ...]:
        """Shards that could not be used."""
        return tuple(entry for entry in self.shards if entry.problem is not None)


def find(folder: Storage) -> Manifest | None:
    """Return the manifest of a folder that a run has written; None where none has.

    Raises:
        InputError: the run is not over, or its manifest cannot be read.
    """
    data = folder.read(MANIFEST)
    if data is None and folder.read(_RUN) is None:
        return None
    try:
        return msgspec.json.decode(data or b"", type=Manifest)
    except msgspec.DecodeError:
        raise InputError(
            f"the run that wrote it is not over: there is no whole {MANIFEST}.",
            file=folder.url,
            cure="Give its command again.",
        ) from None


class State(NamedTuple):
    """What an earlier run of the same kind left."""

    run: Run
    entries: dict[str, Entry]
    """By shard."""
    parts: dict[str, Entry]


def begin(target: Storage, wanted: Run) -> State:
    """Return what is done in a folder of output, which is made one of this run if it is empty.

    Raises:
        StoreError: it is of another run, or holds files of no run.
    """
    data = target.read(_RUN)
    if data is None:
        if target.files():
            raise StoreError(
                f"{target.url} holds files that no run of Recenter wrote there.",
                cure="Name a new or empty folder.",
            )
        target.write(_RUN, msgspec.json.encode(wanted))
        return State(wanted, {}, {})
    run = msgspec.json.decode(data, type=Run)
    if (run.step, run.signature, run.kind) != (wanted.step, wanted.signature, wanted.kind):
        raise StoreError(
            f"{target.url} was written by another run: {run.step} by {run.code}, signature "
            f"{run.signature}; this is {wanted.step} by {wanted.code}, signature "
            f"{wanted.signature}.",
            cure="Name a new folder, or delete that one.",
        )
    entries = {entry.shard: entry for entry in _entries(target, f"{_DONE}shards")}
    parts = {entry.shard: entry for entry in _entries(target, f"{_DONE}parts")}
    return State(run, entries, parts)


def _entries(target: Storage, folder: str) -> Iterable[Entry]:
    for name in target.names(folder):
        data = target.read(name)
        if data is not None:
            yield msgspec.json.decode(data, type=Entry)


def commit(target: Storage, entry: Entry, *, part: bool = False) -> Entry:
    """Write an entry, which is what makes its output count, and return it."""
    folder = "parts" if part else "shards"
    target.write(f"{_DONE}{folder}/{entry.shard}.json", msgspec.json.encode(entry))
    return entry


def bad_rows(output: str) -> str:
    """Return the name of the list of bad rows that goes with an output or a shard."""
    return f"{PLACE}/bad/{output}.jsonl"


def withdraw(target: Storage, part: str) -> None:
    """Remove an output of two passes that no shard stands for any more; its entry goes last."""
    for name in (part, bad_rows(part), f"{_DONE}parts/{part}.json"):
        target.discard(name)


def refuse_gone(found: Iterable[Found], entries: Mapping[str, Entry]) -> None:
    """Refuse to go on where a shard that is part of the output is not there any more.

    Raises:
        InputError: one is gone.
    """
    there = {file.name for file in found}
    for name, entry in entries.items():
        if entry.problem is None and name not in there:
            raise InputError(
                "is part of this output and is gone.",
                file=name,
                cure="Put it back, or name a new folder for the output.",
            )


def same_corpus(target: Storage, found: Iterable[Found], state: State, source: str) -> Run:
    """Return the run, which goes on where its corpus was moved; refuse another corpus.

    Shards often have the same names in every corpus, so these tell nothing. A shard of another
    size is another one, where its folder is not the one that was read.

    Raises:
        StoreError: the output is of a corpus elsewhere that is not this one.
    """
    if state.run.source == source:
        return state.run
    for file in found:
        before = state.entries.get(file.name)
        if before is not None and before.stamp and before.stamp.split()[0] != str(file.size):
            raise StoreError(
                f"{target.url} was made of {state.run.source}, and {file.name} is another one in "
                f"{source}.",
                cure="Name a new folder for the output.",
            )
    moved = msgspec.structs.replace(state.run, source=source)
    target.write(_RUN, msgspec.json.encode(moved))
    return moved


def finish(target: Storage, manifest: Manifest) -> None:
    """Write the manifest of a run that is over, and clear away what it needed meanwhile."""
    target.write(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    target.remove(EXCHANGE)
    if target.local:
        target.remove(DRAFTS)
