"""How often 95 % intervals hold the truth where rows belong to people, beside the iid versions.

Run as `just bench-stats` or `python -m bench.stats_coverage [--repetitions N] [--seed S]`. The
truth is known, people differ, and have unequal numbers of rows. Bars: an interval of ours holds the
truth in 92 to 97 % of repetitions; the clustered alternative annotator test lets a judge pass that
is worse by just epsilon in at most 6 %, at nominal 5 %. Brackets are Monte-Carlo error at 95 %.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import expit

from bench.common import print_signature
from recenter.stats import classification
from recenter.stats.agreement import krippendorff_alpha
from recenter.stats.alt_test import alternative_annotator_test
from recenter.stats.clustered import clustered_mean, clustered_share
from recenter.stats.estimate import Estimate, estimate
from recenter.stats.ppi import prediction_powered_mean
from recenter.stats.weighted import weighted_share
from recenter.study.pair_design import sample

Array = NDArray[Any]
Interval = Callable[..., Estimate]

REPETITIONS = 400
PEOPLE = (10, 30)
LOWEST, HIGHEST, PASSED = 0.92, 0.97, 0.06
# Rates, and intraclass correlations, of what is drawn.
YES, YES_ICC = 0.3, 0.2
RIGHT, RIGHT_ICC = 0.8, 0.1
BETTER, WORSE, SYSTEM_ICC = 0.7, 0.6, 0.2
RATING = 3.2
JUDGED = 90
# Pairs that a matcher picks, and shares of yes among them and others; as many are drawn of each.
MATCHED, MATCHED_YES, OTHER_YES, PAIR_ICC = 0.2, 0.4, 0.05, 0.1
PAIRS, PAIRS_DRAWN = 4, 6
# The alternative annotator test: three annotators, three categories.
ANNOTATORS, CATEGORIES, ACCURACY, EPSILON = 3, 3, 0.8, 0.1
TESTED_PEOPLE, TESTED_ITEMS, TESTS = 25, 12, 10


@dataclass(frozen=True)
class Case:
    """Something to estimate, whose truth is known."""

    name: str
    truth: float
    draw: Callable[[Generator, int], tuple[Array, ...]]
    """From a number of people, the columns: the person of each row first."""
    ours: Mapping[str, Interval]
    """By name, what takes the columns; held to the bar."""
    others: Mapping[str, Interval]
    """The same, only to compare."""


def rates(rng: Generator, people: int, mean: float, icc: float) -> Array:
    """Each person's own rate."""
    size = (1 - icc) / icc
    return rng.beta(mean * size, (1 - mean) * size, people)


def rows(rng: Generator, people: int) -> Array:
    """Whose each row is: about thirteen a person, some many more than others."""
    return np.repeat(np.arange(people), 1 + rng.poisson(rng.gamma(4, 3, people)))


def alone(columns: tuple[Array, ...]) -> tuple[Array, ...]:
    """The same as if every row were a person."""
    return (np.arange(len(columns[0])), *columns[1:])


def _iid(interval: Interval) -> Interval:
    return lambda *columns: interval(*alone(columns))


def _share(who: Array, yes: Array) -> Estimate:
    return clustered_share(yes, who)


def _mean(who: Array, values: Array) -> Estimate:
    return clustered_mean(values, who)


def _f1(who: Array, truth: Array, decided: Array) -> Estimate:
    return clustered_share(2.0 * (truth & decided), who, of=truth.astype(float) + decided)


def _bootstrap(statistic: Callable[..., float | None]) -> Interval:
    return lambda who, *columns: estimate(statistic, who.tolist(), *columns)


def _difference(who: Array, one: Array, other: Array) -> Estimate:
    return clustered_mean(one.astype(float) - other, who)


def _corrected(who: Array, answers: Array, judged: Array) -> Estimate:
    return prediction_powered_mean(answers, judged, who, scale="share").corrected


def _plain_mean(values: Array) -> float | None:
    return float(values.mean())


def _plain_difference(one: Array, other: Array) -> float | None:
    return float(one.mean() - other.mean())


def draw_yes(rng: Generator, people: int) -> tuple[Array, ...]:
    who = rows(rng, people)
    return who, rng.random(len(who)) < rates(rng, people, YES, YES_ICC)[who]


def draw_ratings(rng: Generator, people: int) -> tuple[Array, ...]:
    who = rows(rng, people)
    return who, RATING + rng.normal(0, 0.5, people)[who] + rng.normal(size=len(who))


def draw_decisions(rng: Generator, people: int) -> tuple[Array, ...]:
    who, truth = draw_yes(rng, people)
    right = rng.random(len(who)) < rates(rng, people, RIGHT, RIGHT_ICC)[who]
    return who, truth, np.where(right, truth, ~truth)


def draw_systems(rng: Generator, people: int) -> tuple[Array, ...]:
    who = rows(rng, people)
    one, other = (
        rng.random(len(who)) < rates(rng, people, mean, SYSTEM_ICC)[who] for mean in (BETTER, WORSE)
    )
    return who, one, other


def draw_judged(rng: Generator, people: int) -> tuple[Array, ...]:
    """Answers of the first people, to half of their rows; a lenient judge's on all, and others'."""
    who, yes = draw_yes(rng, people + JUDGED)
    bias = rng.normal(0.5, 0.7, people + JUDGED)[who]
    judged = rng.random(len(who)) < expit(2.4 * (yes - 0.5) + bias)
    told = (who < people) & (rng.random(len(who)) < 0.5)
    return who, np.where(told, yes, np.nan), judged.astype(float)


def draw_votes(rng: Generator, people: int) -> tuple[Array, ...]:
    """What three raters say; some people are harder to judge than others."""
    who, truth = draw_yes(rng, people)
    right = rates(rng, people, RIGHT, RIGHT_ICC)[who]
    votes = (np.where(rng.random(len(who)) < right, truth, ~truth) for _ in range(3))
    return who, *votes


def draw_pairs(rng: Generator, people: int) -> tuple[Array, ...]:
    """Pairs drawn by stratum and person, six a person of each stratum at the mean, with weights."""
    who = np.repeat(rows(rng, people), PAIRS)
    matched = rng.random(len(who)) < rates(rng, people, MATCHED, PAIR_ICC)[who]
    often, seldom = (rates(rng, people, mean, PAIR_ICC) for mean in (MATCHED_YES, OTHER_YES))
    yes = rng.random(len(who)) < np.where(matched, often[who], seldom[who])
    drawn, weights = [], []
    for stratum in (matched, ~matched):
        places = np.flatnonzero(stratum)
        sizes = np.bincount(who[places], minlength=people)
        taken = sample(sizes, min(PAIRS_DRAWN * people, len(places)), rng)
        drawn.append(places[taken.items])
        weights.append(1 / taken.probabilities)
    chosen = np.concatenate(drawn)
    return who[chosen], yes[chosen], np.concatenate(weights)


def _weighted(who: Array, yes: Array, weights: Array) -> Estimate:
    return weighted_share(yes, weights, who)


def _alpha(repeats: int = 0) -> Interval:
    def interval(who: Array, *votes: Array) -> Estimate:
        items = np.tile(np.arange(len(who)), len(votes))
        raters = np.repeat(np.arange(len(votes)), len(who))
        people = np.tile(who, len(votes))
        told = np.concatenate(votes).astype(int)
        return krippendorff_alpha(
            items.tolist(), raters.tolist(), told.tolist(), people.tolist(), repeats=repeats
        )

    return interval


def alpha_of_many() -> float:
    found = _alpha()(*draw_votes(np.random.default_rng(1), 20_000)).value
    return float("nan") if found is None else found


def f1_of_rates() -> float:
    hits = 2 * YES * RIGHT
    return hits / (hits + (1 - YES) * (1 - RIGHT) + YES * (1 - RIGHT))


CASES = (
    Case(
        "share of yes",
        YES,
        draw_yes,
        {"clustered_share": _share},
        {
            "clustered_mean": _mean,
            "percentile bootstrap": _bootstrap(_plain_mean),
            "iid": _iid(_share),
        },
    ),
    Case(
        "mean rating",
        RATING,
        draw_ratings,
        {"clustered_mean": _mean},
        {"percentile bootstrap": _bootstrap(_plain_mean), "iid": _iid(_mean)},
    ),
    Case(
        "F1",
        f1_of_rates(),
        draw_decisions,
        {"clustered_share": _f1},
        {"percentile bootstrap": _bootstrap(classification.f1), "iid": _iid(_f1)},
    ),
    Case(
        "paired difference",
        BETTER - WORSE,
        draw_systems,
        {"clustered_mean": _difference},
        {"percentile bootstrap": _bootstrap(_plain_difference), "iid": _iid(_difference)},
    ),
    Case(
        "Krippendorff's alpha, three raters",
        alpha_of_many(),
        draw_votes,
        {"jackknife": _alpha()},
        {"percentile bootstrap": _alpha(1000), "iid": _iid(_alpha())},
    ),
    Case(
        f"prediction-powered share, {JUDGED} people judged only",
        YES,
        draw_judged,
        {"prediction_powered_mean": _corrected},
        {
            "people's answers alone": lambda who, answers, _: _share(who, answers),
            "iid": _iid(_corrected),
        },
    ),
    Case(
        "share of yes among all pairs, half of those drawn being matched",
        MATCHED * MATCHED_YES + (1 - MATCHED) * OTHER_YES,
        draw_pairs,
        {"weighted_share": _weighted},
        {
            "unweighted": lambda who, yes, _: _share(who, yes),
            "iid": _iid(_weighted),
        },
    ),
)


def hold(case: Case, people: int, repetitions: int, seed: int) -> None:
    """Print how often each interval holds the truth, and how wide it is."""
    rng = np.random.default_rng(seed)
    intervals = {**case.ours, **case.others}
    found: dict[str, list[Estimate]] = {name: [] for name in intervals}
    for _ in range(repetitions):
        columns = case.draw(rng, people)
        for name, interval in intervals.items():
            found[name].append(interval(*columns))
    print(f"\n{case.name}, {people} people; truth {case.truth:.3f}")
    for name, estimates in found.items():
        print(f"  {name:<26} {told(estimates, case.truth, barred=name in case.ours)}")


def told(estimates: list[Estimate], truth: float, *, barred: bool) -> str:
    limits = [(e.low, e.high) for e in estimates if e.low is not None and e.high is not None]
    held = [low <= truth <= high for low, high in limits]
    coverage = clustered_share(held, range(len(held)))
    width = float(np.mean([high - low for low, high in limits]))
    text = f"covers {percent(coverage)}, width {width:.3f}"
    if len(limits) < len(estimates):
        text += f", none in {len(estimates) - len(limits)}"
    if barred and coverage.value is not None:
        met = LOWEST <= coverage.value <= HIGHEST
        text += f"; bar {'met' if met else 'MISSED'}"
    return text


def percent(share: Estimate) -> str:
    if share.value is None or share.low is None or share.high is None:
        return str(share)
    return f"{100 * share.value:.1f} % [{100 * share.low:.1f}, {100 * share.high:.1f}]"


def mean_shortfall(judge_right: bool) -> float:
    """Expected W^h - W^f of one item, the truth being 0, given whether the judge is right."""
    wrong = (1 - ACCURACY) / (CATEGORIES - 1)
    chance = (ACCURACY, *[wrong] * (CATEGORIES - 1))
    judges = [0] if judge_right else list(range(1, CATEGORIES))
    total = 0.0
    for judge in judges:
        for answers in itertools.product(range(CATEGORIES), repeat=ANNOTATORS):
            own, others = answers[0], answers[1:]
            shortfall = np.sign(others.count(own) - others.count(judge))
            total += float(np.prod([chance[a] for a in answers]) * shortfall) / len(judges)
    return total


def just_worse() -> float:
    """How often the judge must be right to be worse by exactly epsilon."""
    right, wrong = mean_shortfall(judge_right=True), mean_shortfall(judge_right=False)
    return (wrong - EPSILON) / (wrong - right)


def noisy(rng: Generator, truth: Array, right: Array) -> Array:
    wrong = (truth + rng.integers(1, CATEGORIES, len(truth))) % CATEGORIES
    return np.where(rng.random(len(truth)) < right, truth, wrong)


def false_passes(repetitions: int, seed: int) -> None:
    """Print how often a judge that is worse by just epsilon passes all the same."""
    rng = np.random.default_rng(seed)
    items = np.arange(TESTED_PEOPLE * TESTED_ITEMS)
    owner = items // TESTED_ITEMS
    item, who = np.tile(items, ANNOTATORS), np.repeat(np.arange(ANNOTATORS), len(items))
    wins: dict[bool, list[float]] = {True: [], False: []}
    passes: dict[bool, list[bool]] = {True: [], False: []}
    for _ in range(repetitions):
        truth = rng.integers(0, CATEGORIES, len(items))
        right = rates(rng, TESTED_PEOPLE, just_worse(), 1 / 3)[owner]
        judged = np.tile(noisy(rng, truth, right), ANNOTATORS)
        people = [noisy(rng, truth, np.full(len(items), ACCURACY)) for _ in range(ANNOTATORS)]
        for clustered in (True, False):
            found = alternative_annotator_test(
                item,
                who,
                np.concatenate(people),
                judged,
                np.tile(owner, ANNOTATORS),
                epsilon=EPSILON,
                clustered=clustered,
            )
            wins[clustered].append(
                float(np.mean([(one.p or 0) < 0.05 for one in found.annotators]))
            )
            passes[clustered].append(bool(found.passes))
    print(
        f"\nalternative annotator test, {TESTED_PEOPLE} people with {TESTED_ITEMS} items, "
        f"judge right {just_worse():.3f}, {repetitions} repetitions"
    )
    for clustered in (True, False):
        runs = range(repetitions)
        rate = clustered_share(wins[clustered], runs)
        text = f"false p < .05 in {percent(rate)}, "
        text += f"false pass in {percent(clustered_share(passes[clustered], runs))}"
        if clustered and rate.value is not None:
            text += f"; bar {'met' if rate.value <= PASSED else 'MISSED'}"
        print(f"  {'clustered' if clustered else 'iid':<26} {text}")


def main() -> None:
    """Print the coverage of every interval, then the false passes of the test."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    start = time.perf_counter()
    print_signature("stats_coverage", seed=asked.seed, repetitions=asked.repetitions)
    for case in CASES:
        for people in PEOPLE:
            hold(case, people, asked.repetitions, asked.seed)
    false_passes(TESTS * asked.repetitions, asked.seed)
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
