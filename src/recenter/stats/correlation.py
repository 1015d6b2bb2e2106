"""How far two columns of numbers rise together."""

from __future__ import annotations

from itertools import permutations

import msgspec
import numpy as np
from scipy.stats import rankdata

from recenter.stats.estimate import REPEATS, Estimate, Method, estimate
from recenter.stats.judgments import Column, Floats
from recenter.stats.permutation import CHANCES, PValue, drawn, exact

_ALL = 8
"""Up to how many rows every permutation is looked at: 8! = 40,320."""
_CELLS = 2**20
_ROUNDING = 1e-9


def spearman(first: Floats, second: Floats) -> float | None:
    """Return Spearman's rank correlation, ties at their middle rank.

    Pearson's correlation of the ranks: Spearman, "The proof and measurement of association between
    two things", Am. J. Psychol. 15 (1904). None with fewer than three rows, whose ranks say
    nothing, and where a column is constant.
    """
    if len(first) < 3:
        return None
    one, two = _centred_ranks(first), _centred_ranks(second)
    spread = np.sqrt((one @ one) * (two @ two))
    return float(one @ two / spread) if spread else None


def rank_correlation(
    first: Column,
    second: Column,
    clusters: Column | None = None,
    *,
    repeats: int = REPEATS,
    seed: int = 0,
    level: float = 0.95,
    method: Method = "percentile",
) -> Estimate:
    """Return Spearman's rank correlation with its interval, resampling clusters, if any, or rows.

    Rows where one of the two is missing are left out and counted.
    """
    one, two = np.asarray(first, np.float64), np.asarray(second, np.float64)
    groups = range(len(one)) if clusters is None else clusters
    if len(two) != len(one) or len(groups) != len(one):
        raise ValueError(
            f"Columns must have one length, not {len(one)}, {len(two)}, {len(groups)}."
        )
    both = np.flatnonzero(~np.isnan(one) & ~np.isnan(two))
    found = estimate(
        spearman,
        [groups[row] for row in both.tolist()],
        one[both],
        two[both],
        repeats=repeats,
        seed=seed,
        level=level,
        method=method,
    )
    reason = found.reason
    if found.value is None:
        reason = "A rank correlation needs three rows and two columns that vary."
    return msgspec.structs.replace(found, left_out=len(one) - len(both), reason=reason)


def spearman_p(first: Floats, second: Floats, *, repeats: int = CHANCES, seed: int = 0) -> PValue:
    """Return how often as strong a rank correlation, of either sign, comes of pairing by chance.

    All n! pairings up to eight rows, else `repeats` drawn at random. Rows must be independent of
    each other: average those of one person first.
    """
    if spearman(first, second) is None:
        reason = "A rank correlation needs three rows and two columns that vary."
        return PValue(value=None, reason=reason)
    one, two = _centred_ranks(first), _centred_ranks(second)
    least = abs(one @ two) - _ROUNDING * np.sqrt((one @ one) * (two @ two))
    if len(one) <= _ALL:
        pairings = np.array(list(permutations(two)))
        return exact(int((np.abs(pairings @ one) >= least).sum()), len(pairings))
    rng = np.random.default_rng(seed)
    size = max(1, _CELLS // len(one))
    as_much = 0
    for start in range(0, repeats, size):
        rows = np.tile(two, (min(size, repeats - start), 1))
        as_much += int((np.abs(rng.permuted(rows, axis=1) @ one) >= least).sum())
    return drawn(as_much, repeats)


def _centred_ranks(column: Floats) -> Floats:
    ranks = rankdata(column)
    return np.asarray(ranks - (len(ranks) + 1) / 2, np.float64)
