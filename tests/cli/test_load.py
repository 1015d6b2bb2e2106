"""`recenter load`: what it says, and its exit status."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.store import open_store
from tests.scale.corpora import write_shard


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_an_import_and_an_extraction_are_loaded(tmp_path: Path) -> None:
    for n in range(2):
        turns = [{"role": "user", "text": "I am a vegetarian and I live in Leeds."}]
        write_shard(tmp_path / f"in/{n}.jsonl", [{"session": n, "person": f"p{n}", "turns": turns}])
    store, talks, found = tmp_path / "store.db", tmp_path / "talks", tmp_path / "found"
    assert run("import", tmp_path / "in", "--to", talks, "--engine", "local").exit_code == 0
    assert run("extract", "--batch", talks, "--output", found).exit_code == 0
    made = run("load", talks, "--store", store)
    assert made.exit_code == 0, made.output
    assert "conversations: 2 new; 0 changed; 0 known; 2 files, 0 not loaded" in made.output
    assert run("load", found, "--store", store).exit_code == 0
    with open_store(str(store)) as opened:
        held = list(opened.attributes())
        assert [one.command for one in opened.runs()] == ["load", "load"]
    assert any("vegetarian" in a.evidence[0].quote for a in held)
    # By the signature of the same extractor over the store, which then leaves none of these.
    assert run("extract", "--store", store).exit_code == 0
    with open_store(str(store)) as opened:
        assert {a.signature for a in opened.attributes()} == {a.signature for a in held}
        assert len(list(opened.attributes())) == len(held)


def test_evidence_whose_conversation_is_absent_is_told_of(tmp_path: Path) -> None:
    turns = [{"role": "user", "text": "I live in Leeds."}]
    write_shard(tmp_path / "in/0.jsonl", [{"session": 0, "person": "p", "turns": turns}])
    talks, found, store = tmp_path / "talks", tmp_path / "found", tmp_path / "store.db"
    assert run("import", tmp_path / "in", "--to", talks, "--engine", "local").exit_code == 0
    assert run("extract", "--batch", talks, "--output", found).exit_code == 0
    said = "1 pieces of evidence are of conversations that are not in the store"
    assert said in run("load", found, "--store", store).output
    assert run("load", talks, "--store", store).exit_code == 0
    assert "pieces of evidence" not in run("load", found, "--store", store).output


def test_a_damaged_file_is_named_with_status_3(tmp_path: Path) -> None:
    turns = [{"role": "user", "text": "I live in Leeds."}]
    for n in range(2):
        write_shard(tmp_path / f"in/{n}.jsonl", [{"session": n, "person": "p", "turns": turns}])
    talks, store = tmp_path / "talks", tmp_path / "store.db"
    assert run("import", tmp_path / "in", "--to", talks, "--engine", "local").exit_code == 0
    with (talks / "1.jsonl").open("ab") as file:
        file.write(b"\n")
    made = run("load", talks, "--store", store)
    assert made.exit_code == 3
    assert "not loaded: 1.jsonl: is not the file that the run wrote" in made.output
    assert "conversations: 1 new;" in made.output
    refused = run("load", tmp_path / "in", "--store", store)
    assert refused.exit_code == 1
    assert "holds no finished run" in refused.output
