"""Rank correlation and its p value: scipy, tables, what must not matter, edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from recenter.stats import correlation as module
from recenter.stats.correlation import rank_correlation, spearman, spearman_p
from recenter.stats.estimate import estimate
from tests.stats.columns import people

ROWS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=30)


@given(ROWS)
def test_the_correlation_is_that_of_scipy(rows: list[tuple[int, int]]) -> None:
    first, second = np.array(rows, float).T
    assume(np.ptp(first) and np.ptp(second))
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic)


@given(ROWS)
def test_only_ranks_matter_and_a_mirror_turns_the_sign(rows: list[tuple[int, int]]) -> None:
    first, second = np.array(rows, float).T
    assume(np.ptp(first) and np.ptp(second))
    value = spearman(first, second)
    assert value is not None
    assert spearman(np.exp(first / 3), second**3) == pytest.approx(value)
    assert spearman(second[::-1], first[::-1]) == pytest.approx(value)
    assert spearman(-first, second) == pytest.approx(-value)


def test_the_interval_resamples_people_and_leaves_missing_rows_out() -> None:
    grid, clusters = people(0, missing=0.3, raters=2)
    found = rank_correlation(grid[0], grid[1], clusters, repeats=100)
    both = np.array([not np.isnan(item).any() for item in grid.T])
    kept = [person for person, keep in zip(clusters, both, strict=True) if keep]
    expected = estimate(spearman, kept, grid[0, both], grid[1, both], repeats=100)
    assert (found.low, found.high) == (expected.low, expected.high)
    assert (found.n, found.left_out, found.clusters) == (both.sum(), (~both).sum(), 12)


def test_the_interval_of_independent_rows_is_that_of_scipy() -> None:
    grid, _ = people(0, missing=0, raters=2)
    found = rank_correlation(grid[0], grid[1], repeats=500, method="bca")
    expected = stats.bootstrap(
        (grid[0], grid[1]),
        lambda one, two: float(stats.spearmanr(one, two).statistic),
        paired=True,
        vectorized=False,
        n_resamples=500,
        method="BCa",
        rng=np.random.default_rng(0),
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("second", "value", "p"),
    [
        # Of five models, as in the study: ten of the 120 orders are as far from none.
        ([1, 2, 3, 5, 4], 0.9, 10 / 120),
        ([1, 2, 3, 4, 5], 1.0, 2 / 120),
        ([5, 4, 3, 2, 1], -1.0, 2 / 120),
    ],
)
def test_the_exact_p_of_five_points(second: list[int], value: float, p: float) -> None:
    first, other = np.arange(5.0), np.array(second, float)
    assert spearman(first, other) == pytest.approx(value)
    found = spearman_p(first, other)
    assert found.value == pytest.approx(p)
    assert (found.exact, found.permutations) == (True, 120)
    assert found.resolution == pytest.approx(1 / 120)


@given(rows=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=5))
@settings(max_examples=15, deadline=None)
def test_the_exact_p_is_that_of_scipy_also_with_ties(rows: list[tuple[int, int]]) -> None:
    first, second = np.array(rows, float).T
    assume(np.ptp(first) and np.ptp(second))
    theirs = stats.permutation_test(
        (first,),
        lambda one: abs(float(stats.spearmanr(one, second).statistic)),
        permutation_type="pairings",
        n_resamples=1000,
        alternative="greater",
        vectorized=False,
    )
    assert spearman_p(first, second).value == pytest.approx(theirs.pvalue)


def test_the_drawn_p_is_near_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = np.arange(7.0), np.array([2, 1, 3, 7, 4, 6, 5.0])
    sure = spearman_p(first, second)
    assert sure.value is not None
    monkeypatch.setattr(module, "_ALL", 6)
    monkeypatch.setattr(module, "_CELLS", 7 * 999)
    found = spearman_p(first, second, repeats=10_000)
    error = np.sqrt(sure.value * (1 - sure.value) / 10_000)
    assert found.value == pytest.approx(sure.value, abs=4 * error)
    assert (found.exact, found.permutations) == (False, 10_000)
    assert found.resolution == pytest.approx(1 / 10_001)


def test_the_drawn_p_is_never_zero_and_is_one_where_nothing_is_seen() -> None:
    first = np.arange(20.0)
    assert spearman_p(first, first, repeats=99).value == 0.01
    mirrored = np.abs(np.arange(21.0) - 10)
    assert spearman_p(np.arange(21.0), mirrored, repeats=99).value == 1


def test_what_has_no_ranks_is_not_estimable() -> None:
    assert spearman(np.arange(2.0), np.arange(2.0)) is None
    assert spearman(np.arange(5.0), np.ones(5)) is None
    for found in (
        rank_correlation([], []),
        rank_correlation([1, 2, 3], [1, 1, 1]),
        spearman_p(np.arange(5.0), np.ones(5)),
    ):
        assert found.value is None
        assert "three rows" in str(found.reason)
    alone = rank_correlation([1, 2, 3], [1, 2, 3], ["p"] * 3)
    assert (alone.value, alone.low) == (1, None)
    with pytest.raises(ValueError, match="one length, not 3, 2, 3"):
        rank_correlation([1, 2, 3], [1, 2])
