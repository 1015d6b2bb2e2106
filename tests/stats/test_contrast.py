"""Differences of other people: against scipy's Welch, by simulation, and where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from recenter.stats.clustered import Part, codes, part
from recenter.stats.contrast import (
    NO_SIDE,
    UNVARIED,
    difference,
    jackknifed,
    overlap_weights,
    standardised,
    strata_with,
)

COUNTS = st.dictionaries(st.integers(0, 5), st.floats(0, 50), min_size=1, max_size=6)


def side(x: np.ndarray, groups: np.ndarray | None = None) -> Part:
    of = np.arange(len(x)) if groups is None else groups
    return part(x.astype(float), np.ones(len(x)), codes(of), int(of.max()) + 1)


def test_people_with_one_row_each_give_the_interval_of_welch() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(1, 2, 14), rng.normal(0, 1, 30)
    found = difference(side(x), side(y), n=44)
    expected = ttest_ind(x, y, equal_var=False).confidence_interval()
    assert found.value == pytest.approx(x.mean() - y.mean())
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.clusters == 44


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(400):
        sides = []
        for base, people in ((0.35, 30), (0.2, 40)):
            own = np.repeat(rng.beta(base * 4, (1 - base) * 4, people), 6)
            sides.append(side(rng.random(len(own)) < own, np.repeat(np.arange(people), 6)))
        found = difference(*sides, n=420)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.15 <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_a_side_that_does_not_vary_or_is_not_there_gives_no_interval() -> None:
    some = side(np.asarray([0, 1, 1, 0]))
    none = difference(some, side(np.zeros(30)), n=34)
    assert (none.value, none.low, none.reason) == (0.5, None, UNVARIED)
    assert difference(some, None, n=4).reason == NO_SIDE
    assert difference(some, side(np.ones(1)), n=5).low is None


def test_the_jackknife_of_a_mean_is_its_usual_error() -> None:
    x = np.random.default_rng(2).normal(size=25)
    sums = np.c_[x, np.ones(25)]
    found = jackknifed(lambda total: total[:, 0] / total[:, 1], sums, np.ones(25))
    assert found is not None
    assert found.value == pytest.approx(x.mean())
    assert np.sqrt((found.errors**2).sum()) == pytest.approx(x.std(ddof=1) / 5)
    assert jackknifed(lambda total: total[:, 0] / 0, sums, np.ones(25)) is None


@given(COUNTS, COUNTS)
def test_overlap_weights_sum_to_one_are_symmetric_and_lie_where_both_are(
    one: dict[int, float], other: dict[int, float]
) -> None:
    found = overlap_weights(one, other)
    assert found == pytest.approx(overlap_weights(other, one))
    if found:
        assert sum(found.values()) == pytest.approx(1)
        assert all(one[s] > 0 and other[s] > 0 for s in found)


def test_equal_sides_are_weighted_as_they_are() -> None:
    assert overlap_weights({"a": 1, "b": 3}, {"a": 10, "b": 30}) == {"a": 0.25, "b": 0.75}


def test_a_standardised_figure_is_that_of_the_strata_weighted() -> None:
    hits = np.asarray([1.0, 0, 1, 1, 0, 0])
    groups, strata = np.arange(6), ["a", "a", "b", "b", "b", "b"]
    found = standardised(hits, np.ones(6), groups, strata, {"a": 0.5, "b": 0.5})
    assert found is not None
    assert found.value == pytest.approx(0.5)
    assert found.shares.sum() == pytest.approx(1)
    within = [side(hits[:2]), side(hits[2:])]
    variance = sum((0.5 * one.errors) @ (0.5 * one.errors) for one in within)
    assert (found.errors**2).sum() == pytest.approx(variance)
    assert standardised(hits, np.ones(6), groups, strata, {"a": 0.5, "c": 0.5}) is None
    assert standardised(hits, np.ones(6), groups, strata, {}) is None


def test_matching_takes_away_a_difference_that_is_of_length_alone() -> None:
    rng = np.random.default_rng(3)
    sides = []
    for long in (0.8, 0.2):
        is_long = rng.random(4000) < long
        hits = rng.random(4000) < np.where(is_long, 0.6, 0.2)
        sides.append((hits.astype(float), is_long.tolist()))
    raw = difference(*(side(hits) for hits, _ in sides), n=8000)
    counts = [strata_with(2, np.ones(4000), np.arange(4000), strata) for _, strata in sides]
    weights = overlap_weights(*counts)
    matched = difference(
        *(standardised(h, np.ones(4000), np.arange(4000), s, weights) for h, s in sides), n=8000
    )
    assert raw.low is not None
    assert raw.low > 0.2
    assert matched.low is not None
    assert matched.high is not None
    assert matched.low < 0 < matched.high


def test_a_stratum_of_too_few_people_is_none_to_compare_in() -> None:
    groups, strata = np.asarray([0, 0, 1, 2, 3]), ["a", "a", "b", "b", "b"]
    assert strata_with(2, np.ones(5), groups, strata) == {"b": 3.0}
    assert strata_with(3, np.asarray([1, 1, 1, 1, 0]), groups, strata) == {}
