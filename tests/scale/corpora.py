"""Small corpora in shards, and a step that is quick to do: the words of each person's rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from recenter.batch.contract import Handler, Result, Row
from recenter.errors import InputError
from recenter.scale.shards import Answers, Kind
from recenter.scale.work import Job

WORDS = Answers({"words": pa.int64(), "together": pa.int64()})
"""Words of the row, and of all rows that were handed over with it."""


def row(n: int, *, people: int = 7) -> Row:
    """A conversation of one of a few people, every fifth of nobody."""
    turns = [{"role": "user", "text": f"I like number {n}. " * (n % 4 + 1)}]
    person = None if n % 5 == 0 else f"p{n % people}"
    return {"session": f"s{n}", "person": person, "turns": turns, "label": n}


def rows(count: int) -> list[Row]:
    return [row(n) for n in range(count)]


def write_shards(folder: Path, kind: Kind, *, shards: int = 4, each: int = 25) -> list[Path]:
    """Write shards of these rows in folders of two, as people keep them."""
    paths = []
    for n in range(shards):
        name = f"{n // 2}/{n:03d}.{'parquet' if kind == 'parquet' else 'jsonl'}"
        paths.append(folder / name)
        write_shard(paths[-1], [row(i) for i in range(n * each, (n + 1) * each)])
    return paths


def write_shard(path: Path, some: Sequence[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(list(some)), path)
    else:
        path.write_bytes(msgspec.json.Encoder().encode_lines(some))


def read_rows(folder: Path) -> list[Row]:
    """All rows of an output, sorted, whatever file they are in."""
    found: list[Row] = []
    for path in sorted(folder.rglob("*.*")):
        if "_recenter" in path.parts or path.is_dir():
            continue
        if path.suffix == ".parquet":
            found += pq.read_table(path).to_pylist()
        else:
            found += [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]
    return sorted(found, key=lambda one: str(msgspec.json.encode(one)))


def files(folder: Path) -> dict[str, bytes]:
    """The files of an output by name, without what a run keeps beside them."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "_recenter" not in path.parts
    }


def job(source: Path | str, target: Path | str, kind: Kind, **more: Any) -> Job:
    settings = {"step": "count", "signature": "one", "answers": WORDS, "needs": ("turns",)} | more
    return Job(source=str(source), target=str(target), kind=kind, **settings)


def counting() -> Handler:
    """A handler that counts words; a row whose label is 13 cannot be used."""

    def handle(some: Sequence[Row]) -> list[Result]:
        counts = [sum(len(turn["text"].split()) for turn in one["turns"]) for one in some]
        return [
            InputError("is unlucky.", field="label")
            if one["label"] == 13
            else one | {"words": count, "together": sum(counts)}
            for one, count in zip(some, counts, strict=True)
        ]

    return handle
