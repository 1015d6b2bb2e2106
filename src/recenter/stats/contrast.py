"""How far two groups of people are apart, and how far they would be were they alike in something.

The groups hold different people, so their errors add up; `clustered.part` gives each side.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from scipy.stats import t as student

from recenter.stats.clustered import ALONE, Floats, Ints, Part, part, spread
from recenter.stats.estimate import Estimate

S = TypeVar("S", bound=Hashable)

UNVARIED = "The people of one side do not differ in this, so its error is not known."
NO_SIDE = "One side has nothing to count."
_TINY = 1e-12


def difference(one: Part | None, other: Part | None, *, n: int, level: float = 0.95) -> Estimate:
    """Return how much higher one figure is than that of other people, with a t interval.

    Degrees of freedom: Welch, "The generalization of Student's problem", Biometrika 34 (1947), with
    the effective clusters of each side less one. Where a side does not vary (no failure among its
    few attributes), its error would count as 0 and the interval come out too narrow: it has none.
    """
    if one is None or other is None:
        return Estimate(value=None, n=n, reason=NO_SIDE)
    value, clusters = one.value - other.value, one.clusters + other.clusters
    sides = [(spread(side.errors) ** 2, side.effective - 1) for side in (one, other)]
    reason = None
    if min(one.clusters, other.clusters) < 2:
        reason = ALONE
    elif min(variance for variance, _ in sides) <= _TINY**2 * max(1.0, value**2):
        reason = UNVARIED
    if reason:
        return Estimate(value=value, n=n, clusters=clusters, reason=reason)
    total = sum(variance for variance, _ in sides)
    freedom = total**2 / sum(variance**2 / free for variance, free in sides)
    half = float(student.ppf((1 + level) / 2, freedom)) * float(np.sqrt(total))
    return Estimate(value=value, low=value - half, high=value + half, n=n, clusters=clusters)


def jackknifed(finish: Callable[[Floats], Floats], sums: Floats, sizes: Floats) -> Part | None:
    """Return a figure of sums over clusters with the jackknife's error of each cluster.

    `sums` has shape (G, k) and `finish` takes totals of shape (R, k) to R figures, as in
    `estimate.jackknife_sums`; `sizes` says how much each cluster holds, shape (G,). The error of
    cluster g is sqrt((G - 1) / G) (v_-g - mean v_-g): Arvesen, "Jackknifing U-statistics", Annals
    of Mathematical Statistics 40 (1969). None where the figure, or one without a cluster, is not
    defined.
    """
    count = len(sums)
    if count < 2:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(finish(sums.sum(axis=0, keepdims=True))[0])
        without = finish(sums.sum(axis=0) - sums)
    if not (np.isfinite(value) and np.isfinite(without).all()):
        return None
    errors = np.sqrt((count - 1) / count) * (without - without.mean())
    return Part(value, errors, sizes / sizes.sum())


def overlap_weights(one: Mapping[S, float], other: Mapping[S, float]) -> dict[S, float]:
    """Return the share of each stratum in a group that both sides could be drawn from.

    Proportional to p q / (p + q), with p and q the stratum's share of each side: Li, Morgan &
    Zaslavsky, "Balancing covariates via propensity score weighting", JASA 113 (2018). A stratum
    that one side lacks has no weight, and none is blown up, unlike weighting one side to the other.
    """
    p, q = (_shares(side) for side in (one, other))
    raw = {s: p[s] * q[s] / (p[s] + q[s]) for s in p if q.get(s, 0) > 0 and p[s] > 0}
    total = sum(raw.values())
    return {stratum: weight / total for stratum, weight in raw.items()}


def _shares(counts: Mapping[S, float]) -> dict[S, float]:
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()} if total else {}


def standardised(
    numerator: Floats,
    denominator: Floats,
    groups: Ints,
    strata: Sequence[Hashable],
    weights: Mapping[Hashable, float],
) -> Part | None:
    """Return the weighted mean of a ratio over strata, with the error of each cluster.

    Direct standardisation, sum_s w_s (sum_s numerator / sum_s denominator), the weights taken as
    given; a cluster in several strata adds its errors up. `groups` numbers the clusters from 0.
    Every stratum with a weight must hold two clusters at least, else None: see `strata_with`.
    """
    count = int(groups.max()) + 1 if len(groups) else 0
    where = np.asarray([strata_of(name, weights) for name in strata], np.intp)
    value, errors, shares = 0.0, np.zeros(count), np.zeros(count)
    for place, weight in enumerate(weights.values()):
        rows = where == place
        if not denominator[rows].any():
            return None
        found = part(numerator[rows], denominator[rows], groups[rows], count)
        if found.clusters < 2:
            return None
        value += weight * found.value
        errors += weight * found.errors
        shares += weight * found.shares
    return Part(value, errors, shares) if weights else None


def strata_of(name: Hashable, weights: Mapping[Hashable, float]) -> int:
    """Return the place of a stratum among those with a weight; -1 where it has none."""
    return list(weights).index(name) if name in weights else -1


def strata_with(
    least: int, denominator: Floats, groups: Ints, strata: Sequence[Hashable]
) -> dict[Hashable, float]:
    """Return how much each stratum holds, of those in which so many clusters hold something."""
    held: dict[Hashable, tuple[float, set[int]]] = {}
    for amount, group, stratum in zip(denominator, groups, strata, strict=True):
        if amount > 0:
            before, who = held.get(stratum, (0.0, set()))
            held[stratum] = (before + float(amount), who | {int(group)})
    return {stratum: amount for stratum, (amount, who) in held.items() if len(who) >= least}
