"""Real sharded runs whose output is loaded, and a process that loads it slowly."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from recenter.batch.contract import Handler, Result, Row
from recenter.provenance import Signature
from recenter.scale import loading
from recenter.scale.columns import COLUMNS
from recenter.scale.corpus import CONVERSATIONS, Reading, import_sharded
from recenter.scale.engine import Local
from recenter.scale.loading import load_run, read_manifest
from recenter.scale.run import run_people
from recenter.scale.shards import Kind
from recenter.store import open_store, writing
from tests.scale.corpora import job, write_shard
from tests.store.workers import say

KEY = b"0123456789abcdef"
MADE = Signature(model="test:extractor", seed=1)
PEOPLE = 5


def imported(folder: Path, kind: Kind, *, shards: int = 3, each: int = 20) -> Path:
    """Import a corpus; return where its conversations are."""
    for n in range(shards):
        some = [_row(i) for i in range(n * each, (n + 1) * each)]
        write_shard(folder / f"in/{n}.{'jsonl' if kind == 'json' else 'parquet'}", some)
    made = job(folder / "in", folder / "conversations", kind, step="import", answers=CONVERSATIONS)
    import_sharded(made, Reading(KEY), Local())
    return folder / "conversations"


def _row(n: int) -> Row:
    turns = [
        {"role": "user", "text": f"I like number {n % 7}.", "at": f"2025-01-{n % 28 + 1:02}"},
        {"role": "assistant", "text": "Yes.\x00"},
    ]
    return {"session": f"s{n}", "person": f"p{n % PEOPLE}", "turns": turns}


def extracted(
    conversations: Path, target: Path, kind: Kind, *, word: str = "like", made: bool = True
) -> Path:
    """Extract from imported conversations with a scripted extractor; return where that is."""
    settings = {"needs": ("turns",), "two_passes": True, "made": MADE if made else None}
    run = job(
        conversations, target, kind, step="extract", answers=COLUMNS["extract"].answers, **settings
    )
    run_people(run, lambda: _finding(word), Local())
    return target


def _finding(word: str) -> Handler:
    """An extractor that finds each first sentence, one attribute for the same words."""

    def handle(rows: Sequence[Row]) -> list[Result]:
        return [row | {"attributes": _found(row, word)} for row in rows]

    return handle


def _found(row: Row, word: str) -> list[Row]:
    said = row["turns"][0]["text"]
    number = int(said.split()[-1].rstrip("."))
    if word != "like" and number % 2:
        return []
    spans = [{"turn": 0, "start": 0, "end": len(said), "quote": said}]
    text = f"The user likes number {number}."
    return [{"text": text, "source": "stated", "confidence": 0.5, "evidence": spans}]


class _Telling:
    """Progress that prints every step, and takes its time."""

    def __init__(self) -> None:
        self._done = 0

    def start(self, what: str, total: int | None) -> None:
        """Say nothing yet."""

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        say(self._done)
        time.sleep(0.01)


def load_slowly(url: str, folder: str) -> int:
    """Load a run in small transactions; say what is stored."""
    writing._BULK, writing._BATCH_ROWS = 1, 5
    loading._AT_ONCE = 6
    with open_store(url) as store:
        load_run(folder, read_manifest(folder), store, progress=_Telling())
    return 0
