"""Times `recenter load` against writing the same records as commands over a store do.

    python -m bench.scale_load [--conversations N] [--stores URL URL]

Generated conversations are imported and extracted over shards. Then one empty store is loaded with
that, and the other is written to as `import` and `extract` do without shards: conversations in
batches, attributes a person at a time. Both read the same files of the run, so what differs is the
writing. Without `--stores`, both are SQLite files; for PostgreSQL name two empty databases.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.scale import conversations, extract, measured, write
from recenter.formats import convert
from recenter.records import Conversation
from recenter.scale.corpus import CONVERSATIONS, Reading, import_sharded
from recenter.scale.engine import Local
from recenter.scale.found import AnsweredRow, found_in, signature_of
from recenter.scale.loading import load_run, read_manifest
from recenter.scale.shards import blocks, rows_of
from recenter.scale.work import Job
from recenter.store import open_store


def load(folder: Path, url: str) -> int:
    """Load a run; return the records that were new."""
    with open_store(url) as store:
        return load_run(str(folder), read_manifest(str(folder)), store).stored.new


def write_conversations(folder: Path, url: str) -> int:
    """Store conversations as `import` does."""
    with open_store(url) as store:
        return store.put_conversations(_rows(folder, Conversation)).new


def write_attributes(folder: Path, url: str) -> int:
    """Store attributes as `extract` does."""
    signature = signature_of(read_manifest(str(folder)).run)
    new = 0
    with open_store(url) as store:
        for person, rows in itertools.groupby(_rows(folder, AnsweredRow), lambda row: row.person):
            made = found_in(list(rows), signature).attributes
            new += store.put_attributes(str(person), made, signature=signature).new
    return new


def _rows(folder: Path, kind: type[Any]) -> Iterator[Any]:
    for path in sorted(folder.glob("*.parquet")):
        for block in blocks(path, "parquet", name=path.name):
            for row in rows_of(block.table, "parquet"):
                assert isinstance(row, dict)
                yield convert({k: v for k, v in row.items() if v is not None}, kind)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=50_000)
    parser.add_argument("--stores", nargs=2, metavar="URL")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="recenter-load-"))
    stores = given.stores or [f"sqlite:///{folder}/{name}.db" for name in ("load", "write")]
    try:
        count = given.conversations
        write(
            folder / "raw",
            list(conversations(count, people=max(1, count // 10), turns=6)),
            shards=8,
        )
        whole = Job("import", f"{folder}/raw", f"{folder}/in", "bench", "parquet", CONVERSATIONS)
        import_sharded(whole, Reading(b"0123456789abcdef"), Local())
        extract(folder, "found", 0)
        took = [
            measured(what, functools.partial(work, folder / place, url))
            for what, work, place, url in (
                ("load: conversations", load, "in", stores[0]),
                ("load: attributes", load, "found", stores[0]),
                ("written: conversations", write_conversations, "in", stores[1]),
                ("written: attributes", write_attributes, "found", stores[1]),
            )
        ]
        print(
            json.dumps(
                {
                    "conversations, times as fast": round(took[2] / took[0], 2),
                    "attributes, times as fast": round(took[3] / took[1], 2),
                }
            )
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
