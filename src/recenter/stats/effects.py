"""What ratings and wins depend on: regressions whose rows hang together by person and annotator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from scipy.optimize import linprog
from scipy.special import expit
from scipy.stats import t as student

from recenter.stats.clustered import (
    ALIKE,
    ALONE,
    NOTHING,
    Column,
    Floats,
    Ints,
    Names,
    clustered_share,
    codes,
)
from recenter.stats.estimate import Estimate
from recenter.stats.extra import load

INTERCEPT = "intercept"
POSITION = "position"
LENGTH = "length"
_TINY = 1e-9


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """Coefficients by name, the intercept first."""

    terms: dict[str, Estimate]
    """Empty where there are no rows. The clusters of each are people."""
    dropped: dict[str, str]
    """Columns that could not be told from the others, and why."""


class WinRate(msgspec.Struct, frozen=True, kw_only=True):
    """How often one side wins, as it is and as it would be on equal terms."""

    adjusted: Estimate
    """With each side shown first equally often and both of one length."""
    raw: Estimate
    log_odds: dict[str, Estimate]
    """By name: what the odds of a win depend on, as logarithms."""
    dropped: dict[str, str]
    """Columns that could not be told from the others, and why."""


class _Design(msgspec.Struct, frozen=True):
    outcome: Floats
    columns: Floats
    """Shape (rows, terms), the first all ones."""
    names: list[str]
    dropped: dict[str, str]
    groups: Ints
    """Codes of person and, where they are told, of annotator; shape (rows, 1 or 2)."""

    @property
    def people(self) -> int:
        return len(np.unique(self.groups[:, 0]))


def rating_effects(
    ratings: Column,
    people: Names,
    annotators: Names | None = None,
    *,
    position: Column | None = None,
    length: Column | None = None,
    covariates: Mapping[str, Column] | None = None,
    level: float = 0.95,
) -> Effects:
    """Return what ratings depend on, `rating ~ 1 + covariates`, by least squares.

    `position` is whether the one asked about was shown first, and enters as 1/2 or -1/2; `length`
    is by how much it is longer, and enters in standard deviations, not centred: so the intercept
    is the rating with sides balanced and lengths equal. `covariates` enter as they are.

    The covariance is V_person + V_annotator - V_both, each with G / (G - 1) (n - 1) / (n - k):
    Cameron, Gelbach & Miller, "Robust inference with multiway clustering", Journal of Business &
    Economic Statistics 29 (2011); t with one less than the fewer of people and annotators. Where
    that is not positive, the larger of both one-way variances. Rows with a NaN are left out, and
    with no more people than coefficients there are no intervals.
    """
    told = {**_adjustments(position, length), **(covariates or {})}
    design = _design(ratings, people, annotators, told)
    if not len(design.outcome):
        return Effects(terms={}, dropped=design.dropped)
    api = load("statsmodels.api")
    terms = _terms(api.OLS(design.outcome, design.columns), design, level)
    return Effects(terms=terms, dropped=design.dropped)


def adjusted_win_rate(
    wins: Column,
    people: Names,
    annotators: Names | None = None,
    *,
    position: Column | None = None,
    length: Column | None = None,
    level: float = 0.95,
) -> WinRate:
    """Return how often one side wins (1, a tie being 1/2), with position and length held equal.

    logit P(win) = b0 + b1 position + b2 length, the columns and the covariance as in
    `rating_effects`; the rate is expit(b0). After Dubois et al., "Length-Controlled AlpacaEval"
    (2024), with people's answers and clustered. Where a direction of the columns tells wins from
    losses, b has no bound (Albert & Anderson, Biometrika 71, 1984) and the rate is not estimable;
    a linear programme finds that exactly (Konis, "Linear programming algorithms for detecting
    separated data in binary logistic regression models", 2007).
    """
    raw = clustered_share(wins, people, level=level)
    design = _design(wins, people, annotators, _adjustments(position, length))
    reason = _unbounded(design) if len(design.outcome) else NOTHING
    if reason:
        none = Estimate(value=None, n=len(design.outcome), clusters=design.people, reason=reason)
        return WinRate(adjusted=none, raw=raw, log_odds={}, dropped=design.dropped)
    api = load("statsmodels.api")
    model = api.GLM(design.outcome, design.columns, family=api.families.Binomial())
    terms = _terms(model, design, level)
    return WinRate(
        adjusted=_as_rate(terms[INTERCEPT]), raw=raw, log_odds=terms, dropped=design.dropped
    )


def _adjustments(position: Column | None, length: Column | None) -> dict[str, Column]:
    told: dict[str, Column] = {}
    if position is not None:
        told[POSITION] = np.asarray(position, np.float64) - 0.5
    if length is not None:
        column = np.asarray(length, np.float64)
        spread = float(np.nanstd(column)) if len(column) else 0.0
        told[LENGTH] = column / spread if spread else column
    return told


def _design(
    outcome: Column, people: Names, annotators: Names | None, told: Mapping[str, Column]
) -> _Design:
    """Rows without a NaN, and the columns that are no combination of those before them."""
    all_names = [INTERCEPT, *told]
    y = np.asarray(outcome, np.float64)
    x = np.column_stack([np.ones(len(y)), *(np.asarray(c, np.float64) for c in told.values())])
    sides = [people] if annotators is None else [people, annotators]
    groups = np.column_stack([codes(side) for side in sides])
    kept = ~np.isnan(np.column_stack([y, x])).any(axis=1)
    y, x, groups = y[kept], x[kept], groups[kept]
    chosen, dropped = [0], {}
    for number, name in list(enumerate(all_names))[1:]:
        column, before = x[:, number], x[:, chosen]
        rest = column - before @ np.linalg.lstsq(before, column, rcond=None)[0]
        if np.linalg.norm(rest) > _TINY * np.linalg.norm(column):
            chosen.append(number)
            continue
        flat = len(column) == 0 or np.ptp(column) == 0
        dropped[name] = "It does not vary." if flat else "It is a combination of the others."
    return _Design(y, x[:, chosen], [all_names[number] for number in chosen], dropped, groups)


def _terms(model: Any, design: _Design, level: float) -> dict[str, Estimate]:
    sides = [side for side in design.groups.T if len(np.unique(side)) > 1]
    n, people, k = len(design.outcome), design.people, len(design.names)
    fitted = model.fit()
    reason, variances = None, np.zeros(k)
    if people < 2:
        reason = ALONE
    elif people <= k:
        reason = f"{people} people are too few for an interval of {k} coefficients."
    else:
        variances = _variances(fitted, design, sides)
    terms = {}
    for name, value, variance in zip(design.names, fitted.params.tolist(), variances, strict=True):
        found = Estimate(value=value, n=n, clusters=people, reason=reason)
        if reason is None and variance <= (_TINY * max(1.0, abs(value))) ** 2:
            found = msgspec.structs.replace(found, reason=ALIKE)
        elif reason is None:
            freedom = min(len(np.unique(side)) for side in sides) - 1
            half = float(student.ppf((1 + level) / 2, freedom) * np.sqrt(variance))
            found = msgspec.structs.replace(found, low=value - half, high=value + half)
        terms[name] = found
    return terms


def _variances(fitted: Any, design: _Design, sides: list[Ints]) -> Floats:
    """Diagonal of the sandwich; its bread is that of the fit, its filling summed by cluster."""
    bread = np.asarray(fitted.normalized_cov_params, np.float64)
    scores = design.columns * (design.outcome - fitted.fittedvalues)[:, None] @ bread
    n, k = scores.shape

    def by(groups: Ints) -> Floats:
        count = int(groups.max()) + 1
        sums = np.zeros((count, k))
        np.add.at(sums, groups, scores)
        held = len(np.unique(groups))
        return np.asarray((sums**2).sum(axis=0) * held / (held - 1) * (n - 1) / (n - k))

    if len(sides) == 1:
        return by(sides[0])
    one, other = by(sides[0]), by(sides[1])
    both = one + other - by(sides[0] * (sides[1].max() + 1) + sides[1])
    return np.where(both > 0, both, np.maximum(one, other))


def _as_rate(log_odds: Estimate) -> Estimate:
    value, low, high = (
        None if figure is None else float(expit(figure))
        for figure in (log_odds.value, log_odds.low, log_odds.high)
    )
    return msgspec.structs.replace(log_odds, value=value, low=low, high=high)


def _unbounded(design: _Design) -> str | None:
    """Whether some b has x b >= 0 for wins, <= 0 for losses, 0 for ties, and not 0 for all."""
    if np.ptp(design.outcome) == 0 and design.outcome[0] in (0, 1):
        return "There are only wins or only losses, so the odds have no bound."
    rows = np.unique(np.column_stack([design.outcome, design.columns]), axis=0)
    outcome, columns = rows[:, 0], rows[:, 1:]
    ties = (outcome > 0) & (outcome < 1)
    toward = np.where(outcome > 0, 1.0, -1.0)[~ties, None] * columns[~ties]
    reached = linprog(
        -toward.sum(axis=0),
        A_ub=-toward,
        b_ub=np.zeros(len(toward)),
        A_eq=columns[ties] if ties.any() else None,
        b_eq=np.zeros(int(ties.sum())) if ties.any() else None,
        bounds=(-1, 1),
    )
    if reached.fun is not None and reached.fun < -_TINY:
        return "Wins and losses are separated by these columns, so the odds have no bound."
    return None
