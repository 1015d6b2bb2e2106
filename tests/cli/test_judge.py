"""`recenter judge better` with a trained model, on the embedded vectors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.models.embedded import DIMENSIONS, Minilm
from recenter.models.saved import FILE, save_model
from recenter.records import Judge, Judgment, Query, Subject
from recenter.stages.preference_features import NAMES
from recenter.stages.preference_head import Head, head_arrays
from recenter.store import open_store
from tests.reports.rows import KNOWN, TALK
from tests.stages.preference_makers import AXES, head

ROWS = [
    {"prompt": "Soup?", "a": "Lentil soup with onions.", "b": "No.", "profile": {"age": 3}},
    {"prompt": "Soup?", "a": "No.", "b": "Lentil soup with onions."},
    {"prompt": "Soup?", "a": "No."},
]


def judge(*words: str) -> Result:
    return CliRunner().invoke(main, ["judge", "better", *words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = head(log_words=1.0)
    axes = np.zeros((DIMENSIONS, AXES))
    wide = Head(centre=made.centre, spread=made.spread, axes=axes, shared=made.shared, own=made.own)
    arrays, settings = head_arrays(wide)
    save_model(tmp_path / FILE, "preference", arrays, settings=settings, encoder=Minilm().name)
    return tmp_path


@pytest.fixture
def rows(tmp_path: Path) -> str:
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return str(source)


def test_a_trained_model_judges_rows_without_a_chat_model(folder: Path, rows: str) -> None:
    result = judge("--model", str(folder), "--batch", rows)
    assert result.exit_code == 3
    first, second, third = [json.loads(line) for line in result.stdout.splitlines()]
    assert first["preference"] == 1 - second["preference"] > 0.5
    assert first["deviation"] > 0
    assert first["profile"] == {"age": 3}
    assert third["line"] == 3


def test_neither_model_is_an_error_that_names_both_cures(rows: str) -> None:
    result = judge("--batch", rows)
    assert result.exit_code == 1
    assert "--model DIR" in result.output
    assert "--chat" in result.output


@pytest.mark.parametrize("words", [("--chat", "ollama:x"), ("--workers", "4")])
def test_what_only_a_chat_model_takes_does_not_go_with_a_trained_one(
    folder: Path, rows: str, words: tuple[str, str]
) -> None:
    made = judge("--model", str(folder), "--batch", rows, *words)
    assert made.exit_code == 2
    assert f"{words[0]}: with --model no chat model is asked" in " ".join(made.output.split())


def test_a_chat_model_of_the_environment_is_passed_over(
    folder: Path, rows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECENTER_CHAT", "ollama:x")
    made = judge("--model", str(folder), "--batch", rows)
    assert json.loads(made.stdout.splitlines()[0])["preference"] > 0.5


def test_a_folder_without_a_model_is_named(tmp_path: Path, rows: str) -> None:
    result = judge("--model", str(tmp_path / "none"), "--batch", rows)
    assert result.exit_code == 1
    assert "none cannot be read" in result.output


def test_a_model_of_another_kind_is_refused(tmp_path: Path, rows: str) -> None:
    arrays = {"mean": np.zeros(len(NAMES))}
    save_model(tmp_path / FILE, "selector", arrays, settings={}, encoder=None)
    result = judge("--model", str(tmp_path), "--batch", rows)
    assert "expected a preference" in result.output


def test_what_people_in_the_store_judged_is_put_to_each_model(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"reason": "so", "answer": "yes"}]))
    words = ["judge", "stored", "--store", url, "--chat", f"scripted:{script}"]
    nobody = CliRunner().invoke(main, words)
    assert nobody.exit_code == 1
    assert "no person has judged anything" in nobody.output
    about = Subject(attribute=KNOWN.id, query="q")
    people = Judgment(
        id="j",
        question="relevant",
        subject=about,
        judge=Judge(kind="person", name="r"),
        answer="no",
        person=KNOWN.person,
    )
    with open_store(url) as store:
        store.put_conversations([TALK])
        store.put_attributes(KNOWN.person, [KNOWN], signature=KNOWN.signature, alone=True)
        store.put_query(Query(id="q", person=KNOWN.person, prompt="Soup?"))
        store.put_judgments([people])
    dry = CliRunner().invoke(main, [*words, "--dry-run"])
    assert dry.exit_code == 0, dry.output
    made = CliRunner().invoke(main, words)
    assert made.exit_code == 0, made.output
    assert "relevant by" in made.output
    assert "1 yes; 0 judged before" in made.output
    again = CliRunner().invoke(main, words)
    assert "nothing new; 1 judged before" in again.output
