"""The small trained model that says how likely a statement is supported, and what may be wrong.

Two linear heads on what `verify_features` sees: `support`, fitted to judged statements, and
`faults`, fitted to statements whose fault is known by construction.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, cast, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.errors import ModelError
from recenter.models.checked import check_arrays, length, settings_of
from recenter.models.saved import RETRAIN, Saved, load_model, load_packaged
from recenter.records import Failure
from recenter.stages.verify_features import FEATURES, Described

VERIFIER_CHECKSUM = "a94608a5e58e669661eb1dfa01eb639df9deadf60ed47c4a0d64223cb8727594"
"""Of the packaged weights; `python -m training.verifier` prints it."""
SUPPORTED = "supported"
"""The class of the head of faults that says that there is none."""
CLIP = 4.0
_TINY = 1e-6

Floats = NDArray[np.float64]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """Where the verdict changes."""

    accept: Share
    """Least probability at which a statement is accepted."""
    reject: Share
    """Highest at which it is rejected; in between it is uncertain."""
    fault_reject: Share
    """Least probability of a fault at which it is rejected whatever the support."""
    fault_hold: Share
    """Least probability of a fault at which it is not accepted."""


class _Settings(msgspec.Struct, frozen=True, kw_only=True):
    features: tuple[str, ...]
    failures: tuple[str, ...]
    thresholds: Thresholds
    mix: float
    slope: float
    shift: float


class Scores(NamedTuple):
    """What the model says of statements, one row each."""

    probability: Floats
    """Of accept, calibrated, shape (n,)."""
    faults: Floats
    """Of each class of the head of faults, shape (n, classes); a row sums to 1."""


class VerifierModel(msgspec.Struct, frozen=True, kw_only=True):
    """The weights of both heads, with their calibration and thresholds."""

    name: str
    encoder: str | None
    classes: tuple[str, ...]
    thresholds: Thresholds
    arrays: Mapping[str, NDArray[Any]]
    """`mean` and `scale` of the features, and of each head the weights of the standardised
    features, of the three vectors, and its intercepts."""
    mix: float
    """Weight of the log odds of any fault in the score of support."""
    slope: float
    shift: float
    """Of Platt's sigmoid (1999) on that score."""

    def scores(self, described: Described) -> Scores:
        """Return probabilities of accept and of faults. A row does not depend on the others."""
        inputs = standard(described.features, self.arrays["mean"], self.arrays["scale"])
        faults = softmax(self._logits("faults", inputs, described))
        support = self._logits("support", inputs, described)[:, 0]
        score = support + self.mix * log_odds_of_fault(faults)
        return Scores(1 / (1 + np.exp(self.slope * score + self.shift)), faults)

    def _logits(self, head: str, inputs: Floats, described: Described) -> Floats:
        vectors = np.hstack([described.stated, described.quoted, described.opening])
        own, meant = self.arrays[f"{head}_features"], self.arrays[f"{head}_vectors"]
        # Row by row: BLAS rounds a row by the size of its batch, and a score must not depend on it.
        rows = [
            np.sum(own * row, axis=1) + np.sum(meant * vector.astype(np.float64), axis=1)
            for row, vector in zip(inputs, vectors, strict=True)
        ]
        found: Floats = np.asarray(rows).reshape(len(inputs), len(own))
        result: Floats = found + self.arrays[f"{head}_bias"]
        return result


def standard(features: Floats, mean: Floats, scale: Floats) -> Floats:
    """Return the features centred and scaled, what lies far out drawn in."""
    return np.clip((features - mean) / scale, -CLIP, CLIP)


def softmax(logits: Floats) -> Floats:
    """Return each row as probabilities."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = raised / raised.sum(axis=1, keepdims=True)
    return result


def log_odds_of_fault(faults: Floats) -> Floats:
    """Return the log odds that anything is wrong; the first class says that nothing is."""
    fine = np.clip(faults[:, 0], _TINY, 1 - _TINY)
    result: Floats = np.log((1 - fine) / fine)
    return result


def load_verifier(path: Path | None = None, *, encoder: str | None = None) -> VerifierModel:
    """Return the packaged model, or the one in a file or folder.

    Raises:
        ChecksumError: the packaged weights are not the ones this version was released with, or the
            arrays of a file not those that were saved.
        ModelError: the file is missing, no verifier, of a later format, reads the vectors of
            another encoder, or lacks a setting, an array or a feature.
    """
    if path is not None:
        return model_of(load_model(path, "verifier", encoder=encoder), str(path))
    saved = load_packaged("verifier", VERIFIER_CHECKSUM, encoder=encoder)
    return model_of(saved, "the packaged verifier")


def model_of(saved: Saved, where: str) -> VerifierModel:
    """Return a saved model as a verifier.

    Raises:
        ModelError: a feature is not known, or a setting or an array is missing or cannot be: out of
            range, of another shape, not finite, a scale of 0.
    """
    settings = settings_of(saved, _Settings, where=where)
    if settings.features != FEATURES:
        other = sorted(set(settings.features) ^ set(FEATURES))
        raise ModelError(
            f"{where} reads other features than this version: {', '.join(other) or 'their order'}.",
            cure=RETRAIN,
        )
    _check(settings, where)
    check_arrays(saved.arrays, _shapes(saved, settings), positive=("scale",), where=where)
    return VerifierModel(
        name=saved.name,
        encoder=saved.about.encoder,
        classes=settings.failures,
        thresholds=settings.thresholds,
        arrays=saved.arrays,
        mix=settings.mix,
        slope=settings.slope,
        shift=settings.shift,
    )


def _check(settings: _Settings, where: str) -> None:
    known = {SUPPORTED, *get_args(Failure)}
    named = settings.failures
    if named[:1] != (SUPPORTED,) or not known.issuperset(named) or len(set(named)) < len(named):
        raise ModelError(
            f"{where} holds no verifier: its classes are {', '.join(named) or 'none'}; expected "
            f"{SUPPORTED} and then some of {', '.join(get_args(Failure))}.",
            cure=RETRAIN,
        )
    at = settings.thresholds
    if at.reject > at.accept:
        raise ModelError(
            f"{where} rejects up to {at.reject:g} and accepts from {at.accept:g}; expected the "
            "first not to be above the second.",
            cure=RETRAIN,
        )


def _shapes(saved: Saved, settings: _Settings) -> dict[str, tuple[int, ...]]:
    """Return the shape of every array: a row of weights a class, three vectors side by side."""
    wide = length(saved.arrays, "support_vectors", -1) // 3 * 3
    shapes: dict[str, tuple[int, ...]] = {"mean": (len(FEATURES),), "scale": (len(FEATURES),)}
    for head, rows in (("support", 1), ("faults", len(settings.failures))):
        shapes[f"{head}_features"] = (rows, len(FEATURES))
        shapes[f"{head}_vectors"] = (rows, wide)
        shapes[f"{head}_bias"] = (rows,)
    return shapes


def likeliest_fault(classes: tuple[str, ...], faults: Floats) -> Failure:
    """Return the likeliest failure of one row, whatever the chance that there is none."""
    if len(classes) < 2:
        return "other"
    return cast(Failure, classes[1 + int(np.argmax(faults[1:]))])
