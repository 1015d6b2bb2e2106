"""An export is whole, typed, readable by others, and holds no id of a platform."""

from __future__ import annotations

import hashlib
import json
import math
import resource
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from recenter.errors import InputError, MissingExtraError
from recenter.reports.files import read_files
from recenter.store import Store
from recenter.study.export.derived import agreements
from recenter.study.export.judgments import JudgmentRow, is_vote, judgment_rows, judgments
from recenter.study.export.snapshot import snapshot
from recenter.study.export.tables import check_formats, schema
from recenter.study.export.write import TABLES, export
from recenter.study.ledger import saving
from recenter.study.ledger.desk import Desk
from tests.study.export.worked import RAW, come, study, worked
from tests.study.samples import Clock


@pytest.fixture
def desk(store: Store) -> Desk:
    return worked(store, Clock())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_both_forms_of_a_table_hold_the_same_rows_with_the_types_of_the_record(
    desk: Desk, folder: Path
) -> None:
    manifest = export(desk, folder)
    assert set(manifest.counts) == set(TABLES)
    for name, kind in TABLES.items():
        read = pq.read_table(folder / f"data/{name}.parquet")
        assert read.schema.equals(schema(kind))
        assert read.to_pylist() == lines(folder / f"{name}.jsonl")
        assert read.num_rows == manifest.counts[name]
    types = schema(JudgmentRow)
    assert str(types.field("counts").type) == "bool"
    assert str(types.field("active_s").type) == "double"
    assert not types.field("annotator").nullable
    assert types.field("note").nullable


def test_the_manifest_names_every_file_with_its_sum(desk: Desk, folder: Path) -> None:
    manifest = export(desk, folder)
    written = contents(folder)
    assert {one.name for one in manifest.files} == written.keys() - {"manifest.json"}
    for one in manifest.files:
        assert hashlib.sha256(written[one.name]).hexdigest() == one.sha256
        assert len(written[one.name]) == one.bytes
    assert json.loads(written["manifest.json"])["schema"] == 1


def test_no_id_of_a_platform_is_in_any_file(desk: Desk, folder: Path) -> None:
    export(desk, folder, formats=("jsonl",))
    everything = b"".join(contents(folder).values())
    assert RAW.encode() not in everything
    assert b"ann_" in everything
    # Parquet packs its bytes: look at the values.
    export(desk, folder)
    for path in folder.rglob("*.parquet"):
        assert RAW not in str(pq.read_table(path).to_pylist())
        assert RAW.encode() not in path.read_bytes()


def test_the_records_are_what_a_report_reads(desk: Desk, folder: Path) -> None:
    export(desk, folder, formats=("jsonl",))
    material, _ = read_files([folder / "records.jsonl"])
    assert len(material.answers) == len(list(judgments(desk)))
    assert material.problems == ()


def test_soft_labels_count_the_votes_on_every_part(desk: Desk, folder: Path) -> None:
    export(desk, folder, formats=("jsonl",))
    rows = lines(folder / "soft_labels.jsonl")
    votes = [row for row in judgment_rows(desk) if row.kind == "work" and row.counts]
    assert len(rows) == 5 + 10 + 10
    assert sum(row["votes"] for row in rows) == len(votes)
    assert sum(row["declined"] for row in rows) == 2
    for row in rows:
        said = [one.oriented for one in votes if (one.item, one.part) == (row["item"], row["part"])]
        counts = {one["answer"]: one["count"] for one in row["answers"]}
        assert counts == {answer: said.count(answer) for answer in counts}
        shares = [count / len(said) for count in counts.values() if count]
        assert row["entropy"] == pytest.approx(-sum(s * math.log2(s) for s in shares))
        most = [answer for answer, count in counts.items() if 2 * count > len(said)]
        assert [row["majority"]] == (most or [None])
    (decided,) = [row for row in rows if row["adjudicated"]]
    assert (decided["item"], decided["adjudicated"]) == ("sup_a", "accept")


def test_pairs_to_train_on_follow_the_majority(desk: Desk, folder: Path) -> None:
    export(desk, folder, formats=("jsonl",))
    made = {row["item"]: row for row in lines(folder / "preferences.jsonl")}
    for name in "abcde":
        said = [
            int(row.oriented or 0)
            for row in judgment_rows(desk)
            if row.item == f"bet_{name}" and is_vote(row)
        ]
        up, down = sum(v > 3 for v in said), sum(v < 3 for v in said)
        if 2 * max(up, down) <= len(said):
            assert f"bet_{name}" not in made
            continue
        row = made[f"bet_{name}"]
        (chosen,) = row["chosen"]
        assert chosen["role"] == "assistant"
        assert chosen["content"].startswith("Since you bake" if up > down else "Rest on")
        assert row["prompt"] == [{"role": "user", "content": f"Plan my week, {name}?"}]
        assert row["share"] == max(up, down) / len(said)
    assert made


def test_relevance_pairs_have_the_share_of_yes(desk: Desk, folder: Path) -> None:
    export(desk, folder, formats=("jsonl",))
    rows = lines(folder / "relevance_pairs.jsonl")
    assert len(rows) == 10
    for row in rows:
        said = [
            one.answer == "yes"
            for one in judgment_rows(desk)
            if one.attribute == row["attribute"] and is_vote(one) and one.question == "relevant"
        ]
        assert row["label"] == pytest.approx(sum(said) / len(said))
        assert row["weight"] == 1.0
        assert row["text_a"].startswith("What should I cook")
        assert row["text_b"].startswith("Likes dish")


def test_annotators_have_their_time_once_for_each_place(desk: Desk, folder: Path) -> None:
    export(desk, folder, formats=("jsonl",))
    rows = lines(folder / "annotators.jsonl")
    assert [row["number"] for row in rows] == [1, 2, 3, 4]
    # Five places of each task and one that returns, 1.5 seconds each.
    assert rows[0]["active_minutes"] == pytest.approx(16 * 1.5 / 60, abs=1e-3)
    assert [row["excluded"] for row in rows] == [False, True, False, False]
    (excluded,) = lines(folder / "exclusions.jsonl")
    assert excluded["annotator"] == rows[1]["annotator"]
    assert excluded["undone_at"] is None


def test_the_card_says_how_it_was_asked_and_where_the_files_are(desk: Desk, folder: Path) -> None:
    export(desk, folder, licence="cc-by-4.0")
    text = (folder / "README.md").read_text("utf-8")
    head = yaml.safe_load(text.split("---")[1])
    assert head["license"] == "cc-by-4.0"
    paths = [one["path"] for config in head["configs"] for one in config["data_files"]]
    assert paths == [f"data/{name}.parquet" for name in TABLES]
    assert all((folder / path).is_file() for path in paths)
    for task in desk.study.tasks:
        assert task.asks.wording in text
        assert task.asks.hash in text
    for row in judgment_rows(desk):
        assert row.guidelines in text
    for one in agreements(snapshot(desk), list(judgment_rows(desk))):
        assert str(one.alpha) in text
    assert "Shown to annotators and published" in text


def test_the_same_answers_give_the_same_files(desk: Desk, tmp_path: Path) -> None:
    export(desk, tmp_path / "one")
    export(desk, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_exporting_again_takes_out_who_withdrew(desk: Desk, folder: Path) -> None:
    export(desk, folder)
    gone = come(desk, "cleo").id
    saving.withdraw(desk, gone)
    export(desk, folder, formats=("jsonl",))
    assert not list(folder.rglob("*.parquet"))
    there = {name for name, data in contents(folder).items() if gone.encode() in data}
    assert there == {"annotators.jsonl"}


def test_a_study_without_answers_is_exported_too(store: Store, folder: Path) -> None:
    manifest = export(study(store, Clock()), folder)
    assert manifest.counts == {"soft_labels": 25, "texts": 4}
    assert {row["entropy"] for row in lines(folder / "soft_labels.jsonl")} == {None}


def test_files_of_somebody_else_are_left_alone(desk: Desk, folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds thesis\.txt"):
        export(desk, folder)
    assert contents(folder) == {"thesis.txt": b"mine"}
    (folder / "thesis.txt").unlink()
    export(desk, folder)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds notes\.txt"):
        export(desk, folder)
    with pytest.raises(InputError, match="not a folder"):
        export(desk, folder / "notes.txt")


def test_what_breaks_on_the_way_leaves_what_was_there(desk: Desk, folder: Path) -> None:
    export(desk, folder)
    before = contents(folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
    try:
        with pytest.raises(InputError, match="cannot be written: File too large"):
            export(desk, folder, formats=("jsonl",))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert contents(folder) == before
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def test_other_formats_and_a_missing_pyarrow_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="'csv' is no format"):
        check_formats(["csv"])
    with pytest.raises(InputError, match="none is no format"):
        check_formats([])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert check_formats(["jsonl"]) == ("jsonl",)
    with pytest.raises(MissingExtraError, match="corpus"):
        check_formats(["jsonl", "parquet"])
