"""What a planned study will show: widths of its intervals, simulated on its own slots."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from recenter.errors import InputError
from recenter.records import Record
from recenter.stats.agreement import Scale, krippendorff_alpha
from recenter.stats.clustered import clustered_mean, clustered_share
from recenter.stats.estimate import Estimate
from recenter.study.blocks import Item, Slot

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Draw = Callable[[Generator], Floats]

_MOST, _FEWEST = 200, 10
_ROWS = 600_000
"""Answers drawn for each base rate, but for the fewest runs."""
_POINTS = 5


class YesNo(Record, frozen=True):
    """What is supposed of questions whose share of yes is asked, such as supported or relevant."""

    rates: tuple[float, ...] = (0.1, 0.3, 0.5)
    """Shares of yes to try."""
    icc: float = 0.1
    """How alike the items of one person are: the intraclass correlation of what is true of them."""
    agreement: float = 0.5
    """Kappa between two raters."""
    answers: int = 1
    """Answers on the page of one item, such as the statements of a person on one page."""


class Rating(Record, frozen=True):
    """What is supposed of ratings from 1 to 5 whose mean is asked, such as better.

    The shares are of the variance before answers are put on the scale; what is left after
    `agreement` and `rater_icc` is an annotator's chance. On the scale they are a little smaller.
    """

    means: tuple[float, ...] = (3.0, 3.3, 3.6)
    """Means to try."""
    sd: float = 1.1
    """Of single answers."""
    icc: float = 0.1
    """Share that is the remembered person's."""
    rater_icc: float = 0.05
    """Share that is the annotator's, who may be lenient or strict."""
    agreement: float = 0.4
    """Correlation of two annotators' answers to one item: the share of person and item."""


class Expected(Record, frozen=True):
    """What the study will show if the truth is `base`. `n` of each figure is runs; `left_out`,
    those without an interval; the intervals are the simulation's own error."""

    base: float
    """The share of yes, or the mean."""
    width: Estimate
    """Mean width of the 95 % interval of the share or mean, over people."""
    held: Estimate
    """How often that interval held the truth: clearly less than 0.95 means that it cannot see
    something, such as the leniency of few annotators."""
    alpha: Estimate
    """Mean of Krippendorff's alpha: nominal for yes or no, ordinal for ratings."""
    alpha_width: Estimate
    """Mean width of its 95 % interval, over people."""
    runs: int


class _Rows(Record, frozen=True):
    """One row per answer of the planned study."""

    answered: Ints
    """What is asked about, numbered; its person is `people[answered]`."""
    raters: Ints
    people: Ints


def expect(
    slots: Sequence[Slot],
    items: Sequence[Item],
    supposed: YesNo | Rating,
    *,
    repeats: int | None = None,
    seed: int = 0,
) -> tuple[Expected, ...]:
    """Return what a study of these slots will show, for each base rate or mean supposed.

    Yes or no is drawn as in `stats.power`: what is true of an item at a rate of its person's own,
    beta-distributed; an annotator tells it with probability sqrt(agreement) and else guesses at the
    base rate. There people have equally many items; here they have those of the slots. A rating is
    mean + sd times a sum of normal parts of person, item, annotator and chance, rounded to 1..5,
    with a mean and sd such that the rounded ones have those supposed (a linear mixed model as of
    Shrout & Fleiss, "Intraclass correlations", Psychol. Bull. 86 (1979), case 2, with people as a
    further level). Each run is analysed as the study will be. There are 200 runs, or as few as 10
    in a large design, unless `repeats` says how many.

    Raises:
        InputError: nothing is asked, or what is supposed cannot be.
    """
    rows = _rows(slots, items, supposed.answers if isinstance(supposed, YesNo) else 1)
    size = len(rows.answered)
    runs = max(_FEWEST, min(_MOST, _ROWS // size)) if repeats is None else repeats
    if runs < 1:
        raise InputError(f"{runs} was given; expected 1 or more.", field="repeats")
    _check(supposed)
    rng = np.random.default_rng(seed)
    found = []
    for base in supposed.rates if isinstance(supposed, YesNo) else supposed.means:
        if isinstance(supposed, YesNo):
            draw = _yes_no(rows, supposed, base)
            found.append(_over_runs(rows, draw, base, "nominal", runs, rng))
        else:
            draw = _ratings(rows, supposed, base)
            found.append(_over_runs(rows, draw, base, "ordinal", runs, rng))
    return tuple(found)


def _rows(slots: Sequence[Slot], items: Sequence[Item], answers: int) -> _Rows:
    if answers < 1:
        raise InputError(f"{answers} was given; expected 1 or more.", field="answers")
    names = {item.id: number for number, item in enumerate(items)}
    people: dict[str, int] = {}
    of_item = [people.setdefault(item.person, len(people)) for item in items]
    dealt = [(slot.number, name) for slot in slots for name in slot.items]
    for number, name in dealt:
        if name not in names:
            raise InputError(f"{name!r} in slot {number} is not among the items.", field="items")
    if not dealt:
        raise InputError("the slots have no items, so nothing is asked.", field="slots")
    pages = np.array([names[name] for _, name in dealt], np.int64)
    return _Rows(
        answered=(pages[:, None] * answers + np.arange(answers)).ravel(),
        raters=np.repeat(np.array([number for number, _ in dealt], np.int64), answers),
        people=np.repeat(np.array(of_item, np.int64), answers),
    )


def _check(supposed: YesNo | Rating) -> None:
    for name in ("icc", "agreement", "rater_icc"):
        value = getattr(supposed, name, 0.0)
        if not 0 <= value <= 1:
            raise InputError(f"{value} was given; expected from 0 to 1.", field=name)
    if isinstance(supposed, YesNo):
        for rate in supposed.rates:
            if not 0 < rate < 1:
                raise InputError(f"{rate} was given; expected between 0 and 1.", field="rates")
        return
    if not supposed.icc <= supposed.agreement <= 1 - supposed.rater_icc:
        raise InputError(
            f"{supposed.agreement} was given; expected from icc, {supposed.icc}, which is a part "
            f"of it, to {1 - supposed.rater_icc:.3g}, what rater_icc leaves.",
            field="agreement",
        )
    for mean in supposed.means:
        least, most = _spreads(mean)
        if not 1 < mean < _POINTS or not least < supposed.sd < most:
            raise InputError(
                f"ratings from 1 to {_POINTS} cannot have mean {mean} and sd {supposed.sd}; "
                f"with this mean the sd is between {least:.2f} and {most:.2f}.",
                field="sd",
            )


def _spreads(mean: float) -> tuple[float, float]:
    """The least and the largest sd that whole ratings of a mean can have."""
    part = mean % 1
    return (part * (1 - part)) ** 0.5, max(0.0, (mean - 1) * (_POINTS - mean)) ** 0.5


def _yes_no(rows: _Rows, supposed: YesNo, rate: float) -> Draw:
    count = int(rows.people.max()) + 1
    size = (1 - supposed.icc) / supposed.icc if supposed.icc else np.inf

    def draw(rng: Generator) -> Floats:
        if supposed.icc == 0:
            rates = np.full(count, rate)
        elif supposed.icc == 1:
            rates = (rng.random(count) < rate).astype(np.float64)
        else:
            rates = rng.beta(rate * size, (1 - rate) * size, count)
        truth = rng.random(len(rows.people)) < rates[rows.people]
        told = rng.random(len(rows.answered)) < np.sqrt(supposed.agreement)
        guess = rng.random(len(rows.answered)) < rate
        return np.where(told, truth[rows.answered], guess).astype(np.float64)

    return draw


def _ratings(rows: _Rows, supposed: Rating, mean: float) -> Draw:
    middle, spread = _before_rounding(mean, supposed.sd)
    person, rater = np.sqrt(supposed.icc), np.sqrt(supposed.rater_icc)
    item = np.sqrt(supposed.agreement - supposed.icc)
    chance = np.sqrt(max(0.0, 1 - supposed.agreement - supposed.rater_icc))

    def draw(rng: Generator) -> Floats:
        people = rng.normal(size=int(rows.people.max()) + 1)[rows.people]
        score = (person * people + item * rng.normal(size=len(people)))[rows.answered]
        score += rater * rng.normal(size=int(rows.raters.max()) + 1)[rows.raters]
        score += chance * rng.normal(size=len(score))
        return np.asarray(np.clip(np.rint(middle + spread * score), 1, _POINTS), np.float64)

    return draw


def _before_rounding(mean: float, sd: float) -> tuple[float, float]:
    """Mean and sd of a normal score that has these once it is rounded to the scale."""
    points = np.arange(1, _POINTS + 1)

    def shares(middle: float, spread: float) -> Floats:
        below = ndtr((points[:-1] + 0.5 - middle) / spread)
        return np.diff(np.concatenate([[0.0], below, [1.0]]))

    def middle_of(spread: float) -> float:
        def off(middle: float) -> float:
            return float(shares(middle, spread) @ points - mean)

        reach = 40 * spread + 2 * _POINTS
        return float(brentq(off, -reach, reach))

    def over(spread: float) -> float:
        variance = shares(middle_of(spread), spread) @ (points - mean) ** 2
        return float(np.sqrt(variance) - sd)

    spread = float(brentq(over, 1e-3, 1e3))
    return middle_of(spread), spread


def _over_runs(
    rows: _Rows, draw: Draw, base: float, scale: Scale, runs: int, rng: Generator
) -> Expected:
    people = rows.people[rows.answered]
    asked = clustered_share if scale == "nominal" else clustered_mean
    figures, alphas = [], []
    for _ in range(runs):
        answers = draw(rng)
        figures.append(asked(answers, people.tolist()))
        alphas.append(
            krippendorff_alpha(
                rows.answered.tolist(),
                rows.raters.tolist(),
                answers.tolist(),
                people.tolist(),
                scale=scale,
            )
        )
    held = [
        None if one.low is None or one.high is None else float(one.low <= base <= one.high)
        for one in figures
    ]
    return Expected(
        base=base,
        width=_mean([_width(one) for one in figures], figures),
        held=_mean(held, figures, share=True),
        alpha=_mean([one.value for one in alphas], alphas),
        alpha_width=_mean([_width(one) for one in alphas], alphas),
        runs=runs,
    )


def _width(found: Estimate) -> float | None:
    return None if found.low is None or found.high is None else found.high - found.low


def _mean(
    values: Sequence[float | None], of: Sequence[Estimate], *, share: bool = False
) -> Estimate:
    """The mean over the runs that have a value; none where more than half have not."""
    there = [value for value in values if value is not None]
    missing = len(values) - len(there)
    if missing * 2 > len(values):
        why = next(one.reason for one in of if one.reason)
        return Estimate(value=None, n=len(values), left_out=missing, reason=why)
    found = (clustered_share if share else clustered_mean)(there, range(len(there)))
    return Estimate(
        value=found.value,
        low=found.low,
        high=found.high,
        n=len(values),
        clusters=found.clusters,
        left_out=missing,
        reason=found.reason,
    )
