"""Weighted figures: against Lohr's textbook, statsmodels and the unweighted ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import t

from recenter.stats import classification, confusion
from recenter.stats.clustered import clustered_mean, clustered_share
from recenter.stats.estimate import Estimate
from recenter.stats.weighted import (
    by_stratum,
    effective_size,
    weighted_figure,
    weighted_mean,
    weighted_share,
)

RNG = np.random.default_rng(2)
# Lohr, "Sampling: Design and Analysis" (1999), ch. 5, algebra classes: all students of 12 of 187
# classes took a test. Their number in each class, and the sum of their scores.
STUDENTS = [20, 26, 24, 34, 26, 28, 19, 32, 17, 21, 26, 26]
SCORES = [1230, 1670, 1402, 1972, 1508, 1816, 1048, 2308, 989, 1398, 1621, 1746]
UNEQUAL = np.repeat(np.arange(9), [1, 2, 3, 4, 6, 9, 15, 20, 30])
ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.booleans(), st.integers(1, 20)), min_size=2, max_size=40
)


def limits(found: Estimate) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def same(one: Estimate, other: Estimate) -> None:
    """Equal to twelve digits."""
    exact = pytest.approx
    assert (one.n, one.clusters, one.reason) == (other.n, other.clusters, other.reason)
    for ours, theirs in ((one.value, other.value), (one.low, other.low), (one.high, other.high)):
        assert ours == (None if theirs is None else exact(theirs, rel=1e-12, abs=1e-12))


def test_a_mean_of_classes_by_size_is_that_of_the_textbook() -> None:
    students, scores = np.array(STUDENTS, float), np.array(SCORES, float)
    found = weighted_mean(scores / students, students, range(12))
    assert found.value == pytest.approx(62.57, abs=0.005)
    held = students / students.sum()
    half = (found.high or 0) - (found.value or 0)
    deviation = half / t.ppf(0.975, 1 / np.sum(held**2) - 1)
    # The book's error, 1.49, is of 187 classes, and without the correction for classes of
    # unlike size.
    squares = np.square(scores - scores.sum() / students.sum() * students)
    assert squares.sum() == pytest.approx(194_827, abs=5)
    textbook = np.sqrt(12 / 11 * squares.sum()) / students.sum()
    assert textbook * np.sqrt(1 - 12 / 187) == pytest.approx(1.49, abs=0.005)
    assert deviation == pytest.approx(np.sqrt(np.sum(squares / (1 - held))) / students.sum())
    assert deviation == pytest.approx(textbook, rel=0.02)


def test_clusters_of_one_weight_give_the_clustered_interval_of_statsmodels() -> None:
    clusters = np.repeat(np.arange(12), 6)
    weights = RNG.gamma(1.0, size=72) + 0.05
    weights /= np.bincount(clusters, weights)[clusters]
    x = RNG.normal(size=12)[clusters] + RNG.normal(size=72)
    fitted = sm.WLS(x, np.ones(72), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "df_correction": True}, use_t=True
    )
    # statsmodels multiplies by (n - 1) / (n - k) as well, which is 1 here.
    found = weighted_mean(x, weights, clusters)
    assert found.value == pytest.approx(fitted.params[0])
    assert limits(found) == pytest.approx(fitted.conf_int()[0])
    yes = (x > 0.4).astype(float)
    fitted = sm.WLS(yes, np.ones(72), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True
    )
    share, deviation = fitted.params[0], fitted.bse[0]
    half = t.ppf(0.975, 11) * deviation / (share * (1 - share))
    expected = expit(np.log(share / (1 - share)) + np.array([-half, half]))
    assert limits(weighted_share(yes, weights, clusters)) == pytest.approx(expected)


@given(ROWS, st.sampled_from([1.0, 0.1, 3.0, 1e6, 1e-6]))
def test_constant_weights_change_nothing(rows: list[tuple[int, bool, int]], weight: float) -> None:
    who, yes = [g for g, _, _ in rows], np.array([y for _, y, _ in rows], float)
    x, weights = np.array([v for _, _, v in rows], float), np.full(len(rows), weight)
    same(weighted_mean(x, weights, who), clustered_mean(x, who))
    same(weighted_share(yes, weights, who), clustered_share(yes, who))
    of = 1 + yes
    same(weighted_share(yes, weights, who, of=of), clustered_share(yes, who, of=of))


@given(ROWS, st.floats(1e-3, 1e3))
def test_scale_order_and_names_do_not_matter(
    rows: list[tuple[int, bool, int]], scale: float
) -> None:
    who, yes = [g for g, _, _ in rows], np.array([y for _, y, _ in rows], float)
    weights = np.array([w for _, _, w in rows], float)
    found = weighted_share(yes, weights, who)
    named = weighted_share(yes[::-1], scale * weights[::-1], [f"p{g}" for g in reversed(who)])
    assert named.value == pytest.approx(found.value)
    assert (named.low is None) == (found.low is None)
    if found.low is not None:
        assert limits(named) == pytest.approx(limits(found), abs=1e-9)
        low, high = limits(found)
        assert 0 <= low <= (found.value or 0) <= high <= 1


def test_a_weight_of_two_counts_as_the_row_twice_and_of_none_as_no_row() -> None:
    x = RNG.normal(size=90)
    weights = RNG.integers(0, 4, size=90)
    often = np.repeat(np.arange(90), weights)
    found = weighted_mean(x, weights, UNEQUAL)
    repeated = clustered_mean(x[often], UNEQUAL[often])
    assert found.value == pytest.approx(repeated.value)
    assert limits(found) == pytest.approx(limits(repeated))
    assert found.n == int((weights > 0).sum())


def test_rows_without_a_value_or_weight_are_left_out() -> None:
    x, weights = RNG.normal(size=90), RNG.gamma(2.0, size=90)
    padded = weighted_mean(
        [*x, np.nan, 5.0, 5.0], [*weights, 1.0, np.nan, 0.0], [*UNEQUAL, "a", "b", "c"]
    )
    same(padded, weighted_mean(x, weights, UNEQUAL))


def sample() -> tuple[np.ndarray, ...]:
    """People, strata, weights and answers; matched rows are often yes and stand for few."""
    people = np.repeat(np.arange(20), 10)
    matched = np.tile([True] * 5 + [False] * 5, 20)
    yes = RNG.random(200) < np.where(matched, 0.5, 0.05)
    return people, matched, np.where(matched, 2.0, 30.0), yes.astype(float)


def test_strata_are_estimated_alone_and_together() -> None:
    people, matched, weights, yes = sample()
    strata = ["matched" if one else "unmatched" for one in matched]
    found = by_stratum(yes, weights, people, strata)
    same(found.overall, weighted_share(yes, weights, people))
    assert list(found.strata) == ["matched", "unmatched"]
    same(found.strata["matched"], clustered_share(yes[matched], people[matched]))
    same(found.strata["unmatched"], clustered_share(yes[~matched], people[~matched]))
    parts = [found.strata[name].value or 0 for name in found.strata]
    assert found.overall.value == pytest.approx((2 * parts[0] + 30 * parts[1]) / 32)
    assert found.effective == pytest.approx((100 * 32) ** 2 / (100 * (4 + 900)))
    linear = by_stratum(yes, weights, people, strata, scale="linear")
    same(linear.overall, weighted_mean(yes, weights, people))


def test_effective_rows_are_all_where_weights_are_equal() -> None:
    assert effective_size(np.full(40, 0.3)) == pytest.approx(40)
    assert effective_size([1.0, 0.0, 0.0]) == 1
    assert effective_size([0.0, 0.0]) is None
    assert effective_size([]) is None


def decisions() -> tuple[np.ndarray, ...]:
    truth = RNG.random(300) < 0.3
    decided = np.where(RNG.random(300) < 0.7, truth, RNG.random(300) < 0.5)
    return truth, decided, RNG.integers(20, size=300)


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_figures_of_weighted_counts_are_those_of_rows_that_often(name: str) -> None:
    truth, decided, people = decisions()
    weights = RNG.integers(0, 4, size=300)
    often = np.repeat(np.arange(300), weights)
    of: Any = getattr(confusion, name)
    found = weighted_figure(of, truth, decided, weights, people.tolist())
    assert found.value == pytest.approx(getattr(classification, name)(truth[often], decided[often]))
    repeated = confusion.figure(of, truth[often], decided[often], people[often].tolist())
    assert limits(found) == pytest.approx(limits(repeated))
    constant = weighted_figure(of, truth, decided, np.full(300, 0.7), people.tolist())
    same(constant, confusion.figure(of, truth, decided, people.tolist()))
    drawn = weighted_figure(of, truth, decided, weights, people.tolist(), repeats=200, seed=4)
    redrawn = confusion.figure(
        of, truth[often], decided[often], people[often].tolist(), repeats=200, seed=4
    )
    assert limits(drawn) == pytest.approx(limits(redrawn))


def test_precision_is_the_weighted_share_of_the_decided() -> None:
    truth, decided, people = decisions()
    weights = RNG.gamma(2.0, size=300)
    hits = (truth & decided).astype(float)
    share = weighted_share(hits, weights, people, of=decided.astype(float))
    found = weighted_figure(confusion.precision, truth, decided, weights, people.tolist())
    assert found.value == pytest.approx(share.value)
    assert limits(found) == pytest.approx(limits(share), abs=0.02)


def test_what_is_not_estimable_says_why() -> None:
    nothing = weighted_share([], [], [])
    assert (nothing.value, nothing.reason) == (None, "There is nothing to count.")
    missing = weighted_mean([np.nan], [1.0], ["a"])
    assert (missing.value, missing.reason) == (None, "There is nothing to count.")
    weightless = weighted_mean([1.0, 2.0], [0.0, 0.0], "ab")
    assert (weightless.value, weightless.reason) == (None, "No row has a weight above 0.")
    alone = weighted_mean([1.0, 2.0, 9.0], [1.0, 3.0, 0.0], "aab")
    assert (alone.value, alone.low, alone.clusters) == (1.75, None, 1)
    assert "two independent units" in str(alone.reason)
    alike = weighted_share([1.0, 1.0], [1.0, 2.0], "ab")
    assert (alike.value, alike.low) == (1.0, None)
    assert "do not differ" in str(alike.reason)
    for figure in (weighted_share, weighted_mean):
        heavy = figure([0.0, 1.0, 1.0], [1e5, 1.0, 1.0], "abc")
        assert (heavy.low, heavy.high) == (None, None)
        assert "nearly all of the weight" in str(heavy.reason)


def test_figures_that_are_not_estimable_say_why() -> None:
    yes = np.ones(3, np.bool_)
    none = weighted_figure(confusion.f1, yes, yes, np.zeros(3), "abc")
    assert (none.value, none.reason) == (None, "No row has a weight above 0.")
    assert weighted_figure(confusion.f1, yes[:0], yes[:0], [], []).value is None
    few = weighted_figure(confusion.precision, yes, yes, [1.0, 2.0, 0.0], "abc")
    assert (few.value, few.low, few.clusters) == (1.0, None, 2)
    assert "at least 5 independent units" in str(few.reason)
    undefined = weighted_figure(confusion.precision, yes, ~yes, np.ones(3), "abc")
    assert (undefined.value, undefined.reason) == (None, "The statistic is not defined on this.")


@pytest.mark.parametrize("weight", [-1.0, np.inf])
def test_weights_that_cannot_be_are_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="weight 1 is"):
        weighted_mean([1.0, 2.0], [1.0, weight], "ab")
    with pytest.raises(ValueError, match="weight 0 is"):
        effective_size([weight])
