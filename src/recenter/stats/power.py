"""How narrow an interval a study of a given size will give: a simulation before it is paid for."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.random import Generator

from recenter.stats.clustered import Floats, Ints, clustered_mean, clustered_share
from recenter.stats.estimate import Estimate
from recenter.stats.ppi import prediction_powered_mean


class Design(msgspec.Struct, frozen=True, kw_only=True):
    """A study that asks whether something holds, yes or no, of items that belong to people."""

    people: int
    """People whose items are answered."""
    items: int
    """Items of each person."""
    raters: int = 1
    """Answers to each item."""
    base_rate: float = 0.5
    """Share of yes among the answers."""
    icc: float = 0.1
    """How alike the items of one person are: the intraclass correlation of what is true of them."""
    agreement: float = 0.5
    """Kappa between two raters."""
    correlation: float = 0.0
    """Of the judge with the mean answer to an item."""
    judged: int = 0
    """Further people of whose items there is only the judge's answer."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the study will show. The intervals are those of the simulation, n is its runs."""

    width: Estimate
    """Mean width of the interval of the share, from people's answers alone."""
    power: Estimate
    """How often that interval leaves out the share asked about."""
    corrected_width: Estimate
    """The same with the judge's help."""
    corrected_power: Estimate
    """The same with the judge's help."""


def expected(
    design: Design,
    *,
    against: float | None = None,
    repeats: int = 300,
    seed: int = 0,
    level: float = 0.95,
) -> Expected:
    """Return how wide the interval of a share will be, and how often it will leave out `against`.

    What is true of an item is drawn at the person's own rate, beta-distributed with mean
    `base_rate` and intraclass correlation `icc`; a rater tells it with probability sqrt(agreement)
    and else guesses at the base rate, so that two raters have kappa `agreement`. The judge is a
    score of correlation `correlation` with the mean answer to an item, whose errors are as alike
    within a person as these are. Each run is analysed as the study will be, by `clustered_share`
    and `prediction_powered_mean`; a run without an interval counts as 0 to 1, which leaves out
    nothing. The variance simulated is that of the design effect 1 + (items - 1) icc of Donner &
    Klar, "Design and Analysis of Cluster Randomization Trials in Health Research" (2000).

    Raises ValueError for a design that cannot be drawn.
    """
    _check(design)
    rng = np.random.default_rng(seed)
    alone, helped = [], []
    for _ in range(repeats):
        answers, judged, people = _draw(design, rng)
        told = people < design.people
        alone.append(_limits(clustered_share(answers[told], people[told], level=level)))
        if design.judged:
            answers[~told] = np.nan
            found = prediction_powered_mean(answers, judged, people, scale="share", level=level)
            helped.append(_limits(found.corrected))
    width, power = _over_runs(np.array(alone), against)
    corrected_width, corrected_power = _over_runs(np.array(helped), against)
    return Expected(
        width=width,
        power=power,
        corrected_width=corrected_width,
        corrected_power=corrected_power,
    )


def _check(design: Design) -> None:
    for name in ("people", "items", "raters"):
        if getattr(design, name) < 1:
            raise ValueError(f"{name} is {getattr(design, name)}; it must be 1 or more")
    if design.judged < 0:
        raise ValueError(f"judged is {design.judged}; it must be 0 or more")
    for name in ("icc", "agreement", "correlation"):
        if not 0 <= getattr(design, name) <= 1:
            raise ValueError(f"{name} is {getattr(design, name)}; it must be from 0 to 1")
    if not 0 < design.base_rate < 1:
        raise ValueError(f"base_rate is {design.base_rate}; it must lie between 0 and 1")


def _draw(design: Design, rng: Generator) -> tuple[Floats, Floats, Ints]:
    """Mean answer, judge's score and person of every item."""
    count, rate = design.people + design.judged, design.base_rate
    people = np.repeat(np.arange(count), design.items)
    truth = rng.random(len(people)) < _rates(design, rng, count)[people]
    shape = (len(people), design.raters)
    told = rng.random(shape) < np.sqrt(design.agreement)
    answers = np.where(told, truth[:, None], rng.random(shape) < rate).mean(axis=1)
    # Of an item's mean answer, the part of the variance that raters share, and people.
    shared = design.agreement + (1 - design.agreement) / design.raters
    alike = design.agreement * design.icc / shared
    noise = np.sqrt(alike) * rng.normal(size=count)[people]
    noise += np.sqrt(1 - alike) * rng.normal(size=len(people))
    r = design.correlation
    judged = r * (answers - rate) / np.sqrt(rate * (1 - rate) * shared) + np.sqrt(1 - r**2) * noise
    return answers, judged, people


def _rates(design: Design, rng: Generator, count: int) -> Floats:
    """Each person's share of true items, of the variance that the icc says."""
    rate, icc = design.base_rate, design.icc
    if icc == 0:
        return np.full(count, rate)
    if icc == 1:
        return (rng.random(count) < rate).astype(np.float64)
    size = (1 - icc) / icc
    return rng.beta(rate * size, (1 - rate) * size, count)


def _limits(found: Estimate) -> tuple[float, float]:
    if found.low is None or found.high is None:
        return 0.0, 1.0
    return found.low, found.high


def _over_runs(limits: Floats, against: float | None) -> tuple[Estimate, Estimate]:
    if not len(limits):
        none = Estimate(value=None, reason="No items are left to the judge.")
        return none, none
    low, high = limits.T
    runs = np.arange(len(limits))
    width = clustered_mean(high - low, runs)
    if against is None:
        return width, Estimate(value=None, reason="No share to tell it from was named.")
    return width, clustered_share((low > against) | (high < against), runs)
