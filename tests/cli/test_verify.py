"""`recenter verify` with the trained verifier."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.models.saved import FILE

ROW = {
    "text": "The user is a nurse.",
    "evidence_text": "I am a nurse",
    "turns": [{"role": "user", "text": "I am a nurse on nights."}],
}


@pytest.fixture
def rows(tmp_path: Path) -> str:
    path = tmp_path / "rows.jsonl"
    wrong = ROW | {"text": "The user is a famous surgeon in Rome."}
    path.write_text("".join(json.dumps(row) + "\n" for row in (ROW, wrong)))
    return str(path)


def recenter(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def verdicts(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [json.loads(line)["verdict"] for line in result.stdout.splitlines()]


def test_the_packaged_model_judges_a_batch(rows: str) -> None:
    made = recenter("verify", "--verifier", "trained", "--batch", rows)
    first, second = verdicts(made)
    assert first == "accept"
    assert second in ("uncertain", "reject")


def test_a_model_in_a_folder_takes_its_place(rows: str, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    file = resources.files("recenter.models").joinpath("weights", "verifier.safetensors")
    (folder / FILE).write_bytes(file.read_bytes())
    words = ("verify", "--verifier", "trained", "--batch", rows)
    packaged = verdicts(recenter(*words))
    assert verdicts(recenter(*words, "--model", str(folder))) == packaged
    assert verdicts(recenter("verify", "--batch", rows, "--model", str(folder))) == packaged


def test_a_broken_model_is_an_error_that_says_what_to_do(rows: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\x00" * 20)
    made = recenter("verify", "--verifier", "trained", "--batch", rows, "--model", str(tmp_path))
    assert made.exit_code == 1
    assert "is not a trained model of Recenter" in made.output


def test_a_model_goes_with_the_trained_verifier_only(rows: str, tmp_path: Path) -> None:
    made = recenter("verify", "--verifier", "rules", "--batch", rows, "--model", str(tmp_path))
    assert made.exit_code == 2
    assert "--verifier trained" in made.output


def test_rounds_without_refining_are_refused() -> None:
    for rounds in ("2", "5"):
        made = recenter("verify", "--rounds", rounds)
        assert made.exit_code == 2
        assert "--rounds says how often to --refine" in made.output
