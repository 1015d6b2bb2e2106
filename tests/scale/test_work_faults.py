"""A shard that Arrow or Python cannot take apart is named, and the rest is done."""

from __future__ import annotations

import gzip
import json
import stat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner

from recenter.cli.main import main


def rows(name: str) -> list[dict[str, object]]:
    turns = [{"role": "user", "text": "I work nights as a nurse."}]
    return [{"person": name, "session": f"{name}-1", "turns": turns}]


def test_a_person_that_is_no_text_costs_its_shard_alone(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    pq.write_table(pa.Table.from_pylist(rows("ada")), source / "a.parquet")
    table = pa.Table.from_pylist(rows("bob"))
    bad = pa.array([b"\xff\xfe"], pa.binary()).view(pa.binary())
    broken = pa.Array.from_buffers(pa.string(), 1, bad.buffers())
    pq.write_table(table.set_column(0, "person", broken), source / "b.parquet")
    told = CliRunner().invoke(
        main, ["extract", "--batch", str(source), "--output", str(target), "--engine", "local"]
    )
    assert told.exit_code == 3, told.output
    assert "not used: b.parquet" in told.stderr
    assert "1 not used" in told.stderr


def test_what_people_said_is_closed_to_others_on_the_machine(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    lines = "".join(json.dumps(row) + "\n" for row in rows("ada"))
    (source / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    given = ["import", str(source), "--to", str(target), "--engine", "local"]
    assert CliRunner().invoke(main, given).exit_code == 0
    files = [file for file in target.rglob("*") if file.is_file()]
    assert files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
