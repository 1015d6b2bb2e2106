"""`recenter finetune`, and the folders it writes as models of `select` and `verify`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from tests.models.tiny import write_encoder
from tests.train.finetune_makers import labelled, verdicts

pytestmark = pytest.mark.finetune

FAST = ("--epochs", "4", "--learning-rate", "0.005", "--max-length", "32")


def recenter(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def selector(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("selector")
    rows = [
        {
            "pair": one.pair,
            "user": one.person,
            "prompt": one.prompt,
            "attributes": [
                {"id": f"a{n}", "text": item.text, "relevant": item.relevant}
                for n, item in enumerate(one.items)
            ],
        }
        for one in labelled()
    ]
    answers = write_rows(folder / "answers.jsonl", [dict(row) for row in rows])
    made = recenter(
        "finetune", "selector", "--from", answers, "--base", base, "--output", folder / "model",
        "--no-negatives", "--licence", "CC0", *FAST,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert "recenter select --model" in made.output
    assert "AUC" in made.output
    return folder / "model"


def test_a_selector_takes_the_place_of_the_packaged_one(selector: Path, tmp_path: Path) -> None:
    row: dict[str, object] = {
        "prompt": "What should I do today, number 3?",
        "attributes": [
            {"id": "a", "text": "The user dislikes tea."},
            {"id": "b", "text": "The user demands tea."},
        ],
    }
    rows = write_rows(tmp_path / "rows.jsonl", [row])
    made = recenter("select", "--model", selector, "--batch", rows)
    assert made.exit_code == 0, made.output
    first, second = json.loads(made.stdout)["attributes"]
    assert (first["decision"], second["decision"]) == ("withhold", "use")
    card = (selector / "card.md").read_text()
    assert "answers.jsonl; licence CC0" in card


def test_settings_of_the_packaged_selector_are_refused(selector: Path, tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", [{"prompt": "x", "attributes": []}])
    for words, status in (
        (("--setting", "agreeing"), 2),
        (("--setting", "restrained"), 2),
        (("--base-rate", "0.2"), 1),
    ):
        made = recenter("select", "--model", selector, *words, "--batch", rows)
        assert made.exit_code == status
        assert "one threshold of its own" in " ".join(made.output.split())


def test_a_folder_of_another_kind_or_with_changed_weights_is_refused(
    selector: Path, tmp_path: Path
) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", [])
    made = recenter("verify", "--model", selector, "--batch", rows)
    assert made.exit_code == 1
    assert "holds a selector; expected a verifier" in made.output
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in selector.iterdir():
        data = bytearray(file.read_bytes())
        if file.name == "model.safetensors":
            data[-1] ^= 1
        (copy / file.name).write_bytes(data)
    made = recenter("select", "--model", copy, "--batch", rows)
    assert made.exit_code == 1
    assert "model.safetensors was changed" in made.output


def test_a_verifier_takes_the_place_of_the_packaged_one(base: Path, tmp_path: Path) -> None:
    judged = verdicts()
    talks = [{"session": f"s{n}", "turns": row.pop("turns")} for n, row in enumerate(judged)]
    named = [{**row, "session": f"s{n}"} for n, row in enumerate(judged)]
    made = recenter(
        "finetune", "verifier", "--from", write_rows(tmp_path / "verdicts.jsonl", named),
        "--conversations", write_rows(tmp_path / "talks.jsonl", talks),
        "--base", base, "--output", tmp_path / "model", "--no-negatives", *FAST,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    rows = write_rows(tmp_path / "rows.jsonl", verdicts()[:2])
    made = recenter("verify", "--model", tmp_path / "model", "--batch", rows)
    assert made.exit_code == 0, made.output
    assert [json.loads(line)["verdict"] for line in made.stdout.splitlines()] == [
        "accept",
        "reject",
    ]


def test_a_missing_extra_is_told_before_the_data_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    (tmp_path / "broken.jsonl").write_text("{")
    made = recenter(
        "finetune", "selector", "--from", tmp_path / "broken.jsonl", "--output", tmp_path / "m"
    )
    assert made.exit_code == 1
    assert "pip install 'recenter[finetune]'" in made.output


def test_a_dialogue_that_is_there_twice_is_named_by_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recenter.cli.finetune.libraries", lambda _: None)
    talks: list[dict[str, object]] = [
        {"session": "s", "turns": [{"role": "user", "text": text}]} for text in ("one", "two")
    ]
    rows = write_rows(tmp_path / "rows.jsonl", [{"text": "x", "verdict": "kept", "session": "s"}])
    made = recenter(
        "finetune", "verifier", "--from", rows, "--output", tmp_path / "model",
        "--conversations", write_rows(tmp_path / "one.jsonl", talks[:1]),
        "--conversations", write_rows(tmp_path / "two.jsonl", talks[1:]),
    )  # fmt: skip
    assert made.exit_code == 1
    assert "two.jsonl: line 1: session: the dialogue 's' was there before" in made.output


def test_a_seed_below_zero_is_a_usage_error(tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", [])
    made = recenter(
        "finetune", "selector", "--from", rows, "--output", tmp_path / "m", "--seed", "-1"
    )
    assert made.exit_code == 2
    assert "--seed" in made.output
