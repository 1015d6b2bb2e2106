"""`recenter select` with the trained selector and its options."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.models.saved import FILE, load_model, save_model

ITEMS: list[dict[str, Any]] = [
    {"id": "a", "text": "The user has two cats.", "relevant": True},
    {"id": "b", "text": "The user lives in Leeds."},
]
ROWS = [
    {"prompt": "What food should I buy for my cats?", "attributes": ITEMS},
    {"prompt": "Hi!", "attributes": ITEMS},
]
WEIGHTS = Path(str(resources.files("recenter.models").joinpath("weights")))
PACKAGED = WEIGHTS / "selector.safetensors"


@pytest.fixture
def rows(tmp_path: Path) -> str:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return str(path)


def select(*words: str) -> Result:
    return CliRunner().invoke(main, ["select", *words])


def decisions(result: Result) -> list[list[str]]:
    return [[item["decision"] for item in row["attributes"]] for row in made(result)]


def made(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_trained_selector_is_what_selects_unless_another_is_named(rows: str) -> None:
    plain = made(select("--batch", rows))
    assert plain == made(select("--batch", rows, "--selector", "trained"))
    assert decisions(select("--batch", rows)) == [["use", "withhold"], ["withhold", "withhold"]]
    assert plain[0]["attributes"][0]["relevant"] is True


def test_labels_in_a_row_change_nothing(rows: str, tmp_path: Path) -> None:
    bare = [
        {"prompt": row["prompt"], "attributes": [{**item, "relevant": None} for item in ITEMS]}
        for row in ROWS
    ]
    path = tmp_path / "bare.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in bare))
    for with_labels, without in zip(
        made(select("--batch", rows)), made(select("--batch", str(path))), strict=True
    ):
        for one, other in zip(with_labels["attributes"], without["attributes"], strict=True):
            assert one["score"] == other["score"]
            assert one["decision"] == other["decision"]


def test_the_options_reach_the_selector(rows: str) -> None:
    assert decisions(select("--batch", rows, "--ask-cost", "0"))[0] == ["ask", "ask"]
    assert decisions(select("--batch", rows, "--base-rate", "0.999"))[0] == ["use", "use"]
    rare = decisions(select("--batch", rows, "--base-rate", "0.00001"))
    assert rare == [["withhold"] * 2] * 2
    restrained, agreeing = (
        made(select("--batch", rows, "--setting", name)) for name in ("restrained", "agreeing")
    )
    assert restrained != agreeing


def test_a_model_in_a_folder_takes_its_place(rows: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(PACKAGED.read_bytes())
    packaged = made(select("--batch", rows))
    assert made(select("--batch", rows, "--model", str(tmp_path))) == packaged
    assert made(select("--batch", rows, "--model", str(PACKAGED))) == packaged


def test_a_broken_model_is_an_error_that_says_what_to_do(rows: str, tmp_path: Path) -> None:
    path = tmp_path / FILE
    for data, message in (
        (b"\x00" * 20, "is not a trained model of Recenter"),
        (PACKAGED.read_bytes()[:-1], "truncated"),
        (PACKAGED.read_bytes()[:-1] + b"\x7f", "checksum"),
        ((WEIGHTS / "verifier.safetensors").read_bytes(), "holds a verifier; expected a selector"),
    ):
        path.write_bytes(data)
        result = select("--batch", rows, "--model", str(tmp_path))
        assert (result.exit_code, message in result.output) == (1, True), result.output
        assert result.stdout == ""
    absent = select("--batch", rows, "--model", str(tmp_path / "absent"))
    assert absent.exit_code == 1
    assert "recenter train" in absent.output


def test_a_selector_of_other_vectors_or_without_a_part_is_refused(
    rows: str, tmp_path: Path
) -> None:
    saved = load_model(PACKAGED, "selector")
    told = dict(saved.about.settings)
    save_model(tmp_path / FILE, "selector", saved.arrays, settings=told, encoder="ollama:x")
    result = select("--batch", rows, "--model", str(tmp_path))
    assert result.exit_code == 1
    assert "reads vectors of 'ollama:x'; got embedded:minilm@" in result.output
    arrays = {"weights": np.zeros(3)}
    save_model(tmp_path / FILE, "selector", arrays, settings={}, encoder=None)
    result = select("--batch", rows, "--model", str(tmp_path))
    assert result.exit_code == 1
    assert "lacks what a selector needs" in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("--setting", "agreeing"),
        ("--setting", "restrained"),
        ("--base-rate", "0.1"),
        ("--ask-cost", "0"),
        ("--model", "somewhere"),
    ],
)
@pytest.mark.parametrize("name", ["bm25", "embedding"])
def test_what_only_the_trained_selector_has_goes_with_no_other(
    rows: str, name: str, words: tuple[str, str]
) -> None:
    result = select("--batch", rows, "--selector", name, *words)
    assert result.exit_code == 2
    assert f"go with --selector trained, not with {name}" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("--setting", "bold"), 1, "expected one of"),
        (("--base-rate", "0"), 2, "--base-rate"),
        (("--base-rate", "1"), 2, "--base-rate"),
        (("--base-rate", "nan"), 1, "between 0 and 1"),
        (("--ask-cost", "-1"), 2, "--ask-cost"),
        (("--ask-cost", "nan"), 1, "0 or more"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    rows: str, words: tuple[str, str], status: int, message: str
) -> None:
    result = select("--batch", rows, *words)
    assert (result.exit_code, message in result.output) == (status, True), result.output
