"""Fine-tuning: what it learns, that it repeats, what it refuses, what it writes."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest

from recenter.errors import ConfigError, ModelError
from recenter.models.cross_encoder import (
    CrossEncoder,
    libraries,
    load_cross_encoder,
    logits,
    open_encoder,
    tokens,
)
from recenter.models.tuned import Kind, read_about
from recenter.train.finetune import Recipe, Tuned, finetune, fit
from recenter.train.finetune_pairs import FOLDS, Pair
from recenter.train.finetune_save import Data, save
from tests.models.tiny import require, write_encoder
from tests.train.finetune_makers import pairs

pytestmark = pytest.mark.finetune

KINDS: tuple[Kind, ...] = ("selector", "verifier")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def recipe(base: Path) -> Recipe:
    return Recipe(base=str(base), epochs=4, learning_rate=5e-3, max_length=32)


@pytest.fixture(scope="module", params=KINDS)
def tuned(request: pytest.FixtureRequest, recipe: Recipe) -> Tuned:
    return finetune(request.param, pairs(request.param), recipe)


@pytest.fixture
def loaded(tuned: Tuned, tmp_path: Path) -> CrossEncoder:
    save(tuned, tmp_path / "model", data=Data(files=("answers.jsonl",), licence="CC0"))
    return load_cross_encoder(tmp_path / "model", tuned.kind)


def test_what_can_be_told_apart_is_learned(tuned: Tuned, loaded: CrossEncoder) -> None:
    scores = loaded.score([pair[:2] for pair in tuned.pairs])
    said = scores >= loaded.about.threshold
    right = said == np.asarray([pair.positive for pair in tuned.pairs])
    assert right.mean() > 0.98
    assert ((scores > 0) & (scores < 1)).all()
    auc = tuned.measured["AUC"]
    assert auc.value is not None
    assert auc.value > 0.98
    assert auc.n == sum(pair.fold == 0 for pair in tuned.pairs)


def test_the_loaded_model_says_what_the_trained_one_said(
    tuned: Tuned, loaded: CrossEncoder
) -> None:
    texts = [pair[:2] for pair in tuned.pairs]
    odds = logits(libraries("A test"), tuned.encoder, texts)
    at = tuned.decided.calibration
    np.testing.assert_allclose(
        loaded.score(texts), 1 / (1 + np.exp(-(at.slope * odds + at.shift))), atol=1e-6
    )


def test_a_seed_repeats_the_weights_and_another_does_not(recipe: Recipe) -> None:
    libs, rows = libraries("A test"), pairs()[:64]
    texts = [pair[:2] for pair in rows[:5]]
    short = msgspec.structs.replace(recipe, epochs=1)
    other = msgspec.structs.replace(short, seed=1)
    found = []
    for made in (short, short, other):
        libs.torch.rand(1)  # Whatever others drew before.
        found.append(logits(libs, fit(rows, made, libs), texts))
    one, again, third = found
    assert one.tolist() == again.tolist()
    assert one.tolist() != third.tolist()


def test_training_leaves_the_random_numbers_of_others_alone(recipe: Recipe) -> None:
    libs = libraries("A test")
    libs.torch.manual_seed(7)
    expected = libs.torch.rand(1)
    libs.torch.manual_seed(7)
    fit(pairs()[:16], msgspec.structs.replace(recipe, epochs=1), libs)
    assert libs.torch.rand(1) == expected


def test_parts_of_a_batch_add_up_to_the_batch(recipe: Recipe) -> None:
    libs, rows = libraries("A test"), pairs()[:40]
    texts = [pair[:2] for pair in rows]
    gentle = msgspec.structs.replace(recipe, epochs=2, learning_rate=1e-4)
    parts = msgspec.structs.replace(gentle, at_once=3)
    whole, summed = (logits(libs, fit(rows, made, libs), texts) for made in (gentle, parts))
    untrained = logits(
        libs, fit(rows, msgspec.structs.replace(gentle, learning_rate=1e-9), libs), texts
    )
    assert np.abs(whole - summed).max() < 0.01 * np.abs(whole - untrained).max()


def test_the_steps_are_those_of_a_plain_loop(recipe: Recipe) -> None:
    libs = libraries("A test")
    torch = libs.torch
    # Copies of one pair, so that their order does not matter.
    rows = [Pair("Hello.", "The user demands tea.", n % 2 == 0, f"p{n}", 0) for n in range(6)]
    made = msgspec.structs.replace(recipe, epochs=3, batch=6, warmup=0.0, learning_rate=1e-3)
    with torch.random.fork_rng():
        torch.manual_seed(made.seed)
        plain = open_encoder(libs, made.base, made.max_length, local=True)
    optimizer = torch.optim.AdamW(plain.model.parameters(), lr=1e-3, weight_decay=made.decay)
    plain.model.train()
    for step in range(3):
        optimizer.param_groups[0]["lr"] = 1e-3 * (1 - step / 3)
        optimizer.zero_grad()
        odds = plain.model(**tokens(plain, [rows[0][:2]])).logits[0, 0]
        yes, no = (torch.nn.functional.softplus(sign * odds) for sign in (-1, 1))
        ((made.beta * yes + no) / 2).backward()
        torch.nn.utils.clip_grad_norm_(plain.model.parameters(), 1.0)
        optimizer.step()
    texts = [rows[0][:2], ("What now?", "The user dislikes bread.")]
    np.testing.assert_allclose(
        logits(libs, fit(rows, made, libs), texts), logits(libs, plain, texts), atol=1e-4
    )


def test_a_higher_beta_says_yes_more_often(recipe: Recipe) -> None:
    libs = libraries("A test")
    # Nothing to tell them apart by: what is learned is the rate, moved by the weight.
    rows = [Pair("Hello.", "The user.", n % 4 == 0, f"p{n}", 0) for n in range(64)]
    for beta in (1.0, 4.0):
        made = fit(rows, msgspec.structs.replace(recipe, beta=beta), libs)
        found = logits(libs, made, [("Hello.", "The user.")])[0]
        assert found == pytest.approx(math.log(beta * 0.25 / 0.75), abs=0.35)


def test_divergence_is_an_error(recipe: Recipe) -> None:
    with pytest.raises(ModelError, match="diverged"):
        finetune("selector", pairs(), msgspec.structs.replace(recipe, learning_rate=1e30))


def test_the_folder_says_what_it_is_and_holds_no_pickle(tuned: Tuned, tmp_path: Path) -> None:
    about = save(tuned, tmp_path / "model", data=Data(files=("answers.jsonl",), licence="CC0"))
    assert about.checksum == read_about(tmp_path / "model", tuned.kind).checksum
    assert {"model.safetensors", "tokenizer.json", "config.json"} <= about.files.keys()
    assert not [name for name in about.files if name.endswith((".bin", ".pt", ".pkl"))]
    text = (tmp_path / "model" / "card.md").read_text()
    groups = "12 people" if tuned.kind == "selector" else "60 dialogues"
    for part in (about.name, "answers.jsonl", "CC0", groups, str(tuned.measured["AUC"])):
        assert part in text
    # No path of this machine, which another cannot use.
    written = [path.read_text() for path in (tmp_path / "model").glob("*.json")]
    assert tuned.recipe.base not in "".join([text, *written])
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_what_is_there_is_not_written_over(tuned: Tuned, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="already"):
        save(tuned, tmp_path)
    with pytest.raises(ConfigError, match="is not a folder"):
        save(tuned, tmp_path / "mine.txt" / "model")


def test_a_failed_write_leaves_nothing(
    tuned: Tuned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("recenter.train.finetune_save.write_about", full)
    with pytest.raises(ModelError, match="No space left"):
        save(tuned, tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_an_encoder_that_is_not_there_is_an_error(recipe: Recipe, tmp_path: Path) -> None:
    missing = msgspec.structs.replace(recipe, base=str(tmp_path / "none"))
    with pytest.raises(ModelError, match=r"none cannot be loaded.*config\.json"):
        finetune("selector", pairs(), missing)


def test_numbers_out_of_range_are_refused() -> None:
    require()
    with pytest.raises(ConfigError, match="epochs must be above 0, got 0"):
        finetune("selector", pairs(), Recipe(epochs=0))
    with pytest.raises(ConfigError, match="below 5, got 5"):
        finetune("selector", pairs(), Recipe(held=FOLDS))
