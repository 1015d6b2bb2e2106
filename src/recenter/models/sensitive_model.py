"""The small trained model that says which sensitive topics a statement's meaning touches."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from recenter.errors import ChecksumError, ModelError
from recenter.models.embedded import DIMENSIONS, MINILM_SHA256

SENSITIVE_SHA256 = "bb0f37887a13c024079e0580420ee1c2a737dde93267eca8d3f480e86ce03877"
NONE = "none"
"""The class of statements that touch nothing sensitive."""
HELD = 0.5
"""Probability from which a statement is sensitive: more likely so than not."""
_NAMED = 0.25
"""Probability from which a topic is named beside the likeliest one."""


class SensitiveModel(msgspec.Struct, frozen=True, kw_only=True):
    """Multinomial logistic regression on a statement's vector by the encoder in the package.

    Its card is `docs/reference/sensitive-card.md`.
    """

    sha256: str
    topics: tuple[str, ...]
    """Classes in the order of the rows, `none` among them."""
    weights: NDArray[np.float32]
    """Shape (classes, dimensions)."""
    bias: NDArray[np.float32]
    """Shape (classes,)."""

    @property
    def name(self) -> str:
        """`embedded:sensitive@` and the first digits of the hash of the weights."""
        return f"embedded:sensitive@{self.sha256[:8]}"

    @property
    def encoder(self) -> str:
        """Name of the only embedder whose vectors mean something to it."""
        return f"embedded:minilm@{MINILM_SHA256[:8]}"

    def probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probability of each class, shape (rows, classes), of unit-length rows."""
        # einsum and not BLAS, which rounds a row by the size of its batch.
        logits = np.einsum("rd,cd->rc", vectors, self.weights).astype(np.float64) + self.bias
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    def topics_of(self, vectors: NDArray[np.float32]) -> list[frozenset[str]]:
        """Return the topics that each row touches, usually none."""
        none = self.topics.index(NONE)
        found = []
        for row in self.probabilities(vectors):
            if 1 - row[none] < HELD:
                found.append(frozenset[str]())
                continue
            row[none] = 0
            least = min(_NAMED, float(row.max()))
            found.append(frozenset(t for t, p in zip(self.topics, row, strict=True) if p >= least))
        return found


@functools.cache
def load_sensitive_model(path: Path | None = None) -> SensitiveModel:
    """Return the packaged model, or the one in a file.

    Raises:
        ChecksumError: the packaged weights are not what they were.
        ModelError: the file cannot be read or holds something else.
    """
    try:
        data = (
            resources.files("recenter.models")
            .joinpath("weights", "sensitive.safetensors")
            .read_bytes()
            if path is None
            else path.read_bytes()
        )
    except OSError as error:
        raise ModelError(f"the weights for sensitive topics cannot be read: {error}.") from None
    found = hashlib.sha256(data).hexdigest()
    if path is None and found != SENSITIVE_SHA256:
        raise ChecksumError(
            f"the weights for sensitive topics have sha256 {found}; expected {SENSITIVE_SHA256}.",
            cure="Install the package again.",
        )
    try:
        return _model(load(data), found)
    except (SafetensorError, ValueError) as error:
        what = path or "the package"
        raise ModelError(f"{what} holds no weights for sensitive topics: {error}.") from error


def _model(rows: Mapping[str, NDArray[np.float32]], sha256: str) -> SensitiveModel:
    topics = tuple(sorted(rows))
    wrong = [t for t in topics if rows[t].shape != (DIMENSIONS + 1,)]
    if wrong or NONE not in topics:
        raise ValueError(f"expected {DIMENSIONS + 1} numbers per topic and for {NONE!r}")
    both = np.stack([rows[topic] for topic in topics]).astype(np.float32)
    return SensitiveModel(
        sha256=sha256, topics=topics, weights=both[:, :-1].copy(), bias=both[:, -1].copy()
    )
