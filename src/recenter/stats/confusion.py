"""Figures of yes-or-no decisions that hang on four counts, with intervals over clusters.

A cluster's counts are true and false positives, false and true negatives. Precision, recall, F1,
specificity, share and kappa are functions of their sums, so that leaving a cluster out, or a
resample, costs a product of matrices: 2,000 over thousands of people take milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from recenter.stats.estimate import Estimate, estimate_coefficient

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Figure = Callable[[Floats], Floats]
"""Totals of shape (R, 4) to R figures, not finite where not defined."""


def _cells(totals: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    hit, wrong, missed, quiet = totals.T
    return hit, wrong, missed, quiet


def precision(totals: Floats) -> Floats:
    """Return TP / (TP + FP)."""
    hit, wrong, _, _ = _cells(totals)
    return hit / (hit + wrong)


def recall(totals: Floats) -> Floats:
    """Return TP / (TP + FN)."""
    hit, _, missed, _ = _cells(totals)
    return hit / (hit + missed)


def f1(totals: Floats) -> Floats:
    """Return 2 TP / (2 TP + FP + FN)."""
    hit, wrong, missed, _ = _cells(totals)
    return 2 * hit / (2 * hit + wrong + missed)


def specificity(totals: Floats) -> Floats:
    """Return TN / (TN + FP)."""
    _, wrong, _, quiet = _cells(totals)
    return quiet / (quiet + wrong)


def accuracy(totals: Floats) -> Floats:
    """Return the share of decisions that are right."""
    hit, wrong, missed, quiet = _cells(totals)
    return (hit + quiet) / (hit + wrong + missed + quiet)


def share(totals: Floats) -> Floats:
    """Return the share of positive decisions."""
    hit, wrong, missed, quiet = _cells(totals)
    return (hit + wrong) / (hit + wrong + missed + quiet)


def base_rate(totals: Floats) -> Floats:
    """Return the share of true ones."""
    hit, wrong, missed, quiet = _cells(totals)
    return (hit + missed) / (hit + wrong + missed + quiet)


def kappa(totals: Floats) -> Floats:
    """Return Cohen's kappa, (p_o - p_e) / (1 - p_e).

    Cohen, "A coefficient of agreement for nominal scales" (1960).
    """
    yes, said = base_rate(totals), share(totals)
    chance = yes * said + (1 - yes) * (1 - said)
    return (accuracy(totals) - chance) / (1 - chance)


def counts(
    truth: Bools, decided: Bools, clusters: Sequence[Hashable], *, weights: Floats | None = None
) -> Floats:
    """Return (TP, FP, FN, TN) of each cluster, shape (G, 4), in the order they appear.

    A row counts as often as its weight says, once unless weights are given.
    """
    places: dict[Hashable, int] = {}
    row = np.asarray([places.setdefault(name, len(places)) for name in clusters], np.intp)
    cell = np.where(truth, np.where(decided, 0, 2), np.where(decided, 1, 3))
    flat = np.bincount(row * 4 + cell, weights, minlength=4 * len(places))
    return flat.reshape(len(places), 4).astype(np.float64)


def figure(
    of: Figure,
    truth: Bools,
    decided: Bools,
    clusters: Sequence[Hashable],
    *,
    repeats: int = 0,
    seed: int = 0,
) -> Estimate:
    """Return a figure with its interval over clusters; columns are of one length.

    By the jackknife, or by `repeats` resamples.
    """
    sums = counts(truth, decided, clusters)
    return estimate_coefficient(of, sums, n=len(truth), repeats=repeats, seed=seed)


def difference(
    of: Figure,
    truth: Bools,
    decided: Bools,
    other: Bools,
    clusters: Sequence[Hashable],
    *,
    repeats: int = 0,
    seed: int = 0,
) -> Estimate:
    """Return a figure less that of other decisions on the same rows, paired by cluster."""
    sums = np.hstack([counts(truth, decided, clusters), counts(truth, other, clusters)])

    def less(totals: Floats) -> Floats:
        return of(totals[:, :4]) - of(totals[:, 4:])

    return estimate_coefficient(less, sums, n=len(truth), repeats=repeats, seed=seed)
