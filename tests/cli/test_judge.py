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
from recenter.stages.preference_features import NAMES
from recenter.stages.preference_head import Head, head_arrays
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


def test_a_folder_without_a_model_is_named(tmp_path: Path, rows: str) -> None:
    result = judge("--model", str(tmp_path / "none"), "--batch", rows)
    assert result.exit_code == 1
    assert "none cannot be read" in result.output


def test_a_model_of_another_kind_is_refused(tmp_path: Path, rows: str) -> None:
    arrays = {"mean": np.zeros(len(NAMES))}
    save_model(tmp_path / FILE, "selector", arrays, settings={}, encoder=None)
    result = judge("--model", str(tmp_path), "--batch", rows)
    assert "expected a preference" in result.output
