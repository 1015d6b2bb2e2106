"""How far raters agree about the same items, with intervals over people.

Columns are in long format, as `recenter.stats.judgments` says. Every coefficient is a function of
sums over clusters, so leaving one out, or a resample, costs a product of matrices: intervals are
of the jackknife, or with `repeats` of as many resamples. Items with one answer say nothing of
agreement: they are left out and counted in `left_out`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
import numpy as np

from recenter.stats.estimate import Estimate, Finish, estimate_coefficient
from recenter.stats.judgments import Column, Floats, Judgments, Weights, count_few, read

Scale = Literal["nominal", "ordinal", "interval"]

_NO_VARIATION = "All answers are the same: chance alone would agree as much."
_NO_PAIRS = "No item has answers of two raters."
_LEAST = 1e-12
"""Below this share of the squares, what is left of a variance is rounding."""


def percent_agreement(
    items: Column,
    raters: Column,
    answers: Column,
    clusters: Column | None = None,
    *,
    repeats: int = 0,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Return the share of pairs of raters that agree, as the mean over items.

    P = mean_i sum_k v_ik (v_ik - 1) / (m_i (m_i - 1)), where v_ik of the m_i answers about item i
    are k: Fleiss, "Measuring nominal scale agreement among many raters", Psychol. Bull. 76 (1971).
    """
    told = read(items, raters, answers, clusters).of_several()
    columns = np.stack([_agreeing(told), np.ones(len(told.sizes))], axis=1)
    return _estimated(_ratio, told.sums(columns), told, repeats=repeats, seed=seed, level=level)


def fleiss_kappa(
    items: Column,
    raters: Column,
    answers: Column,
    clusters: Column | None = None,
    *,
    repeats: int = 0,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Return Fleiss's kappa, for items that all have the same number of answers.

    kappa = (P - P_e) / (1 - P_e), P as in `percent_agreement`, P_e = sum_k p_k^2 with p_k the share
    of all answers that are k: Fleiss (1971). Where the numbers differ it is not estimable; the
    reason says how many items have the most usual number. `krippendorff_alpha` takes them all.
    """
    told = read(items, raters, answers, clusters).of_several()
    counts = np.bincount(told.sizes) if len(told.sizes) else np.zeros(1, np.intp)
    usual = int(counts.argmax())
    if counts[usual] < len(told.sizes):
        reason = (
            f"Items have from {told.sizes.min()} to {told.sizes.max()} answers, and Fleiss's kappa"
            f" needs one number for all: {counts[usual]} of {len(told.sizes)} items have {usual}."
        )
        units = len(np.unique(told.units))
        return Estimate(
            value=None, n=len(told.items), clusters=units, left_out=told.left_out, reason=reason
        )

    def finish(totals: Floats) -> Floats:
        share = totals[:, 2:] / totals[:, 2:].sum(axis=1, keepdims=True)
        chance = (share**2).sum(axis=1)
        return np.asarray((totals[:, 0] / totals[:, 1] - chance) / (1 - chance))

    columns = np.column_stack([_agreeing(told), np.ones(len(told.sizes)), told.votes()])
    return _estimated(finish, told.sums(columns), told, repeats=repeats, seed=seed, level=level)


def krippendorff_alpha(
    items: Column,
    raters: Column,
    answers: Column,
    clusters: Column | None = None,
    *,
    scale: Scale = "nominal",
    repeats: int = 0,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Return Krippendorff's alpha, for any number of raters and with any answers missing.

    alpha = 1 - D_o / D_e, the mean squared distance within items over that between all answers:
    Krippendorff, "Content Analysis", 4th ed. (2018), ch. 12. Answers are as far apart as they are
    unequal ("nominal"), as their numbers ("interval"), or as their middle ranks among all answers
    ("ordinal"). Raises ValueError where a scale of numbers gets other answers, or "ordinal" more
    than `MOST_ANSWERS` different ones.
    """
    told = read(items, raters, answers, clusters).of_several()
    finish, sums = _ALPHA[scale](told)
    return _estimated(finish, sums, told, repeats=repeats, seed=seed, level=level)


def gwet_ac(
    items: Column,
    raters: Column,
    answers: Column,
    clusters: Column | None = None,
    *,
    weights: Weights = "unweighted",
    repeats: int = 0,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Return Gwet's AC1, or AC2 where answers are weighted by their distance.

    AC = (P - P_e) / (1 - P_e), P_e = T / (q (q - 1)) sum_k pi_k (1 - pi_k), with q different
    answers, T the sum of their weights, and pi_k the mean over items of the share that answered k:
    Gwet, "Computing inter-rater reliability and its variance in the presence of high agreement",
    Br. J. Math. Stat. Psychol. 61 (2008); "Handbook of Inter-Rater Reliability", 4th ed. (2014).
    As there, items with one answer count towards pi.
    """
    told = read(items, raters, answers, clusters)
    votes, sizes = told.votes(), told.sizes
    apart = told.distances(weights)
    likeness = 1 - apart / (apart.max(initial=0) or 1)
    pairs = np.maximum(sizes * (sizes - 1), 1)
    agreeing = (votes * (votes @ likeness - 1)).sum(axis=1) * (sizes > 1) / pairs
    kinds = len(told.answer_names)
    factor = likeness.sum() / (kinds * (kinds - 1)) if kinds > 1 else np.nan

    def finish(totals: Floats) -> Floats:
        share = totals[:, 2:] / totals[:, 2:].sum(axis=1, keepdims=True)
        chance = factor * (share * (1 - share)).sum(axis=1)
        return np.asarray((totals[:, 0] / totals[:, 1] - chance) / (1 - chance))

    columns = np.column_stack([agreeing, sizes > 1, votes / np.maximum(sizes, 1)[:, None]])
    return _estimated(finish, told.sums(columns), told, repeats=repeats, seed=seed, level=level)


def _estimated(
    finish: Finish, sums: Floats, told: Judgments, *, repeats: int, seed: int, level: float
) -> Estimate:
    n = len(told.items)
    found = estimate_coefficient(finish, sums, n=n, repeats=repeats, seed=seed, level=level)
    reason = found.reason
    if found.value is None:
        reason = _NO_VARIATION if (told.sizes > 1).any() else _NO_PAIRS
    return msgspec.structs.replace(found, left_out=told.left_out, reason=reason)


def _ratio(totals: Floats) -> Floats:
    return np.asarray(totals[:, 0] / totals[:, 1])


def _agreeing(told: Judgments) -> Floats:
    votes, sizes = told.votes(), told.sizes
    return np.asarray((votes * (votes - 1)).sum(axis=1) / (sizes * (sizes - 1)))


def _nominal(told: Judgments) -> tuple[Finish, Floats]:
    votes, sizes = told.votes(), told.sizes
    apart = (sizes**2 - (votes**2).sum(axis=1)) / (sizes - 1)

    def finish(totals: Floats) -> Floats:
        n = totals[:, 1:].sum(axis=1)
        return _alpha(totals[:, 0], n, n**2 - (totals[:, 1:] ** 2).sum(axis=1))

    return finish, told.sums(np.column_stack([apart, votes]))


def _ordinal(told: Judgments) -> tuple[Finish, Floats]:
    """Sum the matrices of coincidences, since ranks change with what is drawn."""
    told.numbers()
    votes, kinds = told.votes(), count_few(told.answer_names)
    pairs = votes / (told.sizes - 1)[:, None]
    order = np.argsort(told.units, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(told.units[order])) + 1)
    sums = [votes[i].T @ pairs[i] - np.diag(pairs[i].sum(axis=0)) for i in parts if len(i)]

    def finish(totals: Floats) -> Floats:
        together = totals.reshape(-1, kinds, kinds)
        counts = together.sum(axis=2)
        n = counts.sum(axis=1)
        ranks = np.cumsum(counts, axis=1) - counts / 2 - n[:, None] / 2
        square = (counts * ranks**2).sum(axis=1)
        shared = np.einsum("ri,rij,rj->r", ranks, together, ranks, optimize=True)
        return _alpha(2 * (square - shared), n, 2 * n * square)

    return finish, np.reshape(sums, (len(sums), kinds**2))


def _interval(told: Judgments) -> tuple[Finish, Floats]:
    numbers = told.numbers()[told.answers]
    numbers = numbers - numbers.mean() if len(numbers) else numbers
    sizes = told.sizes
    first = np.bincount(told.items, numbers, minlength=len(sizes))
    second = np.bincount(told.items, numbers**2, minlength=len(sizes))
    apart = 2 * (sizes * second - first**2) / (sizes - 1)

    def finish(totals: Floats) -> Floats:
        n, square = totals[:, 1], totals[:, 3]
        between = n * square - totals[:, 2] ** 2
        between = np.where(between > _LEAST * n * square, between, np.nan)
        return _alpha(totals[:, 0], n, 2 * between)

    return finish, told.sums(np.column_stack([apart, sizes, first, second]))


def _alpha(within: Floats, n: Floats, between: Floats) -> Floats:
    return np.asarray(1 - (n - 1) * within / between)


_ALPHA: dict[Scale, Callable[[Judgments], tuple[Finish, Floats]]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
}
