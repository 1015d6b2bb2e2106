"""The model that reads sensitive topics from a statement's vector."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from recenter.errors import ModelError
from recenter.models.embedded import DIMENSIONS, Minilm
from recenter.models.sensitive_model import NONE, SensitiveModel, load_sensitive_model
from recenter.stages.sensitive import TOPICS


def _made(tmp_path: Path, **weights: float) -> SensitiveModel:
    """Return a model of which each class looks at one number of the vector."""
    rows = {}
    for place, (topic, weight) in enumerate(weights.items()):
        rows[topic] = np.zeros(DIMENSIONS + 1, np.float32)
        rows[topic][place] = weight
    path = tmp_path / "sensitive.safetensors"
    save_file(rows, path)
    return load_sensitive_model(path)


def _unit(*places: int) -> np.ndarray:
    vector = np.zeros(DIMENSIONS, np.float32)
    vector[list(places)] = len(places) ** -0.5
    return vector


def test_the_packaged_model_knows_every_topic_and_the_packaged_encoder() -> None:
    model = load_sensitive_model()
    assert set(model.topics) == {*TOPICS, NONE}
    assert model.encoder == Minilm().name
    assert model.name.startswith("embedded:sensitive@")


def test_probabilities_add_up_and_do_not_depend_on_the_batch() -> None:
    rows = np.random.default_rng(0).normal(size=(40, DIMENSIONS)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    model = load_sensitive_model()
    together = model.probabilities(rows)
    assert np.allclose(together.sum(axis=1), 1)
    alone = np.concatenate([model.probabilities(row[None]) for row in rows])
    assert (together == alone).all()


def test_the_likeliest_topic_is_named_and_a_near_second_beside_it(tmp_path: Path) -> None:
    model = _made(tmp_path, health=9.0, religion=9.0, crime=9.0, none=9.0)
    found = model.topics_of(np.stack([_unit(0), _unit(0, 1), _unit(3)]))
    assert found == [{"health"}, {"health", "religion"}, frozenset()]


def test_no_rows_are_no_topics() -> None:
    assert load_sensitive_model().topics_of(np.empty((0, DIMENSIONS), np.float32)) == []


def test_what_holds_no_weights_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"nothing")
    with pytest.raises(ModelError, match="holds no weights for sensitive topics"):
        load_sensitive_model(broken)
    with pytest.raises(ModelError, match="expected 385 numbers"):
        _made(tmp_path, health=1.0)
    with pytest.raises(ModelError, match="cannot be read"):
        load_sensitive_model(tmp_path / "absent")
