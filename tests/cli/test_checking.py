"""`respond --check`, from a batch and from a store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main

ROW = {
    "prompt": "Cello strings?",
    "attributes": [
        {"id": "a", "text": "The user plays the cello."},
        {"id": "b", "text": "The user has a cat."},
    ],
}


def respond(*words: str) -> Result:
    return CliRunner().invoke(main, ["respond", *words])


@pytest.fixture
def chat(tmp_path: Path) -> str:
    script = tmp_path / "answers.json"
    script.write_text(
        json.dumps(["Gut ones, and feed the cat and the dog Bo.", "Steel ones, 3 of them."])
    )
    return f"scripted:{script}"


@pytest.fixture
def rows(tmp_path: Path) -> str:
    (tmp_path / "in.jsonl").write_text(json.dumps(ROW) + "\n")
    return str(tmp_path / "in.jsonl")


def test_a_batch_is_checked(chat: str, rows: str) -> None:
    given = ("--batch", rows, "--selector", "bm25", "--chat", chat, "--workers", "1")
    (out,) = map(json.loads, respond(*given, "--check").stdout.splitlines())
    assert out["reply"] == "Steel ones, 3 of them."
    assert "generic reply was sent" in out["receipt"]["note"]
    (out,) = map(json.loads, respond(*given).stdout.splitlines())
    assert out["reply"] != "Steel ones, 3 of them."


def test_a_person_of_the_store_is_answered_with_checks(chat: str, tmp_path: Path) -> None:
    source = tmp_path / "own.jsonl"
    turns = [{"role": "user", "text": "I work as a nurse in Leeds. I have a dog called Bo."}]
    source.write_text(json.dumps({"person": "p", "session": "s", "turns": turns}) + "\n")
    store = ("--store", f"sqlite:///{tmp_path / 'store.db'}")
    run = CliRunner()
    run.invoke(main, ["import", str(source), *store])
    run.invoke(main, ["extract", *store])
    run.invoke(main, ["verify", *store])
    people = run.invoke(main, ["export", *store]).output.splitlines()
    records = [row["record"] for row in map(json.loads, people) if row["kind"] == "attribute"]
    person = records[0]["person"]
    given = (*store, "--person", person, "--selector", "bm25", "--chat", chat, "--check")
    output = respond(*given, "How do I sleep after work as a nurse?").output
    assert "Steel ones, 3 of them." in output
    assert "Nothing is used. The generic reply was sent" in " ".join(output.split())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--threshold", "0.6"], "--threshold says how to check: give --check too"),
        (["--preference-model", "x"], "--preference-model says how to check"),
        (["--check", "--threshold", "0.6"], "--preference-model estimates"),
        (["--check", "--threshold", "2"], "0<=x<=1"),
    ],
)
def test_options_that_say_nothing_are_refused(rows: str, options: list[str], told: str) -> None:
    result = respond("--batch", rows, *options)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


def test_a_preference_model_that_is_not_there_is_named(rows: str, tmp_path: Path) -> None:
    result = respond("--batch", rows, "--check", "--preference-model", str(tmp_path / "none"))
    assert result.exit_code == 1
    assert "none cannot be read" in result.output
