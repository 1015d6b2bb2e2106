"""Shards are read as they were written, whatever the rows hold."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.scale.engine import Local
from recenter.scale.people import groups, part_of
from recenter.scale.run import run_people, run_rows
from recenter.scale.shards import Answers, Writer, blocks, rows_of, schema_of
from tests.scale.corpora import counting, files, job, read_rows, row, write_shard

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "person": st.none() | st.sampled_from(["a", "b", "", "c\n"]),
            "session": TEXTS,
            "turns": st.lists(
                st.fixed_dictionaries({"role": st.just("user"), "text": TEXTS}), max_size=2
            ),
        }
    ),
    max_size=12,
)


def same(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(msgspec.json.encode(one).decode() for one in rows)


@settings(max_examples=8, deadline=None)
@given(first=ROWS, second=ROWS)
def test_dealing_by_person_neither_loses_nor_doubles_nor_changes(
    first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_shard(folder / "in/a.jsonl", first)
        write_shard(folder / "in/b.jsonl", second)
        made = job(folder / "in", folder / "out", "json", two_passes=True)
        ran = run_people(made, lambda: lambda some: list(some), Local())
        assert same(read_rows(folder / "out")) == same(first + second)
        assert ran.manifest.written == len(first) + len(second)


@settings(max_examples=25, deadline=None)
@given(rows=ROWS.filter(bool))
def test_parquet_reads_as_it_was_written(rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "a.parquet"
        answers = Answers({"n": pa.int64()})
        writer = Writer(path, "parquet", schema=table.schema, answers=answers, signature="s")
        writer.write(table, [one | {"n": i} for i, one in enumerate(rows)])
        writer.close()
        (block,) = blocks(path, "parquet", name="a")
        assert rows_of(block.table, "parquet") == [one | {"n": i} for i, one in enumerate(rows)]
        assert list(block.lines) == list(range(1, len(rows) + 1))


@given(st.lists(st.none() | st.sampled_from("abc")))
def test_every_row_is_in_one_group_with_its_person(people: list[str | None]) -> None:
    made = list(groups(people))
    assert sorted(i for some in made for i in some) == list(range(len(people)))
    for some in made:
        assert len({people[i] for i in some}) == 1
        assert len(some) == 1 or some == sorted(some)
    named = [people[some[0]] for some in made if people[some[0]] is not None]
    assert len(named) == len(set(named))


@given(TEXTS, st.integers(1, 1024))
def test_a_person_is_in_one_of_the_parts_that_there_are(person: str, parts: int) -> None:
    assert 0 <= part_of(person, parts) < parts
    assert part_of(person, parts) == part_of(person, parts)


def test_people_are_dealt_alike_everywhere_and_evenly() -> None:
    assert [part_of(f"p{n}", 8) for n in range(6)] == [part_of(f"p{n}", 8) for n in range(6)]
    counts = [0] * 8
    for n in range(8000):
        counts[part_of(f"p{n}", 8)] += 1
    assert min(counts) > 850


def test_packed_lines_are_written_packed_and_alike_each_time(tmp_path: Path) -> None:
    data = msgspec.json.Encoder().encode_lines([row(n) for n in range(5)])
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.jsonl.gz").write_bytes(gzip.compress(data))
    for out in ("one", "two"):
        run_rows(job(tmp_path / "in", tmp_path / out, "json"), counting, Local())
    assert files(tmp_path / "one") == files(tmp_path / "two")
    lines = gzip.decompress(files(tmp_path / "one")["a.jsonl.gz"]).splitlines()
    assert [msgspec.json.decode(line)["label"] for line in lines] == [0, 1, 2, 3, 4]


def test_a_row_that_is_too_long_is_told_of_and_its_neighbours_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\n{"a": "' + b"x" * (64 << 20) + b'"}\n{"a": 3}\n')
    (block,) = blocks(path, "json", name="a")
    assert list(block.lines) == [1, 3]
    assert [(one.line, "longer than" in one.reason) for one in block.lost] == [(2, True)]


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    write_shard(tmp_path / "a.parquet", [{"text": "x", "other": 1}])
    with pytest.raises(InputError, match="no column evidence_text; it has text, other"):
        schema_of(tmp_path / "a.parquet", "parquet", name="a", needs=("text", "evidence_text"))
