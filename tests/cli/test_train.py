"""`recenter train` on made-up people: what is written, what is refused, that nothing is lost."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import recenter.cli.evaluate
import recenter.cli.train
from recenter.cli.main import main
from recenter.errors import InputError
from recenter.models.saved import FILE
from recenter.models.selector_model import load_selector
from recenter.stages.verify_model import load_verifier
from tests.train.makers import (
    Words,
    few_resamples,
    few_texts,
    preference_rows,
    selection_rows,
    statement_rows,
    write,
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    few_texts(monkeypatch)
    few_resamples(monkeypatch)
    for module in (recenter.cli.train, recenter.cli.evaluate):
        monkeypatch.setattr(module, "load_embedder", lambda *_: Words())


def recenter_(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def metrics(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "metrics.json").read_text())
    return read


def figure(folder: Path, row: str, name: str) -> dict[str, Any]:
    (found,) = [
        one for one in metrics(folder)["figures"] if (one["row"], one["figure"]) == (row, name)
    ]
    return dict(found)


@pytest.fixture
def preferred(tmp_path: Path) -> Path:
    return write(tmp_path / "pairs.jsonl", preference_rows())


def test_a_selector_is_trained_held_out_and_can_be_loaded(tmp_path: Path) -> None:
    rows = write(tmp_path / "answers.jsonl", selection_rows())
    out = tmp_path / "model"
    made = recenter_(
        "train", "selector", "--from", rows, "--output", out, "--no-negatives", "--folds", 3
    )
    assert made.exit_code == 0, made.output
    for shown in ("people, F1", "planted used", "elsewhere quiet", "ordinary quiet"):
        assert shown in made.output
    assert "trained, agreeing above attribute alone" in made.output
    assert set(load_selector(out, encoder=Words.name).settings) == {"restrained", "agreeing"}
    agreed = figure(out, "trained, agreeing", "AUC")
    assert agreed["n"] == 360
    assert agreed["clusters"] == 12
    assert agreed["low"] < agreed["value"] < agreed["high"]
    assert figure(out, "always yes", "ordinary quiet")["value"] == 0
    assert figure(out, "trained, agreeing", "attributes used, mean")["n"] == 12
    assert metrics(out)["options"] == ["folds 3", "without made-up negatives"]
    card = (out / "card.md").read_text()
    assert "attributes of other domains are drawn from all, also from those trained on" in card
    assert hashlib.sha256(rows.read_bytes()).hexdigest() in card
    assert "Licence of the data: not stated." in card
    assert "Learning curve: average precision on people left out" in card
    names = {path.name for path in (out / "figures").iterdir()}
    assert names == {
        f"{name}.{ending}"
        for name in ("reliability", "precision-recall", "learning-curve")
        for ending in ("svg", "png", "csv")
    }


def test_a_selector_learns_from_made_up_negatives_unless_told_not_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def told(*_: object, negatives: bool, **__: object) -> None:
        asked.append(negatives)
        raise InputError("far enough")

    monkeypatch.setattr(recenter.cli.train, "prepare", told)
    rows = write(tmp_path / "answers.jsonl", selection_rows())
    words = ("train", "selector", "--from", rows, "--output", tmp_path / "model")
    assert "far enough" in recenter_(*words).output
    assert "far enough" in recenter_(*words, "--no-negatives").output
    assert asked == [True, False]


def test_a_verifier_takes_its_dialogues_from_their_own_file(tmp_path: Path) -> None:
    rows, talks = statement_rows()
    file = write(tmp_path / "memories.jsonl", rows)
    words = ("train", "verifier", "--from", file, "--folds", 3)
    refused = recenter_(*words, "--output", tmp_path / "model")
    assert refused.exit_code == 1
    assert "line 1: session" in refused.output
    assert "--conversations" in refused.output
    told = write(tmp_path / "talks.jsonl", talks)
    out = tmp_path / "model"
    made = recenter_(*words, "--conversations", told, "--output", out, "--licence", "CC0")
    assert made.exit_code == 0, made.output
    assert load_verifier(out, encoder=Words.name).classes[0] == "supported"
    assert figure(out, "trained, score alone", "AUC")["value"] > 0.9
    assert figure(out, "always reject", "share yes")["value"] == 1
    assert [one["name"] for one in metrics(out)["data"]] == ["memories.jsonl", "talks.jsonl"]
    assert "Licence of the data: CC0." in (out / "card.md").read_text()


def test_a_preference_is_trained_twice_to_the_same_bytes(preferred: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        out = tmp_path / name
        made = recenter_("train", "preference", "--from", preferred, "--output", out)
        assert made.exit_code == 0, made.output
    assert figure(out, "trained", "accuracy")["value"] == 1
    assert figure(out, "a coin", "accuracy")["value"] == 0.5
    for path in (tmp_path / "one").rglob("*.*"):
        other = tmp_path / "other" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == other.read_bytes(), path.name


def test_a_licence_and_a_file_name_put_nothing_into_the_card(tmp_path: Path) -> None:
    pairs = write(tmp_path / "a | b `x`.jsonl", preference_rows())
    out = tmp_path / "model"
    words = ("train", "preference", "--from", pairs, "--output", out)
    assert recenter_(*words, "--licence", "x\n# Forged").exit_code == 0
    card = (out / "card.md").read_text()
    assert "Licence of the data: x # Forged." in card
    assert "| a \\| b 'x'.jsonl | 72 |" in card


@pytest.mark.parametrize(
    ("kind", "rows", "message"),
    [
        ("selector", selection_rows(3), "90 answers of 3 people"),
        ("preference", preference_rows(3), "at least 10 people; got 3"),
        (
            "verifier",
            [{"text": "Is a nurse", "verdict": "kept"}],
            "at least 20 rejected or uncertain statements, got 0",
        ),
    ],
)
def test_too_little_is_refused_before_anything_is_fitted(
    kind: str, rows: list[dict[str, Any]], message: str, tmp_path: Path
) -> None:
    out = tmp_path / "model"
    made = recenter_("train", kind, "--from", write(tmp_path / "few", rows), "--output", out)
    assert made.exit_code == 1
    assert message in made.output
    assert not out.exists()


@pytest.mark.parametrize(
    ("kind", "row", "message"),
    [
        ("selector", {"pair": "p", "user": 3}, "line 3: user"),
        ("preference", {"user": "u", "prompt": 1}, "line 3: prompt"),
        ("verifier", {"text": "x", "verdict": "maybe"}, "line 3: verdict"),
    ],
)
def test_a_row_that_is_none_is_named_by_its_line(
    kind: str, row: dict[str, Any], message: str, tmp_path: Path
) -> None:
    good = {
        "selector": selection_rows(1)[0],
        "preference": preference_rows(1)[0],
        "verifier": {"text": "x", "verdict": "kept"},
    }
    file = tmp_path / "rows.jsonl"
    file.write_text(f"{json.dumps(good[kind])}\n\n{json.dumps(row)}\n")
    made = recenter_("train", kind, "--from", file, "--output", tmp_path / "model")
    assert made.exit_code == 1
    assert f"rows.jsonl: {message}" in made.output


@pytest.mark.parametrize("module", ["sklearn", "matplotlib"])
def test_without_the_extra_nothing_is_begun(
    module: str, preferred: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    made = recenter_("train", "preference", "--from", preferred, "--output", tmp_path / "model")
    assert made.exit_code == 1
    assert "recenter[train]" in made.output


def test_a_folder_of_something_else_is_left_alone(preferred: Path, tmp_path: Path) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.txt").write_text("years of work")
    made = recenter_("train", "preference", "--from", preferred, "--output", out)
    assert made.exit_code == 1
    assert f"holds files but no {FILE}" in made.output
    assert [path.name for path in out.iterdir()] == ["chapter.txt"]


def test_weights_of_somebody_else_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"their weights")
    (tmp_path / "config.json").write_text("{}")
    for kind in ("selector", "verifier", "preference"):
        made = recenter_("train", kind, "--from", tmp_path / "absent", "--output", tmp_path)
        assert made.exit_code == 1
        assert f"config.json beside it; expected a {kind}" in made.output
    assert (tmp_path / FILE).read_bytes() == b"their weights"


def test_a_place_below_a_file_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    below = write(tmp_path / "pref.jsonl", []) / "model"
    made = recenter_("train", "preference", "--from", tmp_path / "absent", "--output", below)
    assert made.exit_code == 1
    assert "pref.jsonl is not a folder" in made.output


def test_a_training_that_fails_leaves_the_earlier_model(
    preferred: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "model"
    words = ("train", "preference", "--from", preferred, "--output", out)
    assert recenter_(*words).exit_code == 0
    before = {path: path.read_bytes() for path in out.rglob("*.*")}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recenter.cli.train, "write_training", full)
    assert recenter_(*words, "--seed", 1).exit_code == 1
    assert {path: path.read_bytes() for path in out.rglob("*.*")} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "pairs.jsonl"]
