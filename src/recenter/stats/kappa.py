"""How far two raters agree beyond chance, and how far each pair of several does."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.stats.estimate import Estimate, estimate_coefficient
from recenter.stats.judgments import Column, Floats, Judgments, Weights, distances, read

Pair = tuple[Hashable, Hashable]

_NOT_BOTH = "No item has an answer of both."
_NO_VARIATION = "Both always gave one and the same answer: chance alone would agree as much."


def kappa(
    first: NDArray[Any], second: NDArray[Any], *, weights: Weights = "unweighted"
) -> float | None:
    """Return Cohen's kappa of two columns without missing answers, as `estimate` takes it.

    None where there are no rows, and where all answers are one and the same. See `cohen_kappa`.
    """
    names, codes = np.unique(np.concatenate([first, second]), return_inverse=True)
    apart = distances(names.tolist(), weights)
    kinds = len(names)
    cells = codes[: len(first)] * kinds + codes[len(first) :]
    table = np.bincount(cells, minlength=kinds**2).reshape(kinds, kinds)
    return float(_kappas(table.astype(np.float64), apart)) if kinds > 1 else None


def cohen_kappa(
    first: Column,
    second: Column,
    clusters: Column | None = None,
    *,
    weights: Weights = "unweighted",
    repeats: int = 0,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Return Cohen's kappa of two columns of answers about the same items, in the same order.

    kappa = 1 - sum_jk d_jk o_jk / sum_jk d_jk e_jk, with o_jk the share of items answered j and k,
    e_jk the product of the shares of j and of k, and d_jk the distance of the answers: 0 or 1, or
    with numbers their difference ("linear") or its square ("quadratic"). Cohen, "A coefficient of
    agreement for nominal scales", Educ. Psychol. Meas. 20 (1960); "Weighted kappa", Psychol. Bull.
    70 (1968). Rows where one of the two is missing are left out.
    """
    rows = len(first)
    if len(second) != rows or (clusters is not None and len(clusters) != rows):
        raise ValueError("The columns must have one length.")
    units = range(rows) if clusters is None else clusters
    told = read(
        [*range(rows), *range(rows)],
        [0] * rows + [1] * rows,
        [*first, *second],
        [*units, *units],
    )
    found = _mean(told, [(0, 1)], weights, repeats=repeats, seed=seed, level=level)
    return msgspec.structs.replace(found, left_out=rows - found.n)


def pairwise_kappa(
    items: Column,
    raters: Column,
    answers: Column,
    clusters: Column | None = None,
    *,
    weights: Weights = "unweighted",
    repeats: int = 0,
    seed: int = 0,
    level: float = 0.95,
) -> dict[Pair, Estimate]:
    """Return Cohen's kappa of each pair of raters, over the items that both answered.

    Each unordered pair is there once, the raters in the order in which they first answered.
    """
    told = read(items, raters, answers, clusters)
    return {
        (told.rater_names[a], told.rater_names[b]): _mean(
            told, [(a, b)], weights, repeats=repeats, seed=seed, level=level
        )
        for a, b in combinations(range(len(told.rater_names)), 2)
    }


def mean_kappa(
    items: Column,
    raters: Column,
    answers: Column,
    clusters: Column | None = None,
    *,
    pairs: Sequence[Pair] | None = None,
    weights: Weights = "unweighted",
    repeats: int = 0,
    seed: int = 0,
) -> Estimate:
    """Return the mean of Cohen's kappa over pairs of raters, with its 95 % interval.

    `pairs` are all pairs unless named, such as each person with each model. Light's kappa: Light,
    "Measures of response agreement for qualitative data", Psychol. Bull. 76 (1971). Pairs whose
    kappa is not defined do not count, in a resample neither. Raises ValueError for a rater who
    answered nothing.
    """
    told = read(items, raters, answers, clusters)
    codes = {name: code for code, name in enumerate(told.rater_names)}
    chosen = list(combinations(codes, 2)) if pairs is None else pairs
    unknown = {name for pair in chosen for name in pair} - set(codes)
    if unknown:
        raise ValueError(f"No answer is by {', '.join(sorted(map(repr, unknown)))}.")
    coded = [(codes[a], codes[b]) for a, b in chosen]
    return _mean(told, coded, weights, repeats=repeats, seed=seed, level=0.95)


def _mean(
    told: Judgments,
    pairs: Sequence[tuple[int, int]],
    weights: Weights,
    *,
    repeats: int,
    seed: int,
    level: float,
) -> Estimate:
    """Return the mean kappa of the pairs; `n` and `left_out` count items."""
    apart = told.distances(weights)
    tables, n = _tables(told, pairs)

    def finish(totals: Floats) -> Floats:
        kappas = _kappas(totals.reshape(len(totals), *tables.shape[1:]), apart)
        known = np.isfinite(kappas)
        return np.asarray(np.where(known, kappas, 0).sum(axis=1) / known.sum(axis=1))

    sums = tables.reshape(len(tables), int(np.prod(tables.shape[1:])))
    found = estimate_coefficient(finish, sums, n=n, repeats=repeats, seed=seed, level=level)
    reason = found.reason
    if found.value is None:
        reason = _NO_VARIATION if n else _NOT_BOTH
    return msgspec.structs.replace(found, left_out=len(told.item_names) - n, reason=reason)


def _tables(told: Judgments, pairs: Sequence[tuple[int, int]]) -> tuple[Floats, int]:
    """Return how often each pair gave each pair of answers, per unit, and about how many items."""
    kinds = len(told.answer_names)
    given = np.full((max(2, len(told.rater_names)), len(told.item_names)), -1)
    given[told.raters, told.items] = told.answers
    both = [(given[a] >= 0) & (given[b] >= 0) for a, b in pairs]
    counted = np.any(both, axis=0) if both else np.zeros(len(told.item_names), bool)
    present, unit = np.unique(told.units[counted], return_inverse=True)
    unit_of = np.zeros(len(told.item_names), np.intp)
    unit_of[counted] = unit
    tables = np.zeros((len(present), len(pairs), kinds, kinds))
    for place, (a, b) in enumerate(pairs):
        at = np.flatnonzero(both[place])
        cells = (unit_of[at] * kinds + given[a, at]) * kinds + given[b, at]
        counts = np.bincount(cells, minlength=tables[:, place].size)
        tables[:, place] = counts.reshape(len(present), kinds, kinds)
    return tables, int(counted.sum())


def _kappas(tables: Floats, apart: Floats) -> Floats:
    """Return kappa of tables of shape (..., answers, answers)."""
    first, second = tables.sum(axis=-1), tables.sum(axis=-2)
    seen = (tables * apart).sum(axis=(-1, -2))
    expected = ((first @ apart) * second).sum(axis=-1)
    return np.asarray(1 - first.sum(axis=-1) * seen / expected)
