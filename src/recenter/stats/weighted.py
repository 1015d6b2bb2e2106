"""Figures for all there is from a sample in which not everything had the same chance.

A weight says for how many a row stands: the inverse of its chance of being drawn. Rows of weight 0
and rows with NaN are left out; a negative or infinite weight raises ValueError.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import msgspec
import numpy as np

from recenter.stats.clustered import (
    NOTHING,
    Column,
    Floats,
    Names,
    Scale,
    codes,
    interval,
    part,
)
from recenter.stats.confusion import Bools, Figure, counts
from recenter.stats.estimate import Estimate, estimate_coefficient

WEIGHTLESS = "No row has a weight above 0."
DOMINATED = "One unit holds nearly all of the weight, so there is nothing to base an interval on."
_LEAST_FREEDOM = 0.01
"""Below it, where a unit holds more than .995 of the weight, a t interval is as good as endless."""


class ByStratum(msgspec.Struct, frozen=True, kw_only=True):
    """A figure for all there is, and for each stratum of it."""

    overall: Estimate
    strata: dict[Hashable, Estimate]
    """In the order in which they appear."""
    effective: float | None
    """Rows of equal weight that would say as much: see `effective_size`."""


def weighted_mean(
    values: Column, weights: Column, clusters: Names, *, level: float = 0.95
) -> Estimate:
    """Return sum(w x) / sum(w), with a t interval over clusters.

    The ratio of Hájek, in "Foundations of Statistical Inference" (1971), p. 236, of two totals of
    Horvitz & Thompson, "A generalization of sampling without replacement from a finite universe",
    JASA 47 (1952). Its linearised residuals are w (x - m) / sum(w): Särndal, Swensson & Wretman,
    "Model Assisted Survey Sampling" (1992), 5.7. They are summed by cluster, and corrected, as in
    `clustered.part` and `clustered.interval`, the parts of the weight in the place of those of the
    rows; with constant weights it is `clustered_mean`. Where all clusters hold the same weight the
    variance is G / (G - 1) sum_g e_g^2 and the freedom G - 1; where not, the freedom is less.
    """
    return _ratio(values, None, weights, clusters, "linear", level)


def weighted_share(
    hits: Column,
    weights: Column,
    clusters: Names,
    *,
    of: Column | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return sum(w hits) / sum(w of), a figure between 0 and 1, with an interval that stays there.

    `of` is 1 a row unless given; otherwise as `weighted_mean`, on the scale `share`. With constant
    weights it is `clustered_share`.
    """
    return _ratio(hits, of, weights, clusters, "share", level)


def by_stratum(
    values: Column,
    weights: Column,
    clusters: Names,
    strata: Sequence[Hashable],
    *,
    scale: Scale = "share",
    level: float = 0.95,
) -> ByStratum:
    """Return the weighted share (or mean, `scale="linear"`) of all rows and of each stratum's.

    The columns are of one length. A cluster may have rows in several strata, so the figures of
    strata are not independent of each other.
    """
    x, w, who = np.asarray(values, np.float64), np.asarray(weights, np.float64), codes(clusters)
    where = codes(strata)
    return ByStratum(
        overall=_ratio(x, None, w, who, scale, level),
        strata={
            name: _ratio(x[where == i], None, w[where == i], who[where == i], scale, level)
            for i, name in enumerate(dict.fromkeys(strata))
        },
        effective=effective_size(w[~np.isnan(x)]),
    )


def effective_size(weights: Column) -> float | None:
    """Return (sum w)^2 / sum w^2, or None where no weight is above 0.

    As many rows of equal weight would say as much, if rows were independent and their weights told
    nothing of their values: Kish, "Survey Sampling" (1965), 11.7.
    """
    w = _checked(weights)
    w = w[~np.isnan(w)]
    return float(w.sum() ** 2 / np.square(w).sum()) if w.any() else None


def weighted_figure(
    of: Figure,
    truth: Bools,
    decided: Bools,
    weights: Column,
    clusters: Sequence[Hashable],
    *,
    repeats: int = 0,
    seed: int = 0,
) -> Estimate:
    """Return a figure of `confusion`, such as its `precision`, `recall` or `f1`, of weighted rows.

    With its interval over clusters by the jackknife, or by `repeats` resamples. With constant
    weights it is `confusion.figure`.
    """
    w = _checked(weights)
    kept = w > 0
    if not kept.any():
        return Estimate(value=None, reason=WEIGHTLESS if len(w) else NOTHING)
    who = [name for name, keep in zip(clusters, kept, strict=True) if keep]
    sums = counts(truth[kept], decided[kept], who, weights=w[kept])
    return estimate_coefficient(of, sums, n=len(who), repeats=repeats, seed=seed)


def _ratio(
    values: Column,
    of: Column | None,
    weights: Column,
    clusters: Names,
    scale: Scale,
    level: float,
) -> Estimate:
    x, w = np.asarray(values, np.float64), _checked(weights)
    whole = np.ones(len(x)) if of is None else np.asarray(of, np.float64)
    there = ~np.isnan(x) & ~np.isnan(whole) & ~np.isnan(w)
    kept = there & (w > 0)
    n = int(kept.sum())
    if not whole[kept].any():
        weightless = there.any() and not n
        return Estimate(value=None, n=n, reason=WEIGHTLESS if weightless else NOTHING)
    x, w, whole, groups = x[kept], w[kept], whole[kept], codes(clusters)[kept]
    found = part(w * x, w * whole, groups, int(groups.max()) + 1)
    made = interval(found.value, found.errors, found, n=n, scale=scale, level=level)
    if made.low is not None and found.effective - 1 < _LEAST_FREEDOM:
        return msgspec.structs.replace(made, low=None, high=None, reason=DOMINATED)
    return made


def _checked(weights: Column) -> Floats:
    w = np.asarray(weights, np.float64)
    wrong = np.flatnonzero((w < 0) | np.isinf(w))
    if len(wrong):
        raise ValueError(f"weight {wrong[0]} is {w[wrong[0]]}; it must be 0 or more, and finite")
    return w
