"""How well people do by the measure that a model is held to: the ceiling beside its figure.

Columns are in long format, as `recenter.stats.judgments` says. A metric takes two columns of one
length, what is held true and what was answered, and returns None where it is not defined:
`classification.f1` on booleans, `kappa.kappa`, `correlation.spearman` on numbers.
"""

from __future__ import annotations

from collections.abc import Hashable
from itertools import combinations
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.stats.agreement import krippendorff_alpha
from recenter.stats.correlation import spearman
from recenter.stats.estimate import REPEATS, Estimate, Statistic, estimate
from recenter.stats.judgments import Column, Floats, Judgments, is_missing, read

Rest = Literal["majority", "mean"]

_NO_OTHERS = "No answer has an answer of the others, without a tie, to be held against."
_CONTRARY = "Raters are, or may be, so contrary that their mean would not vary."
_NOT_TWICE = "No rater answered an item twice."


class LeftOneOut(msgspec.Struct, frozen=True):
    """Each answer beside what the other raters say of the same item; a row per answer."""

    items: list[Hashable]
    raters: list[Hashable]
    clusters: list[int]
    """Which independent unit the item belongs to, by number."""
    rest: NDArray[Any]
    """What the others say."""
    answers: NDArray[Any]
    left_out: int
    """Rows that are missing, have no others, or others that tie."""


class Ceiling(msgspec.Struct, frozen=True):
    """A metric of people held against each other."""

    mean: Estimate
    """The mean over raters, each weighing the same."""
    pooled: Estimate
    """Over all answers at once: for many raters with few answers each."""
    raters: dict[Hashable, Estimate]


def leave_one_out(
    items: Column,
    raters: Column,
    answers: Column,
    clusters: Column | None = None,
    *,
    rest: Rest = "majority",
) -> LeftOneOut:
    """Return each answer beside the majority, or the mean, of all other answers about its item.

    A majority that ties is left out. A model held against `rest` on the same rows is held to
    exactly what a person is. Raises ValueError where a mean is asked of answers that are not
    numbers.
    """
    told = read(items, raters, answers, clusters)
    kept, others = _majorities(told) if rest == "majority" else _means(told)
    return LeftOneOut(
        items=[told.item_names[code] for code in told.items[kept]],
        raters=[told.rater_names[code] for code in told.raters[kept]],
        clusters=told.units[told.items[kept]].tolist(),
        rest=others,
        answers=np.asarray([told.answer_names[code] for code in told.answers[kept]]),
        left_out=told.left_out + int((~kept).sum()),
    )


def human_ceiling(
    metric: Statistic,
    left: LeftOneOut,
    *,
    repeats: int = REPEATS,
    seed: int = 0,
    level: float = 0.95,
) -> Ceiling:
    """Return a metric of each rater against the rest, and its mean, with intervals by cluster.

    A rater for whom it is not defined does not count in the mean, in a resample neither. The rest
    are one fewer than all, so that a model held against all has a slightly better target.
    """
    codes = {name: code for code, name in enumerate(dict.fromkeys(left.raters))}
    who = np.array([codes[name] for name in left.raters], np.intp)

    def mean(rest: NDArray[Any], answers: NDArray[Any], raters: NDArray[np.intp]) -> float | None:
        mine = [np.flatnonzero(raters == code) for code in np.unique(raters)]
        found = [metric(rest[rows], answers[rows]) for rows in mine]
        known = [value for value in found if value is not None]
        return float(np.mean(known)) if known else None

    def told(statistic: Statistic, rows: NDArray[np.intp], *more: NDArray[Any]) -> Estimate:
        found = estimate(
            statistic,
            [left.clusters[row] for row in rows],
            left.rest[rows],
            left.answers[rows],
            *more,
            repeats=repeats,
            seed=seed,
            level=level,
        )
        reason = found.reason if len(rows) else _NO_OTHERS
        return msgspec.structs.replace(found, reason=reason)

    everyone = np.arange(len(who))
    return Ceiling(
        mean=msgspec.structs.replace(told(mean, everyone, who), left_out=left.left_out),
        pooled=msgspec.structs.replace(told(metric, everyone), left_out=left.left_out),
        raters={name: told(metric, np.flatnonzero(who == code)) for name, code in codes.items()},
    )


def correlation_with_mean(correlation: float, others: int) -> float | None:
    """Return how one rater correlates with the mean of `others`, from how two correlate.

    r_(1,k) = r sqrt(k) / sqrt(1 + (k - 1) r), for raters who are alike: Spearman, "Correlation
    calculated from faulty data", and Brown, Br. J. Psychol. 3 (1910). It is exact for Pearson's
    correlation and near for Spearman's. None where the raters are so contrary that their mean
    would not vary.
    """
    variance = 1 + (others - 1) * correlation
    if variance <= 0:
        return None
    return float(correlation * np.sqrt(others / variance))


def noise_ceiling(
    items: Column,
    raters: Column,
    answers: Column,
    clusters: Column | None = None,
    *,
    others: int,
    repeats: int = REPEATS,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Return what one more rater would reach, by rank correlation with the mean of `others`.

    From the mean of Spearman's correlation over all pairs of raters, by `correlation_with_mean`;
    with one other it is that mean. Pairs without three items in common do not count. `n` is the
    number of items.
    """
    told = read(items, raters, answers, clusters).of_several()
    grid = np.full((len(told.item_names), len(told.rater_names)), np.nan)
    if len(told.items):
        grid[told.items, told.raters] = told.numbers()[told.answers]
    pairs = list(combinations(range(grid.shape[1]), 2))

    def reached(drawn: Floats) -> float | None:
        there = ~np.isnan(drawn)
        found = []
        for one, two in pairs:
            both = there[:, one] & there[:, two]
            found.append(spearman(drawn[both, one], drawn[both, two]))
        known = [value for value in found if value is not None]
        return correlation_with_mean(float(np.mean(known)), others) if known else None

    found = estimate(reached, told.units.tolist(), grid, repeats=repeats, seed=seed, level=level)
    reason = found.reason
    if found.value is None:
        reason = "No two raters answered three items in common with ranks that vary."
    return msgspec.structs.replace(found, left_out=told.left_out, reason=reason)


def pooled_noise_ceiling(
    items: Column,
    raters: Column,
    answers: Column,
    clusters: Column | None = None,
    *,
    others: int,
    level: float = 0.95,
) -> Estimate:
    """Return what `noise_ceiling` does where many raters answered few items each.

    From Krippendorff's ordinal alpha, by `correlation_with_mean`. With raters drawn at random for
    each item it is an intraclass correlation of ranks, so about how the answers of any two
    correlate, what raters lean to counting as noise: Fleiss & Cohen, "The equivalence of weighted
    kappa and the intraclass correlation coefficient", Educ. Psychol. Meas. 33 (1973). The interval
    is that of alpha, by the jackknife over clusters. Raises ValueError as `krippendorff_alpha`.
    """
    alpha = krippendorff_alpha(items, raters, answers, clusters, scale="ordinal", level=level)
    value, low, high = (
        None if side is None else correlation_with_mean(side, others)
        for side in (alpha.value, alpha.low, alpha.high)
    )
    reason = alpha.reason
    if low is None or high is None:
        low = high = None
        lost = value is None and alpha.value is not None
        reason = _CONTRARY if lost or not reason else reason
    return msgspec.structs.replace(alpha, value=value, low=low, high=high, reason=reason)


def within_rater(
    metric: Statistic,
    items: Column,
    raters: Column,
    answers: Column,
    clusters: Column | None = None,
    *,
    repeats: int = REPEATS,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Return a metric of what raters answered the first time and the second, over repeated items.

    Rows stand in the order in which they were answered; of more than two, the first two count.
    `n` counts the pairs, `left_out` the rows that are in none.
    """
    units = items if clusters is None else clusters
    answered: dict[tuple[Hashable, Hashable], list[Any]] = {}
    unit_of: dict[tuple[Hashable, Hashable], Hashable] = {}
    for item, rater, answer, unit in zip(items, raters, answers, units, strict=True):
        if not is_missing(answer):
            answered.setdefault((item, rater), []).append(answer)
            unit_of[item, rater] = unit
    twice = [key for key, given in answered.items() if len(given) > 1]
    found = estimate(
        metric,
        [unit_of[key] for key in twice],
        np.asarray([answered[key][0] for key in twice]),
        np.asarray([answered[key][1] for key in twice]),
        repeats=repeats,
        seed=seed,
        level=level,
    )
    reason = found.reason if twice else _NOT_TWICE
    return msgspec.structs.replace(found, left_out=len(items) - 2 * len(twice), reason=reason)


def _majorities(told: Judgments) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    votes = told.votes()[told.items]
    votes[np.arange(len(votes)), told.answers] -= 1
    best = votes.max(axis=1, keepdims=True, initial=0)
    kept = (best[:, 0] > 0) & ((votes == best).sum(axis=1) == 1)
    names = np.asarray(told.answer_names)
    chosen = votes[kept].argmax(axis=1) if kept.any() else np.zeros(0, np.intp)
    return kept, names[chosen]


def _means(told: Judgments) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    numbers = told.numbers()[told.answers]
    totals = np.bincount(told.items, numbers, minlength=len(told.item_names))
    kept = told.sizes[told.items] > 1
    others = totals[told.items] - numbers
    return kept, others[kept] / (told.sizes[told.items][kept] - 1)
