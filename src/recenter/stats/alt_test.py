"""May a judge stand in for one of the annotators? The alternative annotator test, by person."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

import msgspec
import numpy as np
from scipy.stats import false_discovery_control
from scipy.stats import t as student

from recenter.stats.clustered import (
    Column,
    Floats,
    Ints,
    Names,
    Part,
    codes,
    interval,
    part,
    spread,
)
from recenter.stats.estimate import Estimate

Alignment = Literal["accuracy", "squared"]

ANNOTATORS = 3
ITEMS = 30
LEVEL = 0.05
ENOUGH = 0.5


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """The judge in the place of one annotator."""

    annotator: Hashable
    advantage: Estimate
    """Share of items on which the judge agrees with the others at least as well, rho_j."""
    p: float | None = None
    """Chance of as much, were the judge worse by epsilon; before the correction for several."""
    wins: bool = False


class AlternativeAnnotators(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the judge may stand in for an annotator, and what that rests on."""

    winning_rate: Estimate
    """Share of the annotators that the judge may replace, omega."""
    advantage: Estimate
    """Mean over annotators of the chance that the judge is at least as good, rho."""
    epsilon: float
    """By how much the judge may be worse, for what it saves."""
    annotators: tuple[Alternative, ...]
    """In order of appearance. Those with too few items have a reason and no p."""

    @property
    def passes(self) -> bool | None:
        """Whether the judge may replace at least half of them."""
        rate = self.winning_rate.value
        return None if rate is None else rate >= ENOUGH


def alternative_annotator_test(
    items: Names,
    annotators: Names,
    answers: Column,
    judged: Column,
    clusters: Names,
    *,
    epsilon: float = 0.1,
    alignment: Alignment = "accuracy",
    clustered: bool = True,
) -> AlternativeAnnotators:
    """Return whether a judge agrees with the other annotators as well as each annotator does.

    One row per annotator and item; `judged` is the judge's answer to the row's item, and rows
    where either is None or NaN are left out. On an item, annotator h and the judge f are each held
    to the other annotators: by the share of them that answered the same (`accuracy`), or by minus
    the mean squared distance (`squared`, which orders as the root does). W^f = 1 where f is at
    least as near, W^h = 1 where h is; rho_j = mean W^f. For every annotator, H0: rho^f <= rho^h -
    epsilon is held to t = (mean(W^h - W^f) - epsilon) / s; the p-values are corrected by
    Benjamini & Yekutieli (2001) at 0.05; omega is the share rejected, and omega >= 0.5 passes.
    Calderon, Reichart & Dror, "The Alternative Annotator Test for LLM-as-a-Judge" (2025), who
    take epsilon 0.1 for crowd workers, 0.15 for skilled ones and 0.2 for experts.

    The paper takes items as independent, as here with `clustered=False`. Items of one person are
    not, so s sums by `clusters`, with the freedom of `clustered.interval`. A judge that fails few
    people badly makes these sums skew, and passes too often by t; so t is straightened by Hall,
    "On the removal of skewness by transformation", JRSS B 54 (1992).

    An annotator needs 30 items that someone else answered too, and three such annotators are
    needed. With three, omega is one of 0, 1/3, 2/3 and 1, and rests on these alone: rho says more.
    """
    pairs = list(zip(answers, judged, strict=True))
    rows = [row for row, (a, f) in enumerate(pairs) if _there(a) and _there(f)]
    item, who = codes(items)[rows], codes(annotators)[rows]
    groups = (codes(clusters) if clustered else np.arange(len(answers)))[rows]
    _refuse_twice(item, who)
    ours, theirs = [pairs[row][0] for row in rows], [pairs[row][1] for row in rows]
    nearer = (_by_accuracy if alignment == "accuracy" else _by_distance)(item, ours, theirs)
    shared = np.bincount(item)[item] > 1
    count = int(groups.max(initial=-1)) + 1
    parts: dict[Hashable, _Parts | None] = {}
    names = annotators.tolist() if isinstance(annotators, np.ndarray) else annotators
    for number, name in enumerate(dict.fromkeys(names)):
        mine = shared & (who == number)
        parts[name] = _parts(nearer[mine], groups[mine], count, epsilon, clustered)
    return _conclude(parts, epsilon)


class _Parts(msgspec.Struct, frozen=True):
    n: int
    as_good: Part
    """W^f."""
    shortfall: Part
    """W^h - W^f - epsilon, held to be 0 or more."""
    straightened: bool

    @property
    def p(self) -> float:
        deviation = spread(self.shortfall.errors)
        if deviation == 0:
            return float(self.shortfall.value >= 0)
        t = self.shortfall.value / deviation
        if self.straightened:
            skew = float(np.sum(self.shortfall.errors**3)) / deviation**3
            t += skew * t**2 / 3 + skew**2 * t**3 / 27 + skew / 6
        return float(student.cdf(t, self.shortfall.effective - 1))


def _parts(
    nearer: Floats, groups: Ints, count: int, epsilon: float, straightened: bool
) -> _Parts | None:
    if len(nearer) < ITEMS:
        return None
    ones = np.ones(len(nearer))
    return _Parts(
        len(nearer),
        part(np.where(nearer >= 0, 1.0, 0.0), ones, groups, count),
        part(-nearer - epsilon, ones, groups, count),
        straightened,
    )


def _conclude(parts: dict[Hashable, _Parts | None], epsilon: float) -> AlternativeAnnotators:
    tested = {name: of for name, of in parts.items() if of and of.shortfall.clusters > 1}
    values = {name: of.p for name, of in tested.items()}
    corrected = false_discovery_control(list(values.values()), method="by")
    wins = {name: bool(p <= LEVEL) for name, p in zip(values, corrected, strict=True)}
    told = tuple(
        Alternative(
            annotator=name,
            advantage=_advantage(of),
            p=values.get(name),
            wins=wins.get(name, False),
        )
        for name, of in parts.items()
    )
    rate, mean = _overall(list(tested.values()), sum(wins.values()))
    return AlternativeAnnotators(
        winning_rate=rate, advantage=mean, epsilon=epsilon, annotators=told
    )


def _advantage(of: _Parts | None) -> Estimate:
    if of is None:
        reason = f"Fewer than {ITEMS} items that somebody else answered too."
        return Estimate(value=None, reason=reason)
    return interval(of.as_good.value, of.as_good.errors, of.as_good, n=of.n, scale="share")


def _overall(tested: list[_Parts], wins: int) -> tuple[Estimate, Estimate]:
    """Winning rate and mean advantage."""
    if len(tested) < ANNOTATORS:
        reason = (
            f"{len(tested)} annotators have {ITEMS} items shared with others, of two people or "
            f"more; {ANNOTATORS} are needed."
        )
        return Estimate(value=None, reason=reason), Estimate(value=None, reason=reason)
    rate = Estimate(
        value=wins / len(tested),
        n=len(tested),
        reason=f"With {len(tested)} annotators it is one of {len(tested) + 1} values.",
    )
    errors = sum((of.as_good.errors for of in tested), np.zeros(1)) / len(tested)
    mean = float(np.mean([of.as_good.value for of in tested]))
    least = min((of.as_good for of in tested), key=lambda found: found.effective)
    n = sum(of.n for of in tested)
    return rate, interval(mean, errors, least, n=n, scale="share")


def _there(answer: Any) -> bool:
    return answer is not None and answer == answer


def _refuse_twice(item: Ints, who: Ints) -> None:
    if len(set(zip(item.tolist(), who.tolist(), strict=True))) < len(item):
        raise ValueError("An annotator answered an item twice; keep one row per annotator and item")


def _by_accuracy(item: Ints, ours: list[Any], theirs: list[Any]) -> Floats:
    """Whether the judge (1), the annotator (-1) or neither (0) agrees with more of the others."""
    answer = codes([*ours, *theirs])
    own, other = answer[: len(ours)], answer[len(ours) :]
    counts = np.zeros((int(item.max(initial=-1)) + 1, int(answer.max(initial=-1)) + 1))
    np.add.at(counts, (item, own), 1)
    nearer = counts[item, other] - (own == other) - (counts[item, own] - 1)
    return np.asarray(np.sign(nearer), np.float64)


def _by_distance(item: Ints, ours: list[Any], theirs: list[Any]) -> Floats:
    """The same, by the sum of squared distances to the others.

    sum_k (x - h_k)^2 - (f - h_k)^2 = (x - f) (m (x + f) - 2 sum_k h_k), of m others.
    """
    own, other = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    others = np.bincount(item)[item] - 1
    total = np.bincount(item, own)[item] - own
    farther = (own - other) * (others * (own + other) - 2 * total)
    scale = np.abs(np.concatenate([own, other])).max(initial=0)
    return np.asarray(np.sign(np.where(np.abs(farther) <= 1e-9 * scale**2, 0, farther)), np.float64)
