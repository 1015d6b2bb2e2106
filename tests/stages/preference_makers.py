"""A small preference model with known weights, and an embedder that counts letters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recenter.models.saved import FILE, Saved, save_model
from recenter.stages.preference_features import NAMES
from recenter.stages.preference_head import Head, head_arrays
from recenter.stats.logistic import Gaussian

AXES = 2


class Letters:
    """Unit vectors of how often a, b and the rest stand in a text."""

    name = "scripted:letters"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        counts = [[t.count("a"), t.count("b"), 1 + len(t)] for t in texts]
        rows = np.array(counts, np.float32).reshape(len(texts), 3)
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


def head(*, own: float = 1.0, **weights: float) -> Head:
    """A head with these weights, by the names of figures with underscores for spaces."""
    mean = np.zeros(len(NAMES) + AXES)
    for name, weight in weights.items():
        mean[NAMES.index(name.replace("_", " "))] = weight * np.sqrt(len(NAMES))
    return Head(
        centre=np.zeros(len(NAMES)),
        spread=np.ones(len(NAMES)),
        axes=np.eye(3)[:, :AXES],
        shared=Gaussian(mean=mean, covariance=np.eye(len(mean)) * 0.5),
        own=own,
    )


def saved(folder: Path, made: Head) -> Saved:
    """The head, written to a folder as `recenter train preference` does."""
    arrays, settings = head_arrays(made)
    return save_model(folder / FILE, "preference", arrays, settings=settings, encoder=Letters.name)
