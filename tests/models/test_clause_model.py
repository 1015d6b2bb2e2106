from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from recenter.errors import ChecksumError, ModelError
from recenter.models.clause_model import EXTRACTOR_SHA256, load_clause_model


def packaged() -> bytes:
    return resources.files("recenter.models").joinpath("weights", "extractor.npz").read_bytes()


def test_packaged_weights_are_those_of_the_card() -> None:
    assert hashlib.sha256(packaged()).hexdigest() == EXTRACTOR_SHA256
    model = load_clause_model()
    assert model.name == f"embedded:extractor@{EXTRACTOR_SHA256[:8]}"
    assert 0 < model.threshold < 1


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "extractor.npz"
    path.write_bytes(packaged() + b"x")
    with pytest.raises(ChecksumError, match="expected"):
        load_clause_model(path, sha256=EXTRACTOR_SHA256)


def test_a_file_that_holds_no_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, mean=np.zeros(3))
    with pytest.raises(ModelError, match="no weights"):
        load_clause_model(path)
    path.write_bytes(b"not an archive")
    with pytest.raises(ModelError, match="no weights"):
        load_clause_model(path)
    with pytest.raises(ModelError, match="cannot be read"):
        load_clause_model(tmp_path / "absent.npz")


def test_a_row_scores_the_same_alone_as_among_others() -> None:
    model = load_clause_model()
    rng = np.random.default_rng(0)
    described = rng.normal(size=(50, len(model.features)))
    meaning = rng.normal(size=(50, 384)).astype(np.float32)
    opening = rng.normal(size=(50, 384)).astype(np.float32)
    together = model.probabilities(described, meaning, opening)
    alone = [model.probabilities(described[[i]], meaning[[i]], opening[[i]])[0] for i in range(50)]
    assert together.tolist() == alone
    assert ((together > 0) & (together < 1)).all()
