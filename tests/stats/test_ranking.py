"""Bradley-Terry: against the likelihood's own maximum, and where it has none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from recenter.stats.estimate import Estimate
from recenter.stats.ranking import Ranking, bradley_terry

RNG = np.random.default_rng(0)
SYSTEMS = np.array(["generic", "profile", "relevant"])
LOGS = np.array([0.0, 0.4, 0.9])
PERSON = np.repeat(np.arange(20), 30)
LEFT, RIGHT = np.array([RNG.permutation(3)[:2] for _ in PERSON]).T
GAP = (LOGS[LEFT] - LOGS[RIGHT]) / 2
CHANCES = np.column_stack([np.exp(GAP), np.full(600, 0.6), np.exp(-GAP)])
CHANCES /= CHANCES.sum(axis=1, keepdims=True)
DRAW = RNG.random(600)[:, None] > np.cumsum(CHANCES, axis=1)
OUTCOME = 1 - DRAW.sum(axis=1) / 2
NO_TIES = np.where(OUTCOME == 0.5, 1.0, OUTCOME)

# Wins of baseball teams in 1987: Agresti, "Categorical Data Analysis" (2002), section 10.6.
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
WINS = np.array(
    [
        [0, 7, 9, 7, 7, 9, 11],
        [6, 0, 7, 5, 11, 9, 9],
        [4, 6, 0, 7, 7, 8, 12],
        [6, 8, 6, 0, 6, 7, 10],
        [6, 2, 6, 7, 0, 7, 12],
        [4, 4, 5, 6, 6, 0, 6],
        [2, 4, 1, 3, 1, 7, 0],
    ]
)
# The fit printed by BradleyTerry2 for R (Turner & Firth, 2012), with Baltimore at 0.
FITTED = (1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0.0)


def run(outcome: np.ndarray, **options: Any) -> Ranking:
    return bradley_terry(SYSTEMS[LEFT], SYSTEMS[RIGHT], outcome, PERSON, **options)


def limits(found: Estimate) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def test_the_teams_have_the_published_strengths() -> None:
    i, j = np.nonzero(WINS)
    times = WINS[i, j]
    names = np.array(TEAMS)
    left, right = np.repeat(names[i], times), np.repeat(names[j], times)
    found = bradley_terry(left, right, np.ones(len(left)), np.arange(len(left)), repeats=20)
    assert tuple(found.strengths) == TEAMS
    last = found.strengths["Baltimore"].value or 0
    logs = [(one.value or 0) - last for one in found.strengths.values()]
    assert logs == pytest.approx(FITTED, abs=6e-5)


def test_with_ties_it_is_the_maximum_of_davidsons_likelihood() -> None:
    def loss(free: np.ndarray) -> float:
        logs, tie = np.array([0.0, free[0], free[1]]), free[2]
        half = (logs[LEFT] - logs[RIGHT]) / 2
        parts = np.column_stack([half, -half, np.full(600, np.log(2) + tie)])
        chosen = np.where(
            OUTCOME == 1, parts[:, 0], np.where(OUTCOME == 0, parts[:, 1], parts[:, 2])
        )
        return -float(np.sum(chosen - np.log(np.exp(parts).sum(axis=1))))

    b = minimize(loss, np.zeros(3), tol=1e-12).x
    expected = np.array([0, b[0], b[1]]) - (b[0] + b[1]) / 3
    found = run(OUTCOME, repeats=20).strengths
    assert [found[s].value for s in SYSTEMS] == pytest.approx(expected, abs=1e-4)


def test_two_systems_have_the_log_odds() -> None:
    two = (LEFT < 2) & (RIGHT < 2)
    found = bradley_terry(SYSTEMS[LEFT[two]], SYSTEMS[RIGHT[two]], OUTCOME[two], PERSON[two])
    won = OUTCOME[two] == np.where(LEFT[two] == 1, 1, 0)
    lost = OUTCOME[two] == np.where(LEFT[two] == 1, 0, 1)
    assert [(pair.first, pair.second) for pair in found.pairs] == [("profile", "generic")]
    odds = found.pairs[0].log_odds
    assert odds.value == pytest.approx(np.log(won.sum() / lost.sum()))
    assert found.strengths["profile"].value == pytest.approx((odds.value or 0) / 2)
    low, high = limits(odds)
    assert low < (odds.value or 0) < high


def test_resamples_draw_people() -> None:
    found = run(NO_TIES, repeats=200)
    often = bradley_terry(
        np.repeat(SYSTEMS[LEFT], 4),
        np.repeat(SYSTEMS[RIGHT], 4),
        np.repeat(NO_TIES, 4),
        np.repeat(PERSON, 4),
        repeats=200,
    )
    assert (often.dropped, often.repeats) == (0, 200)
    for name, one in found.strengths.items():
        assert limits(often.strengths[name]) == pytest.approx(limits(one), abs=1e-5)
        assert (one.n, one.clusters) == (600, 20)
    assert run(NO_TIES, repeats=200) == found
    assert run(NO_TIES, repeats=200, seed=1) != found


def test_sides_and_order_do_not_matter_and_losing_mirrors() -> None:
    found = run(OUTCOME, repeats=0)
    order = RNG.permutation(600)
    turned = bradley_terry(
        SYSTEMS[RIGHT[order]], SYSTEMS[LEFT[order]], 1 - OUTCOME[order], PERSON[order], repeats=0
    )
    mirrored = run(1 - OUTCOME, repeats=0)
    assert list(found.strengths) == ["relevant", "profile", "generic"]
    for name, one in found.strengths.items():
        assert turned.strengths[name].value == pytest.approx(one.value, abs=1e-6)
        assert mirrored.strengths[name].value == pytest.approx(-(one.value or 0), abs=1e-6)
    assert sum(one.value or 0 for one in found.strengths.values()) == pytest.approx(0)


def test_systems_that_never_lose_or_never_meet_are_not_estimable() -> None:
    best = np.where(LEFT == 2, 1.0, np.where(RIGHT == 2, 0.0, NO_TIES))
    found = run(best)
    assert {one.value for one in found.strengths.values()} == {None}
    assert found.strengths["generic"].reason == "Nothing else ever beat or tied relevant."
    assert found.pairs == ()
    apart = bradley_terry("abcd", "badc", [1, 1, 0, 0], range(4))
    assert "2 groups" in str(apart.strengths["a"].reason)


def test_only_ties_and_ties_with_wins_one_way_are_not_estimable() -> None:
    for outcomes in ([0.5, 0.5, 0.5], [1, 0.5, 0.5]):
        found = bradley_terry("abc", "bca", outcomes, range(3))
        assert found.strengths["a"].value is None
        assert "circle" in str(found.strengths["a"].reason)


def test_resamples_without_bounds_are_counted() -> None:
    few = PERSON < 6
    rare = np.where((LEFT == 2) | (RIGHT == 2), np.where(LEFT == 2, 1.0, 0.0), NO_TIES)[few]
    beaten = np.flatnonzero(((LEFT == 2) | (RIGHT == 2))[few] & (PERSON[few] == 0))[0]
    rare[beaten] = 1 - rare[beaten]
    found = bradley_terry(SYSTEMS[LEFT[few]], SYSTEMS[RIGHT[few]], rare, PERSON[few], repeats=300)
    # Where the only person who liked another better is not drawn: (5 / 6)^6 of the time.
    assert found.dropped / 300 == pytest.approx((5 / 6) ** 6, abs=0.09)
    best = found.strengths["relevant"]
    assert (best.low, best.value is None) == (None, False)
    assert f"{found.dropped} of 300" in str(best.reason)


def test_nothing_and_one_person_say_why() -> None:
    assert bradley_terry([], [], [], []).strengths == {}
    empty = bradley_terry(["a"], ["b"], [np.nan], [0])
    assert empty.strengths["a"].value is None
    alone = bradley_terry("abab", "baba", [1, 1, 1, 0], [7] * 4)
    assert "two independent units" in str(alone.pairs[0].log_odds.reason)
    assert (alone.repeats, alone.dropped) == (0, 0)
