"""How much the attributes of a corpus differ from one another, and how many there are at all.

The study gives no formula; the mean cosine distance of all pairs of attributes comes near its
figures. It does not grow with the number of attributes. The number of clusters does, so that it is
told for as many attributes of each corpus.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from recenter.stages.merge import Vectors, clusters
from recenter.stats.clustered import Floats, Ints, Part, codes
from recenter.stats.contrast import jackknifed

SAME = 0.7
"""Cosine from which attributes are of one cluster, as in the study's merging."""


def mean_distance(vectors: Vectors, units: Sequence[str]) -> Part | None:
    """Return the mean cosine distance of all pairs of unit vectors, with each unit's error.

    1 - (|sum v|^2 - n) / (n (n - 1)), shape (n, d): a U-statistic, with the jackknife over
    independent units.
    A resample of units would hold the same attribute twice, at distance 0. None where there are
    fewer than two units, or two attributes once any of them is left out.
    """
    if not len(vectors):
        return None
    who = codes(units)
    sums = _by_unit(np.c_[vectors.astype(np.float64), np.ones(len(vectors))], who)

    def finish(total: Floats) -> Floats:
        n = total[:, -1]
        pairs = np.where(n > 1, n * (n - 1), np.nan)
        found: Floats = 1 - (np.square(total[:, :-1]).sum(axis=1) - n) / pairs
        return found

    return jackknifed(finish, sums, sums[:, -1])


def distinct(vectors: Vectors) -> Ints:
    """Return the cluster of each vector: average linkage at cosine 0.7, as `stages.merge`."""
    found = np.zeros(len(vectors), np.intp)
    if len(vectors):
        for number, members in enumerate(clusters(vectors, threshold=SAME)):
            found[members] = number
    return found


def rarefied(labels: Ints, units: Sequence[str], size: int) -> Part | None:
    """Return how many clusters are expected among `size` attributes drawn without replacement.

    sum_c 1 - C(n - n_c, m) / C(n, m): Hurlbert, "The nonconcept of species diversity", Ecology 52
    (1971), with the jackknife over units, the clusters staying those of the whole corpus. None
    where fewer than `size` attributes are left without one of the units.
    """
    who = codes(units)
    if not len(labels) or size < 1:
        return None
    table = np.zeros((int(who.max()) + 1, int(labels.max()) + 1))
    np.add.at(table, (who, labels), 1.0)

    def finish(total: Floats) -> Floats:
        n = total.sum(axis=1, keepdims=True)
        missed = np.where(total <= n - size, np.exp(_chosen(n - total, size) - _chosen(n, size)), 0)
        found: Floats = np.where(n[:, 0] >= size, (1 - missed).sum(axis=1), np.nan)
        return found

    return jackknifed(finish, table, table.sum(axis=1))


def _chosen(n: Floats, m: int) -> Floats:
    """Return log C(n, m), of n below m that of m."""
    held = np.maximum(n, m)
    found: Floats = gammaln(held + 1) - gammaln(m + 1) - gammaln(held - m + 1)
    return found


def _by_unit(rows: Floats, who: NDArray[np.intp]) -> Floats:
    sums = np.zeros((int(who.max()) + 1, rows.shape[1]))
    np.add.at(sums, who, rows)
    return sums
