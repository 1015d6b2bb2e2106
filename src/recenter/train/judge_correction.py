"""What a few human ratings say of a model that rates: how far it inflates, and what it favours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from recenter.errors import InputError
from recenter.stats.estimate import Estimate, estimate
from recenter.stats.logistic import Floats, Gaussian, condition
from recenter.train.deal import folds_of_rows

LEAST_PEOPLE, LEAST_RATINGS = 5, 20
FOLDS = 5
RIDGES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Strengths of the pull towards leaving the judge as it is, in ratings."""

_PAIR_PRIOR = 10.0


class Ratings(NamedTuple):
    """Replies that both a model and people rated; one row each."""

    judge: Floats
    """Rating of the model, on the scale of the people's, (n,)."""
    human: Floats
    """Mean rating of people, (n,)."""
    mentions: Floats
    """How far the reply names what is known of the person outright, such as 0 or 1, (n,)."""
    length: Floats
    """Logarithm of how many times as long as the reply it is compared with, (n,)."""
    people: NDArray[np.str_]
    """Whose ratings belong together, (n,)."""

    def of(self, rows: NDArray[np.intp]) -> Ratings:
        """Return some of the rows."""
        return Ratings(
            self.judge[rows],
            self.human[rows],
            self.mentions[rows],
            self.length[rows],
            self.people[rows],
        )


class Correction(NamedTuple):
    """What to take back of a judge's ratings, in points of the scale.

    Mention and length are what is left of its taste once its rating is known and its spread
    corrected, and so less than the taste itself: see `Report.taste`.
    """

    inflation: float
    """How much too high it rates at its own mean rating, without mention, at even length."""
    stretch: float
    """How much more it spreads ratings than people do, for each point."""
    mention: float
    """How much it adds for a mention beyond what people add."""
    length: float
    """How much it adds when the reply is e times as long, beyond what people add."""
    middle: float
    """Its mean rating."""
    ridge: float

    def apply(self, ratings: Ratings) -> Floats:
        """Return the judge's ratings without its faults, (n,), not clipped to the scale."""
        faults = np.array([self.inflation, self.stretch, self.mention, self.length])
        return np.asarray(ratings.judge - _columns(ratings, self.middle) @ faults, np.float64)


class Held(NamedTuple):
    """How ratings agree with people's."""

    bias: Estimate
    """Mean of rating minus human rating."""
    error: Estimate
    """Mean squared difference."""
    correlation: Estimate
    """Spearman's."""


class Report(NamedTuple):
    """A judge before and after, by corrections fitted on other people."""

    before: Held
    after: Held
    error_saved: Estimate
    """Squared error before minus after; above 0 is a gain."""
    correction: Correction
    """Fitted on all; for use on what comes."""
    taste: Correction
    """What it adds beyond people for a mention and for length, to read, not to apply: fitted on
    all with hardly any shrinkage and without stretch."""


def fit_correction(ratings: Ratings, *, seed: int = 0) -> Correction:
    """Return the faults of a judge, by ridge regression of judge minus human.

    All four are shrunk towards 0, which leaves the judge as it is; how strongly is chosen by
    leaving people out. Hoerl & Kennard, "Ridge Regression" (1970).

    Raises:
        InputError: there are too few people or ratings.
    """
    _check(ratings)
    return _fit(ratings, _ridge(ratings, seed))


def report(ratings: Ratings, *, seed: int = 0) -> Report:
    """Return how a judge agrees with people before and after; each person is corrected by others.

    Intervals resample people. Raises as `fit_correction` does.
    """
    correction = fit_correction(ratings, seed=seed)
    fold = folds_of_rows(ratings.people, count=FOLDS, seed=seed + 1)
    after = np.zeros(len(fold))
    for number in range(FOLDS):
        rows = np.flatnonzero(fold == number)
        if len(rows):
            others = ratings.of(np.flatnonzero(fold != number))
            after[rows] = _fit(others, _ridge(others, seed)).apply(ratings.of(rows))
    names = ratings.people.tolist()
    saved = (ratings.judge - ratings.human) ** 2 - (after - ratings.human) ** 2
    return Report(
        before=_held(ratings.judge, ratings.human, names),
        after=_held(after, ratings.human, names),
        error_saved=estimate(lambda v: float(v.mean()), names, saved),
        correction=correction,
        taste=_fit(ratings, min(RIDGES), stretch=False),
    )


def fit_verdicts(verdicts: Floats, lengths: Floats, counts: Floats) -> Gaussian:
    """Return what a judge's verdict and the length are worth when people choose between two.

    For pairs turned so that people preferred the first: `verdicts` (n,) 1 where the judge did,
    -1 where not, 0 where it had none; `lengths` (n,) log of the first's length over the second's;
    `counts` (n,) how often each counts. A weight of length below 0 takes back what the judge
    gives to length. The two weights are logits, under a wide Gaussian prior.
    """
    wide = Gaussian(mean=np.zeros(2), covariance=np.eye(2) * _PAIR_PRIOR)
    return condition(wide, np.column_stack([verdicts, lengths]), counts)


def _check(ratings: Ratings) -> None:
    for count, least, what in (
        (len(np.unique(ratings.people)), LEAST_PEOPLE, "people"),
        (len(ratings.human), LEAST_RATINGS, "rated replies"),
    ):
        if count < least:
            raise InputError(
                f"correcting a judge needs at least {least} {what}; got {count}.",
                cure="Collect more human ratings of replies that the judge rated.",
            )


def _ridge(ratings: Ratings, seed: int) -> float:
    """Return the strength with the least squared error on people left out."""
    fold = folds_of_rows(ratings.people, count=FOLDS, seed=seed)
    held = [np.flatnonzero(fold == number) for number in range(FOLDS)]

    def error(ridge: float) -> float:
        total = 0.0
        for number, rows in enumerate(held):
            if len(rows):
                fitted = _fit(ratings.of(np.flatnonzero(fold != number)), ridge)
                total += float(((fitted.apply(ratings.of(rows)) - ratings.human[rows]) ** 2).sum())
        return total

    return min(RIDGES, key=error)


def _fit(ratings: Ratings, ridge: float, *, stretch: bool = True) -> Correction:
    middle = float(ratings.judge.mean())
    columns = _columns(ratings, middle)
    if not stretch:
        columns[:, 1] = 0.0
    # A spread of 1 for each column, so that one strength means the same for all.
    scale = np.sqrt((columns**2).mean(axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    near = columns / scale
    gram = near.T @ near + ridge * np.eye(near.shape[1])
    faults = np.linalg.solve(gram, near.T @ (ratings.judge - ratings.human)) / scale
    inflation, spread, mention, length = (float(fault) for fault in faults)
    return Correction(inflation, spread, mention, length, middle, ridge)


def _columns(ratings: Ratings, middle: float) -> Floats:
    return np.column_stack(
        [np.ones(len(ratings.judge)), ratings.judge - middle, ratings.mentions, ratings.length]
    )


def _held(rated: Floats, human: Floats, names: list[str]) -> Held:
    return Held(
        bias=estimate(lambda r, h: float((r - h).mean()), names, rated, human),
        error=estimate(lambda r, h: float(((r - h) ** 2).mean()), names, rated, human),
        correlation=estimate(_spearman, names, rated, human),
    )


def _spearman(rated: Floats, human: Floats) -> float | None:
    if np.ptp(rated) == 0 or np.ptp(human) == 0:
        return None
    return float(np.corrcoef(rankdata(rated), rankdata(human))[0, 1])
