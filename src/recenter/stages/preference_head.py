"""The arithmetic of a trained preference: from figures of replies to a belief about a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.errors import ModelError
from recenter.models.checked import check_arrays, length, settings_of
from recenter.models.saved import RETRAIN, Saved
from recenter.stages.preference_features import NAMES
from recenter.stats.logistic import Floats, Gaussian, condition

_FURTHEST = 4.0
"""Standard deviations beyond which a figure counts no more: one odd reply decides nothing."""

_ROUNDING = 1e-6
"""By what share of its largest entry a covariance may be off, being a product of roundings."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """How replies are brought to d numbers, and what weights people give them.

    A person's weights are those of people plus an offset of their own, both Gaussian: a
    Bradley-Terry model (1952) of d features with partial pooling (Gelman & Hill, 2007, ch. 12).
    """

    centre: Floats
    """Mean of each figure, shape (len(NAMES),)."""
    spread: Floats
    """Standard deviation of each, the same shape."""
    axes: Floats
    """Directions of a reply's vector, scaled to unit variance together, (dimensions, k)."""
    shared: Gaussian
    """Weights of people in general; d = len(NAMES) + k."""
    own: float
    """Variance of a person's offset, the same for each weight; 0 where people do not differ."""

    def features(self, figures: Floats) -> Floats:
        """Return the rows of features, (n, d), of rows of `preference_features.figures`."""
        count = len(NAMES)
        near = np.clip((figures[:, :count] - self.centre) / self.spread, -_FURTHEST, _FURTHEST)
        return np.hstack([near / np.sqrt(count), figures[:, count:] @ self.axes])

    def person(self, rows: Floats, counts: Floats) -> Gaussian:
        """Return the weights of a person of whom pairs are known, or of one of whom nothing is.

        `rows` (n, d) are features of the reply preferred minus those of the other, `counts` (n,)
        how often each counts.
        """
        spread = self.shared.covariance + self.own * np.eye(len(self.shared.mean))
        return condition(Gaussian(mean=self.shared.mean, covariance=spread), rows, counts)


class _Settings(msgspec.Struct, frozen=True, kw_only=True):
    names: list[str]
    own: Annotated[float, msgspec.Meta(ge=0)]


def score(belief: Gaussian, row: Floats) -> tuple[float, float]:
    """Return mean and variance of the score of a difference, shape (d,)."""
    return float(row @ belief.mean), max(float(row @ belief.covariance @ row), 0.0)


def head_arrays(head: Head) -> tuple[Mapping[str, NDArray[Any]], Mapping[str, Any]]:
    """Return a head as arrays and settings for `models.saved.save_model`."""
    arrays = {
        "centre": head.centre,
        "spread": head.spread,
        "axes": head.axes,
        "mean": head.shared.mean,
        "covariance": head.shared.covariance,
    }
    return arrays, {"names": list(NAMES), "own": head.own}


def head_of(saved: Saved) -> Head:
    """Return the head in a saved model.

    Raises:
        ModelError: it was trained on other figures, or a setting or an array is missing or cannot
            be: of another shape, not finite, a spread of 0, a covariance that is none.
    """
    settings = settings_of(saved, _Settings, where=saved.name)
    if settings.names != list(NAMES):
        raise ModelError(
            f"{saved.name} was trained on other figures of replies than this version computes.",
            cure=RETRAIN,
        )
    arrays = saved.arrays
    dimensions, kept = (length(arrays, "axes", axis) for axis in (0, 1))
    wide = len(NAMES) + kept
    shapes = {
        "centre": (len(NAMES),),
        "spread": (len(NAMES),),
        "axes": (dimensions, kept),
        "mean": (wide,),
        "covariance": (wide, wide),
    }
    check_arrays(arrays, shapes, positive=("spread",), where=saved.name)
    _check_covariance(arrays["covariance"], saved.name)
    return Head(
        centre=arrays["centre"],
        spread=arrays["spread"],
        axes=arrays["axes"],
        shared=Gaussian(mean=arrays["mean"], covariance=arrays["covariance"]),
        own=settings.own,
    )


def _check_covariance(found: Floats, where: str) -> None:
    allowed = _ROUNDING * float(np.abs(found).max())
    if np.abs(found - found.T).max() > allowed:
        raise ModelError(f"{where}: covariance is not symmetric.", cure=RETRAIN)
    least = float(np.linalg.eigvalsh(found).min())
    if least < -allowed:
        raise ModelError(
            f"{where}: covariance has the eigenvalue {least:g}; expected 0 or more.", cure=RETRAIN
        )
