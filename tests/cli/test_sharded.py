"""Batches and imports of folders of shards, as the command line has them."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.store import open_store
from recenter.workspace import Workspace
from tests.scale.corpora import files, read_rows, write_shard

SAID = (
    "I am a vegetarian and I live in Leeds.",
    "I work as a nurse on night shifts.",
    "What is the capital of France?",
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture(params=["jsonl", "parquet"])
def corpus(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    whole = []
    for n in range(3):
        some = [
            {
                "session": f"s{n}-{i}",
                "person": f"p{i % 2}",
                "turns": [{"role": "user", "text": SAID[i % 3]}],
            }
            for i in range(4)
        ]
        write_shard(tmp_path / f"in/{n}.{request.param}", some)
        whole += some
    (tmp_path / "whole").write_bytes(msgspec.json.Encoder().encode_lines(whole))
    return tmp_path / "in"


def test_a_folder_gives_the_rows_that_one_file_of_it_gives(corpus: Path, tmp_path: Path) -> None:
    made = run("extract", "--batch", corpus, "--output", tmp_path / "out")
    assert made.exit_code == 0, made.output
    assert "3 shards, 0 not used, 12 rows in, 12 out, 0 bad" in made.output
    assert (
        run("extract", "--batch", tmp_path / "whole", "--output", tmp_path / "one.jsonl").exit_code
        == 0
    )
    one = [msgspec.json.decode(line) for line in (tmp_path / "one.jsonl").read_bytes().splitlines()]
    assert read_rows(tmp_path / "out") == sorted(one, key=lambda row: str(msgspec.json.encode(row)))
    assert any(row["attributes"] for row in one)


def test_rows_and_shards_that_fail_are_told_and_end_with_status_3(tmp_path: Path) -> None:
    row = {"text": "The user lives in Leeds.", "evidence_text": "I live in Leeds"}
    write_shard(tmp_path / "in/a.parquet", [row, row | {"text": " "}])
    (tmp_path / "in/b.parquet").write_bytes(b"PAR1")
    made = run("verify", "--batch", tmp_path / "in", "--output", tmp_path / "out")
    assert made.exit_code == 3
    assert "not used: b.parquet: the Parquet file is damaged" in made.output
    assert "1 bad rows: a.parquet" in made.output
    assert "2 shards, 1 not used, 2 rows in, 1 out, 1 bad" in made.output
    (answered,) = read_rows(tmp_path / "out")
    assert answered["verdict"] == "accept"


def test_shards_that_the_step_before_did_not_use_are_told_of(tmp_path: Path) -> None:
    row = {"id": "1", "person": "p", "turns": [{"role": "user", "text": SAID[0]}]}
    write_shard(tmp_path / "in/a.parquet", [row])
    (tmp_path / "in/b.parquet").write_bytes(b"PAR1")
    found, store = tmp_path / "found", f"sqlite:///{tmp_path / 'store.db'}"
    assert run("extract", "--batch", tmp_path / "in", "--output", found).exit_code == 3
    said = "1 shards of the source were not used"
    assert said in run("verify", "--batch", found, "--output", tmp_path / "judged").output
    assert said in run("load", found, "--store", store).output


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
@pytest.mark.parametrize(
    ("step", "cure"),
    [("verify", "Do `recenter extract --batch` first"), ("select", "give --attributes DIR")],
)
def test_a_step_whose_rows_all_lack_a_field_says_what_comes_first(
    tmp_path: Path, kind: str, step: str, cure: str
) -> None:
    write_shard(tmp_path / f"in/a.{kind}", [{"person": "p", "prompt": "What can I cook?"}])
    made = run(step, "--batch", tmp_path / "in", "--output", tmp_path / "out")
    assert made.exit_code == 3
    assert cure in made.output
    if kind == "jsonl":
        assert "mostly (1 rows): Object missing required field `" in made.output
        assert f"All: {tmp_path / 'out'}/_recenter/bad/" in made.output


def test_select_answers_on_each_attribute(tmp_path: Path) -> None:
    listed = [{"id": "a", "text": "The user is a vegetarian."}]
    write_shard(tmp_path / "in/a.parquet", [{"prompt": "What can I cook?", "attributes": listed}])
    made = run("select", "--batch", tmp_path / "in", "--output", tmp_path / "out")
    assert made.exit_code == 0, made.output
    ((item,),) = [row["attributes"] for row in read_rows(tmp_path / "out")]
    assert item.keys() == {"id", "text", "score", "decision", "reason"}


def test_other_settings_are_refused_the_folder(tmp_path: Path) -> None:
    row = {"text": "The user lives in Leeds.", "evidence_text": "I live in Leeds"}
    write_shard(tmp_path / "in/a.jsonl", [row])
    batch = ("verify", "--batch", tmp_path / "in", "--output", tmp_path / "out")
    assert run(*batch).exit_code == 0
    refused = run(*batch, "--verifier", "trained")
    assert refused.exit_code == 1
    assert "was written by another run" in refused.output


def test_an_import_can_be_extracted_from(corpus: Path, tmp_path: Path) -> None:
    made = run("import", corpus, "--to", tmp_path / "all", "--engine", "local")
    assert made.exit_code == 0, made.output
    assert "12 rows in, 12 out" in made.output
    assert run("extract", "--batch", tmp_path / "all", "--output", tmp_path / "out").exit_code == 0
    assert len(read_rows(tmp_path / "out")) == 12
    kept = run(
        *("import", corpus, "--to", tmp_path / "some", "--engine", "local"),
        *("--filter", "--min-turns", "1", "--min-conversations", "1"),
    )
    assert "12 conversations of 2 people" in kept.output
    assert "filtered" in kept.output
    # None of them names its language.
    assert "12 of 2 after language (removed: none)" in kept.output
    assert read_rows(tmp_path / "some")
    assert files(tmp_path / "some").keys() == files(tmp_path / "all").keys()


def test_what_was_found_is_verified_and_selected_from_as_in_a_store(
    corpus: Path, tmp_path: Path
) -> None:
    store = ("--store", f"sqlite:///{tmp_path / 'store.db'}")
    found, judged, chosen = (tmp_path / name for name in ("found", "judged", "chosen"))
    assert run("import", corpus, "--to", tmp_path / "all", "--engine", "local").exit_code == 0
    assert run("extract", "--batch", tmp_path / "all", "--output", found).exit_code == 0
    assert run("load", tmp_path / "all", *store).exit_code == 0
    assert run("load", found, *store).exit_code == 0
    assert run("verify", *store).exit_code == 0
    assert run("verify", "--batch", found, "--output", judged).exit_code == 0
    with open_store(store[1]) as opened:
        kept = {one.subject.attribute: one for one in opened.judgments()}
        people = list(opened.people())
        accepted = {who: {a.id for a in Workspace(opened).accepted(who)} for who in people}
    items = [item for row in read_rows(judged) for item in row["attributes"]]
    assert {item["id"]: (item["verdict"], item["failure"]) for item in items} == {
        id: (one.answer, one.failure) for id, one in kept.items()
    }
    prompts = [{"person": who, "prompt": "What can I cook?"} for who in (*people, "new")]
    write_shard(tmp_path / f"prompts/a{next(corpus.iterdir()).suffix}", [*prompts, *prompts])
    batch = ("select", "--batch", tmp_path / "prompts", "--output", chosen)
    made = run(*batch, "--attributes", judged)
    assert made.exit_code == 0, made.output
    assert f"2 of {2 * len(prompts)} prompts are of people unknown here" in made.output
    rows = read_rows(chosen)
    assert len(rows) == 2 * len(prompts)
    for row in rows:
        assert {one["id"] for one in row["attributes"]} == accepted.get(row["person"], set())
    assert any(one["decision"] == "use" for row in rows for one in row["attributes"])
    refused = run(*batch[:-1], tmp_path / "other", "--attributes", found)
    assert "holds no attributes" in refused.output
    for part in judged.glob("part-*"):
        part.write_bytes(b"")
    lost = run(*batch[:-1], tmp_path / "lost", "--attributes", judged)
    assert lost.exit_code == 3, lost.output
    assert "is not the file that `verify` wrote" in lost.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["select", "--batch", "f", "--attributes", "in"], "over a folder of prompts"),
        (["extract", "--batch", "in"], "--output DIR is needed"),
        (["extract", "--batch", "in", "--output", "out", "--dry-run"], "--dry-run reads one file"),
        (["extract", "--engine", "local"], "--engine goes with --batch"),
        (["select", "--batch", "f", "--engine", "local"], "not with a file"),
        (["select", "--batch", "none", "--engine", "local"], "there is no none"),
        (["verify", "--batch", "in", "--output", "out", "--actors", "2"], "go with --engine ray"),
        (["import", "in", "--engine", "local"], "needs --to DIR"),
        (["import", "f", "--engine", "local", "--to", "out"], "one folder or URL"),
        (["import", "none", "--engine", "local", "--to", "out"], "there is no none"),
        (
            ["import", "in", "--engine", "local", "--to", "out", "--sample", "2"],
            "--sample does not",
        ),
        (["import", "in", "--engine", "local", "--to", "out", "--strict"], "--strict, --report"),
    ],
)
def test_what_does_not_go_together_is_refused(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "f").touch()
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert said in refused.output


def test_a_budget_is_refused_where_it_could_not_be_kept(tmp_path: Path) -> None:
    write_shard(tmp_path / "in/a.jsonl", [{"text": "x", "evidence_text": "x"}])
    batch = ("verify", "--batch", tmp_path / "in", "--output", tmp_path / "out")
    refused = run(*batch, "--engine", "ray", "--max-cost", "1")
    assert refused.exit_code == 1
    assert "--max-cost cannot be kept by several workers" in refused.output


def test_a_missing_extra_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shard(tmp_path / "in/a.jsonl", [{"text": "x", "evidence_text": "x"}])
    monkeypatch.setitem(sys.modules, "recenter.scale.on_ray", None)
    batch = ("verify", "--batch", tmp_path / "in", "--output", tmp_path / "out")
    refused = run(*batch, "--engine", "ray")
    assert refused.exit_code == 1
    assert "pip install 'recenter[scale]'" in refused.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("filtering", [(), ("--filter", "--min-turns", 1)])
def test_an_import_says_that_what_a_benchmark_plants_is_not_written(
    tmp_path: Path, filtering: tuple[object, ...]
) -> None:
    turns = [{"role": "user", "text": SAID[0]}]
    write_shard(tmp_path / "in/a.jsonl", [{"turns": turns, "preference": "Eats no meat."}])
    given = ("import", tmp_path / "in", "--to", tmp_path / "out", "--engine", "local")
    made = run(*given, *filtering)
    assert made.exit_code == 0, made.output
    assert "1 references, which benchmarks give of their people, are not written" in made.output
