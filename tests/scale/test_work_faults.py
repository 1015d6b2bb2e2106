"""A shard that Arrow or Python cannot take apart is named, and the rest is done."""

from __future__ import annotations

import functools
import gzip
import json
import stat
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from recenter.batch.extract import ExtractHandler
from recenter.batch.rows import one_by_one
from recenter.batch.select import select_row
from recenter.cli.main import main
from recenter.errors import ModelHTTPError
from recenter.models.completions import content
from recenter.models.scripted import ScriptedChat, ScriptedEmbedder
from recenter.scale.corpus import CONVERSATIONS, Reading, import_sharded
from recenter.scale.engine import Local
from recenter.scale.run import run_people, run_rows
from recenter.stages.extract_llm import LLMExtractor
from recenter.stages.select_llm import LLMSelector
from tests.scale.corpora import job, write_shard


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


SECRET = "I drink 'every' night"


def _bad_of(folder: Path) -> list[dict[str, Any]]:
    lines = [
        one
        for path in (folder / "_recenter/bad").rglob("*.jsonl")
        for one in path.read_text().splitlines()
    ]
    assert SECRET[:7] not in "".join(lines)
    return [json.loads(line) for line in lines]


def _refusal() -> str:
    return content({"choices": [{"message": {"refusal": SECRET}}]})


def _answer(number: int) -> str:
    answers = {"number": 1, "reason": SECRET, "answer": SECRET, SECRET: [SECRET]}
    told = json.dumps({"answers": [answers | {"answer": "yes"} if number == 1 else answers]})
    if number == 3:
        raise ModelHTTPError(f"x answered 400: filtered: {SECRET}", status=400)
    return _refusal() if number == 4 else SECRET if number == 2 else told


def test_no_words_of_a_model_or_a_person_are_in_the_list_of_bad_rows(tmp_path: Path) -> None:
    numbers = range(6)
    prompts: list[dict[str, Any]] = [
        {"prompt": str(n), "attributes": [{"id": SECRET, "text": SECRET}]} for n in numbers
    ]
    prompts[5]["attributes"] *= 2
    write_shard(tmp_path / "in/a.jsonl", prompts)
    calls = iter(numbers)
    selector = LLMSelector(ScriptedChat(lambda _: _answer(next(calls))), workers=1)
    handler = one_by_one(functools.partial(select_row, selector=selector))
    answers = {"step": "select", "needs": ("prompt", "attributes")}
    run_rows(job(tmp_path / "in", tmp_path / "out", "json", **answers), lambda: handler, Local())
    told = [row["reason"] for row in _bad_of(tmp_path / "out")]
    assert len(told) == 6
    assert all("characters, digest " in reason or "answered 400" in reason for reason in told)
    assert "(21 characters, digest " in told[4]


@pytest.mark.parametrize("status", [None, 400])
def test_nor_are_they_where_a_person_is_read_by_a_model(tmp_path: Path, status: int | None) -> None:
    write_shard(
        tmp_path / "in/a.jsonl", [*rows("ada"), {"person": "bob", "turns": [{"role": SECRET}]}]
    )

    def answer(_: object) -> str:
        if status is not None:
            raise ModelHTTPError(SECRET, status=status)
        return SECRET

    extractor = LLMExtractor(ScriptedChat(answer), on_error="collect", workers=1)
    handler = ExtractHandler(extractor, ScriptedEmbedder(), threshold=0.7)
    made = job(tmp_path / "in", tmp_path / "out", "json", step="extract", two_passes=True)
    run_people(made, lambda: handler, Local())
    assert len(_bad_of(tmp_path / "out")) == 2


def test_nor_are_they_where_a_corpus_is_imported(tmp_path: Path) -> None:
    bad = rows("bob")[0] | {"turns": [{"role": SECRET, "text": SECRET}]}
    write_shard(tmp_path / "in/a.jsonl", [*rows("ada"), bad])
    made = job(tmp_path / "in", tmp_path / "out", "json", step="import", answers=CONVERSATIONS)
    import_sharded(made, Reading(b"0123456789abcdef"), Local())
    assert len(_bad_of(tmp_path / "out")) == 1
