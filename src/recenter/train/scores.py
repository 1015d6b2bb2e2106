"""Columns that several methods say of the same rows, as lines of a table: figures and lifts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Line
from recenter.stats import classification as of
from recenter.stats.estimate import Estimate, estimate

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Figure = Callable[..., float | None]

COLUMNS = ("F1", "precision", "recall", "share yes", "AUC", "average precision", "Brier", "ECE")
LIFTED = ("F1", "AUC", "average precision")
_DECIDED: tuple[Figure, ...] = (of.f1, of.precision, of.recall)
_SCORED: tuple[Figure, ...] = (of.auc, of.average_precision)
_LIKELY: tuple[Figure, ...] = (of.brier, of.calibration_error)


class Said(NamedTuple):
    """What a method says of each row, shape (n,) each."""

    name: str
    yes: Bools
    score: Floats
    probability: Floats | None = None
    """None where its scores are no probabilities."""


class Asked(NamedTuple):
    """What is true of each row, and the unit it belongs to."""

    truth: Bools
    units: Sequence[Hashable]


def constant(name: str, asked: Asked, *, yes: bool) -> Said:
    """Return a method that says the same of every row."""
    value = np.full(len(asked.truth), float(yes))
    return Said(name, value.astype(bool), value, value)


def line_of(said: Said, asked: Asked) -> Line:
    """Return the figures of `COLUMNS`, with intervals that resample units."""

    def told(figure: Figure, column: NDArray[np.generic]) -> Estimate:
        return estimate(figure, asked.units, asked.truth, column)

    likely = said.probability
    return Line(
        said.name,
        (
            *(told(figure, said.yes) for figure in _DECIDED),
            estimate(of.share, asked.units, said.yes),
            *(told(figure, said.score) for figure in _SCORED),
            *(None if likely is None else told(figure, likely) for figure in _LIKELY),
        ),
    )


def lift_of(ours: Said, other: Said, asked: Asked) -> Line:
    """Return the paired differences of `LIFTED`, ours minus the other; above 0 is a gain."""
    return Line(
        f"{ours.name} above {other.name}",
        (
            _difference(of.f1, asked, ours.yes, other.yes),
            _difference(of.auc, asked, ours.score, other.score),
            _difference(of.average_precision, asked, ours.score, other.score),
        ),
    )


def _difference(
    figure: Figure, asked: Asked, ours: NDArray[np.generic], other: NDArray[np.generic]
) -> Estimate:
    def between(truth: Bools, one: Floats, two: Floats) -> float | None:
        first, second = figure(truth, one), figure(truth, two)
        return None if first is None or second is None else first - second

    return estimate(between, asked.units, asked.truth, ours, other)
