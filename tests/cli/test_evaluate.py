"""`recenter evaluate` on made-up people: every kind of model, and files that are none."""

from __future__ import annotations

import json
import shutil
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import recenter.cli.evaluate
import recenter.cli.train
from recenter.cli.main import main
from recenter.models.saved import FILE, Kind, load_model, save_model
from recenter.models.tuned import RECORD
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
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    few_texts(monkeypatch)
    few_resamples(monkeypatch)


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (recenter.cli.train, recenter.cli.evaluate):
        monkeypatch.setattr(module, "load_embedder", lambda *_: Words())


def recenter_(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    return write(tmp_path / "pairs.jsonl", preference_rows())


@pytest.fixture
def trained(words: None, pairs: Path, tmp_path: Path) -> Path:
    out = tmp_path / "model"
    made = recenter_("train", "preference", "--from", pairs, "--output", out)
    assert made.exit_code == 0, made.output
    return out


def test_a_preference_on_others_and_on_its_own_file(
    trained: Path, pairs: Path, tmp_path: Path
) -> None:
    others = write(tmp_path / "others.jsonl", preference_rows(13)[-6:])
    made = recenter_("evaluate", trained, "--on", others)
    assert made.exit_code == 0, made.output
    assert "| trained | 6 | 1 | 1.000 (note 1) |" in made.output
    assert "Only people the model has not seen count" in made.output
    assert "was trained on: these figures" not in made.output
    own = recenter_("evaluate", trained, "--on", pairs, "--output", tmp_path / "out")
    assert "pairs.jsonl is a file that this model was trained on" in own.output
    told = (tmp_path / "out" / "evaluation.md").read_text()
    assert "pairs.jsonl is a file that this model was trained on" in told
    assert "](figures/reliability.svg)" in told
    assert (tmp_path / "out" / "figures" / "reliability.svg").exists()
    assert json.loads((tmp_path / "out" / "metrics.json").read_text())["figures"]


def test_the_packaged_selector(tmp_path: Path) -> None:
    rows = write(tmp_path / "answers.jsonl", selection_rows(4))
    made = recenter_("evaluate", "packaged:selector", "--on", rows, "--output", tmp_path / "out")
    assert made.exit_code == 0, made.output
    assert "trained, restrained" in made.output
    assert "ordinary quiet" in made.output
    assert "planted" not in made.output
    assert "drawn from all" not in made.output
    assert (tmp_path / "out" / "figures" / "precision-recall.png").exists()


def test_the_packaged_verifier(tmp_path: Path) -> None:
    rows, talks = statement_rows()
    file, told = write(tmp_path / "rows.jsonl", rows), write(tmp_path / "talks.jsonl", talks)
    words = ("evaluate", "packaged:verifier", "--on", file)
    made = recenter_(*words, "--conversations", told)
    assert made.exit_code == 0, made.output
    assert "trained, as it judges above word overlap" in made.output
    assert "made wrong by code" not in made.output
    alone = write(tmp_path / "kept.jsonl", [row for row in rows if row["verdict"] == "kept"])
    refused = recenter_(*words[:-1], alone, "--conversations", told)
    assert refused.exit_code == 1
    assert "the same verdict" in refused.output


@pytest.mark.parametrize("kind", ["selector", "verifier"])
def test_another_whole_model_in_place_of_the_packaged_one_is_refused(
    kind: Kind, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = resources.files("recenter.models").joinpath("weights", f"{kind}.safetensors")
    real = load_model(Path(str(file)), kind)
    settings = dict(real.about.settings) | {"note": "another"}
    other = tmp_path / "weights" / f"{kind}.safetensors"
    save_model(other, kind, real.arrays, settings=settings, encoder=real.about.encoder)
    monkeypatch.setattr("recenter.models.saved.resources.files", lambda _: tmp_path)
    made = recenter_("evaluate", f"packaged:{kind}", "--on", pairs)
    assert made.exit_code == 1
    assert f"the packaged {kind} has the checksum" in made.output
    assert "Install the package again" in made.output


def test_what_is_no_model_is_told_apart(trained: Path, pairs: Path, tmp_path: Path) -> None:
    whole = (trained / FILE).read_bytes()
    later = whole.replace(b'\\"format\\":1', b'\\"format\\":9')
    assert later != whole
    changed = whole[:-1] + bytes([whole[-1] ^ 1])
    for data, message in (
        (b"PK\x03\x04 a zip", "is not a trained model of Recenter"),
        (whole[: len(whole) // 2], "is truncated or corrupt"),
        (changed, "has the checksum"),
        (later, "reads up to 1"),
    ):
        file = tmp_path / "other.safetensors"
        file.write_bytes(data)
        made = recenter_("evaluate", file, "--on", pairs)
        assert made.exit_code == 1
        assert message in made.output
    for name, message in ((str(tmp_path / "none"), "cannot be read"), ("packaged:x", "expected")):
        made = recenter_("evaluate", name, "--on", pairs)
        assert made.exit_code == 1
        assert message in made.output


def test_conversations_go_with_a_verifier(trained: Path, pairs: Path) -> None:
    made = recenter_("evaluate", trained, "--on", pairs, "--conversations", pairs)
    assert made.exit_code == 2
    assert "goes with a verifier" in made.output


def test_a_model_of_another_embedder_is_refused(
    trained: Path, pairs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Words()
    other.name = "scripted:other"
    monkeypatch.setattr(recenter.cli.evaluate, "load_embedder", lambda *_: other)
    made = recenter_("evaluate", trained, "--on", pairs)
    assert made.exit_code == 1
    assert "reads vectors of 'scripted:words'; got scripted:other" in made.output


def test_a_fine_tuned_encoder_is_told_apart_from_what_is_broken(
    trained: Path, pairs: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "tuned"
    shutil.copytree(trained, folder)
    (folder / RECORD).write_text("{}")
    made = recenter_("evaluate", folder, "--on", pairs)
    assert made.exit_code == 1
    assert "holds a fine-tuned encoder" in made.output


def test_metrics_of_somebody_else_beside_a_model_are_none_of_ours(
    trained: Path, pairs: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "theirs"
    shutil.copytree(trained, folder)
    for data in (b'{"loss": 1}', b'{"data":[{"name":"\xff","rows":1,"sha256":""}]}'):
        (folder / "metrics.json").write_bytes(data)
        made = recenter_("evaluate", folder, "--on", pairs)
        assert made.exit_code == 0, made.output
