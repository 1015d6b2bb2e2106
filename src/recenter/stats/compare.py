"""Whether one column of decisions or scores does better than another on the same rows."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.stats.estimate import REPEATS, Estimate, Statistic, estimate
from recenter.stats.judgments import Floats
from recenter.stats.permutation import CHANCES, PValue, drawn, exact

_ALL = 16
"""Up to how many clusters all signs are looked at: 2^16 = 65,536."""
_CELLS = 2**20
_ROUNDING = 1e-9


def paired_difference(
    statistic: Statistic,
    clusters: Sequence[Hashable],
    truth: NDArray[Any],
    first: NDArray[Any],
    second: NDArray[Any],
    *,
    repeats: int = REPEATS,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Return how much higher a statistic of the truth and the first column is than of the second.

    Both are computed on the same resample of clusters, so that what is hard for both cancels:
    Efron & Tibshirani, "An Introduction to the Bootstrap" (1993), ch. 10. Not estimable where one
    of the two is not.
    """

    def difference(truth: NDArray[Any], *columns: NDArray[Any]) -> float | None:
        one, two = (statistic(truth, column) for column in columns)
        return None if one is None or two is None else one - two

    found = estimate(
        difference, clusters, truth, first, second, repeats=repeats, seed=seed, level=level
    )
    if found.value is not None:
        return found
    reason = "The statistic is not defined for both columns."
    return msgspec.structs.replace(found, reason=reason)


def sign_flip_p(
    differences: Floats, clusters: Sequence[Hashable], *, repeats: int = CHANCES, seed: int = 0
) -> PValue:
    """Return how often a mean difference as far from 0 comes of exchanging the two by chance.

    All rows of a cluster are exchanged together, since they are not independent of each other: p
    is the share of signs s with |sum_g s_g d_g| >= |sum_g d_g|, d_g the sum of the differences of
    cluster g. All signs up to 16 clusters, else `repeats` drawn at random. Fisher, "The Design of
    Experiments" (1935), section 21; Winkler et al., "Multi-level block permutation", NeuroImage
    123 (2015).
    """
    if len(differences) != len(clusters):
        raise ValueError(
            f"There are {len(differences)} differences, and clusters of {len(clusters)}."
        )
    if not len(differences):
        return PValue(value=None, reason="There are no differences.")
    codes = {name: code for code, name in enumerate(dict.fromkeys(clusters))}
    sums = np.bincount([codes[name] for name in clusters], differences)
    least = abs(sums.sum()) - _ROUNDING * np.abs(sums).sum()
    if len(sums) <= _ALL:
        totals = np.zeros(1)
        for part in sums:
            totals = np.concatenate([totals + part, totals - part])
        return exact(int((np.abs(totals) >= least).sum()), len(totals))
    rng = np.random.default_rng(seed)
    size = max(1, _CELLS // len(sums))
    as_much = 0
    for start in range(0, repeats, size):
        signs = 2.0 * rng.integers(2, size=(min(size, repeats - start), len(sums))) - 1
        as_much += int((np.abs(signs @ sums) >= least).sum())
    return drawn(as_much, repeats)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p values adjusted for being several, so that one false one in all is as rare.

    The i-th smallest of m becomes max_{j <= i} min(1, (m - j + 1) p_j): Holm, "A simple
    sequentially rejective multiple test procedure", Scand. J. Stat. 6 (1979). What is None stays
    so and is not counted.
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, place) in enumerate(known):
        highest = max(highest, min(1.0, (len(known) - rank) * p))
        adjusted[place] = highest
    return adjusted
