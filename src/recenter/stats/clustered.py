"""Means and shares of rows that belong to people, with intervals in closed form.

A bootstrap of few people is too narrow; these intervals hold their level from about ten people on
(`bench/stats_coverage.py` measures it).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import t as student

from recenter.stats.estimate import Estimate

Column = Sequence[Any] | NDArray[Any]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Names = Sequence[Hashable] | NDArray[Any]
Scale = Literal["linear", "share"]

ALONE = "An interval needs at least two independent units."
ALIKE = "The independent units do not differ, so there is nothing to base an interval on."
NOTHING = "There is nothing to count."
_TINY = 1e-12


class Part(msgspec.Struct, frozen=True):
    """A ratio of sums over rows, such as a mean, and what each cluster adds to its error."""

    value: float
    errors: Floats
    """Shape (clusters,). The sum of their squares is the variance of the value."""
    shares: Floats
    """The part of the denominator that each cluster holds, shape (clusters,); they sum to 1."""

    @property
    def clusters(self) -> int:
        """Clusters that count at all."""
        return int(np.count_nonzero(self.shares))

    @property
    def effective(self) -> float:
        """Clusters of one size that would say as much: Kish, "Survey Sampling" (1965)."""
        return float(1 / np.sum(self.shares**2))


def codes(clusters: Names) -> Ints:
    """Return the number of each row's cluster, counted from 0 in order of appearance."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in clusters], np.intp)


def part(numerator: Floats, denominator: Floats, groups: Ints, count: int) -> Part:
    """Return sum(numerator) / sum(denominator) with the error of each of `count` clusters.

    The error of cluster g is e_g / sqrt(1 - h_g), with e_g the sum of its linearised residuals
    and h_g its share of the denominator. Their squares sum to the bias-reduced variance (CR2) of
    Bell & McCaffrey, "Bias reduction in standard errors for linear regression with multi-stage
    samples", Survey Methodology 28 (2002). With clusters of one size that is the variance of the
    mean of cluster means.
    """
    total = denominator.sum()
    value = float(numerator.sum() / total)
    residuals = (numerator - value * denominator) / total
    shares = np.bincount(groups, denominator, count) / total
    sums = np.bincount(groups, residuals, count)
    errors = np.zeros(count)
    np.divide(sums, np.sqrt(1 - np.minimum(shares, 1)), out=errors, where=shares < 1)
    return Part(value, errors, shares)


def spread(errors: Floats) -> float:
    """Return the standard error that errors of independent clusters add up to."""
    return float(np.sqrt(np.sum(errors**2)))


def interval(
    value: float,
    errors: Floats,
    source: Part,
    *,
    n: int,
    scale: Scale = "linear",
    level: float = 0.95,
) -> Estimate:
    """Return a value with its t interval; `source` is the part whose clusters limit the freedom.

    Degrees of freedom: effective clusters less one, so clusters less one where all are of one
    size. See Carter, Schnepel & Steigerwald, "Asymptotic behavior of a t-test robust to cluster
    heterogeneity", Review of Economics and Statistics 99 (2017). On the scale `share` the interval
    is that of the logit, which stays between 0 and 1 and holds with fewer people: Dean & Pagano,
    "Evaluating confidence interval methods for binomial proportions in clustered surveys",
    Journal of Survey Statistics and Methodology 3 (2015). A value outside (0, 1) has no logit,
    and gets the linear one.
    """
    deviation, reason = spread(errors), None
    if source.clusters < 2:
        reason = ALONE
    elif deviation <= _TINY * max(1.0, abs(value)):
        reason = ALIKE
    if reason:
        return Estimate(value=value, n=n, clusters=source.clusters, reason=reason)
    half = float(student.ppf((1 + level) / 2, source.effective - 1)) * deviation
    if scale == "share" and 0 < value < 1:
        middle, half = logit(value), half / (value * (1 - value))
        low, high = float(expit(middle - half)), float(expit(middle + half))
    else:
        low, high = value - half, value + half
    return Estimate(value=value, low=low, high=high, n=n, clusters=source.clusters)


def clustered_mean(values: Column, clusters: Names, *, level: float = 0.95) -> Estimate:
    """Return the mean of the rows that are not NaN, with a t interval over clusters.

    m +/- t sqrt(sum_g e_g^2 / (1 - h_g)), e_g the sum of (x - m) / n over the rows of cluster g:
    Liang & Zeger, "Longitudinal data analysis using generalized linear models", Biometrika 73
    (1986), with the corrections told in `part` and `interval`.
    """
    return _ratio(np.asarray(values, np.float64), None, clusters, "linear", level)


def clustered_share(
    hits: Column, clusters: Names, *, of: Column | None = None, level: float = 0.95
) -> Estimate:
    """Return sum(hits) / sum(of), a figure between 0 and 1, with an interval that stays there.

    `of` is 1 a row unless given; rows with NaN are left out. With hits 2 TP and of 2 TP + FP + FN
    it is F1; with hits TP and of TP + FP, precision. The linearised variance of a ratio:
    Cochran, "Sampling Techniques" (1977), ch. 6, on the scale `share` of `interval`.
    """
    whole = None if of is None else np.asarray(of, np.float64)
    return _ratio(np.asarray(hits, np.float64), whole, clusters, "share", level)


def _ratio(
    numerator: Floats,
    denominator: Floats | None,
    clusters: Names,
    scale: Scale,
    level: float,
) -> Estimate:
    whole = np.ones(len(numerator)) if denominator is None else denominator
    kept = ~np.isnan(numerator) & ~np.isnan(whole)
    if not whole[kept].any():
        return Estimate(value=None, n=int(kept.sum()), reason=NOTHING)
    groups = codes(clusters)
    found = part(numerator[kept], whole[kept], groups[kept], int(groups.max()) + 1)
    return interval(found.value, found.errors, found, n=int(kept.sum()), scale=scale, level=level)
