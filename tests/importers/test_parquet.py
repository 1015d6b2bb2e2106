import datetime
import sys
from pathlib import Path
from typing import Any

import pytest

from recenter.errors import InputError, MissingExtraError, UnknownFormatError
from recenter.formats import encode
from recenter.importers import parquet
from recenter.importers.base import BadRow, SkippedRow
from recenter.importers.reading import read_rows
from recenter.importers.wildchat import WILDCHAT as WILDCHAT_FORMAT
from recenter.records import Conversation

from .rows import KEY, OPENAI, SECRETS, WILDCHAT, read, read_one, said, write_lines

pa = pytest.importorskip("pyarrow", reason="needs pyarrow (pip install 'recenter[corpus]')")
pq = pytest.importorskip("pyarrow.parquet")

NOON = datetime.datetime(2024, 5, 1, 12, 0, 0, 999, tzinfo=datetime.UTC)


def wildchat(**changes: Any) -> dict[str, Any]:
    return {**WILDCHAT, "timestamp": NOON, **changes}


def write(path: Path, *rows: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows)), path, **options)
    return path


def test_rows_are_those_of_json_lines(tmp_path: Path) -> None:
    changed = [
        wildchat(),
        wildchat(conversation_hash=None, toxic=None, language=None),
        wildchat(timestamp=NOON - datetime.timedelta(days=30_000), redacted=True),
        wildchat(conversation=[{"role": "user", "content": "one"}] * 3),
    ]
    lines = [{**row, "timestamp": row["timestamp"].isoformat()} for row in changed]
    expected = read(write_lines(tmp_path / "lines", *lines))
    assert all(isinstance(row, Conversation) for row in expected)
    assert read(write(tmp_path / "table", *changed)) == expected


def test_the_careful_way_gives_the_same_records_as_the_fast_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        wildchat(hashed_ip=f"user {i % 7}", conversation_hash=f"{i}", toxic=i % 3 == 0)
        for i in range(60)
    ]
    path = write(tmp_path / "table", *rows, row_group_size=25)
    monkeypatch.setattr(parquet, "BATCH_ROWS", 7)
    fast = read(path)
    monkeypatch.setattr(parquet, "_wildchat_batch", lambda batch, door: None)
    assert read(path) == fast
    assert len(fast) == 60


def test_faults_are_named_with_their_row_and_the_rest_comes_out(tmp_path: Path) -> None:
    path = write(
        tmp_path / "table",
        wildchat(),
        wildchat(conversation=[{"role": "narrator", "content": "Once."}]),
        wildchat(conversation=None),
        wildchat(conversation=[{"role": None, "content": "Once."}]),
        wildchat(conversation=[{"role": "user", "content": None}]),
        wildchat(hashed_ip=None),
    )
    good, unknown, absent, nameless, empty, lone = read(path)
    assert isinstance(good, Conversation)
    assert isinstance(lone, Conversation)
    assert isinstance(unknown, BadRow)
    assert (unknown.line, unknown.field) == (2, "conversation[0].role")
    assert absent == BadRow(
        file=str(path), line=3, field="conversation", reason="Expected `array`, got `null`."
    )
    assert isinstance(nameless, BadRow)
    assert nameless.field == "conversation[0].role"
    assert empty == SkippedRow(file=str(path), line=5, reason="empty")


def test_text_that_is_not_utf_8_spoils_only_its_row(tmp_path: Path) -> None:
    rows = [wildchat(conversation_hash=f"{i}") for i in range(3)]
    table = pa.Table.from_pylist(rows)
    hashes = pa.array([b"0", b"\xff\xfe", b"2"], pa.binary()).view(pa.string())
    at = table.schema.get_field_index("conversation_hash")
    pq.write_table(table.set_column(at, "conversation_hash", hashes), tmp_path / "table")
    assert [type(row) for row in read(tmp_path / "table")] == [Conversation, BadRow, Conversation]


def test_only_declared_columns_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "table", wildchat())
    with pq.ParquetFile(path) as file:
        leaves = parquet._leaves(file.schema, WILDCHAT_FORMAT.row)
    assert {leaf.split(".")[0] for leaf in leaves} == {
        "conversation", "conversation_hash", "timestamp", "language", "hashed_ip", "toxic",
        "redacted",
    }  # fmt: skip
    assert {leaf.split(".")[-1] for leaf in leaves if leaf.startswith("conversation.")} == {
        "role", "content", "hashed_ip",
    }  # fmt: skip
    line = encode(read_one(path))
    assert not [secret for secret in SECRETS if secret in line]


def test_other_formats_are_read_from_parquet_too(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "Bees?"}, {"role": "assistant", "content": "Bees."}]
    row = read_one(write(tmp_path / "table", {**OPENAI, "messages": messages}))
    assert said(row) == [("user", "Bees?"), ("assistant", "Bees.")]
    assert row.source == "openai"


def test_damage_and_unknown_columns_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "table", {"foo": 1, "bar": 2})
    with pytest.raises(UnknownFormatError, match="fields 'foo', 'bar'"):
        read(path)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(InputError, match="damaged"):
        read(path)


def test_an_empty_table_has_no_rows(tmp_path: Path) -> None:
    table = pa.Table.from_pylist([wildchat()]).slice(0, 0)
    pq.write_table(table, tmp_path / "table")
    assert read(tmp_path / "table") == []


def test_without_pyarrow_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "table", wildchat())
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'recenter\[corpus\]'"):
        read(path)


def test_memory_held_by_arrow_does_not_grow_with_row_groups(tmp_path: Path) -> None:
    def held(groups: int) -> int:
        long = [{"role": "user", "content": f"{i} " * 500} for i in range(20)]
        rows = [wildchat(conversation=long, conversation_hash=f"{i}") for i in range(20 * groups)]
        path = write(tmp_path / f"{groups}", *rows, row_group_size=20)
        rows.clear()
        before = pa.total_allocated_bytes()
        most = 0
        for _ in read_rows(path, key=KEY):
            most = max(most, pa.total_allocated_bytes() - before)
        return most

    assert held(20) < 2 * held(2)
