"""The small trained model that says how likely a clause is to hold a lasting attribute."""

from __future__ import annotations

import functools
import hashlib
import io
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.errors import ChecksumError, ModelError

EXTRACTOR_SHA256 = "cab0afed084c61319c6508088a544df908ca1bfce2b2f24cb9a8007adc082b53"
_CLIP = 4.0


class ClauseModel(msgspec.Struct, frozen=True, kw_only=True):
    """Logistic regression on features, the clause's meaning and the dialogue's opening.

    The probability is calibrated on dialogues left out of the fit; its card is
    `docs/reference/extractor-card.md`.
    """

    sha256: str
    features: tuple[str, ...]
    """Names of the columns that it was trained on, in order."""
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    """Of the standardised features."""
    meaning: NDArray[np.float64]
    """Of the sentence vector of the candidate, shape (dimensions,)."""
    general: NDArray[np.float64]
    """Of the same vector, in the score that tells lasting attributes by their wording alone."""
    opening: NDArray[np.float64]
    """Of the sentence vector of the dialogue's opening, shape (dimensions,)."""
    scalars: NDArray[np.float64]
    """Intercept; mean, scale and weight of the general score; slope and intercept of the
    calibration; threshold."""

    @property
    def name(self) -> str:
        """`embedded:extractor@` and the first digits of the hash of the weights."""
        return f"embedded:extractor@{self.sha256[:8]}"

    @property
    def threshold(self) -> float:
        """The probability from which a candidate was accepted when the model was made."""
        return float(self.scalars[6])

    def probabilities(
        self,
        described: NDArray[np.float64],
        meaning: NDArray[np.float32],
        opening: NDArray[np.float32],
    ) -> NDArray[np.float64]:
        """Return one calibrated probability per row, shape (rows,).

        `described` has one column per feature, the vectors have the embedder's dimensions.
        """
        bias, middle, spread, weight, slope, shift, _ = self.scalars
        standard = np.clip((described - self.mean) / self.scale, -_CLIP, _CLIP)
        general = (_dot(meaning, self.general) - middle) / spread
        logit = (
            bias
            + _dot(standard, self.weights)
            + _dot(meaning, self.meaning)
            + _dot(opening, self.opening)
            + weight * np.clip(general, -_CLIP, _CLIP)
        )
        probability: NDArray[np.float64] = 1 / (1 + np.exp(-(slope * logit + shift)))
        return probability


def _dot(rows: NDArray[np.floating], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    # Row by row: BLAS rounds a row by the size of its batch, and a score must not depend on it.
    return np.asarray([np.sum(row.astype(np.float64) * weights) for row in rows], np.float64)


@functools.cache
def load_clause_model(path: Path | None = None, *, sha256: str | None = None) -> ClauseModel:
    """Return the packaged model, or the one in a file.

    Raises:
        ChecksumError: the packaged weights, or those of the hash given, are not what they were.
        ModelError: the file cannot be read or lacks an array.
    """
    try:
        data = (
            resources.files("recenter.models").joinpath("weights", "extractor.npz").read_bytes()
            if path is None
            else path.read_bytes()
        )
    except OSError as error:
        raise ModelError(f"the weights of the extractor cannot be read: {error}.") from None
    found = hashlib.sha256(data).hexdigest()
    expected = sha256 or (EXTRACTOR_SHA256 if path is None else found)
    if found != expected:
        raise ChecksumError(
            f"the weights of the extractor have sha256 {found}; expected {expected}.",
            cure="Install the package again.",
        )
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return ClauseModel(
                sha256=found,
                features=tuple(str(name) for name in arrays["features"]),
                **{name: arrays[name] for name in _ARRAYS},
            )
    except (ValueError, KeyError, EOFError) as error:
        raise ModelError(f"{path} holds no weights of the extractor: {error}.") from error


_ARRAYS = ("mean", "scale", "weights", "meaning", "general", "opening", "scalars")
