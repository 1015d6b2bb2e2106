"""Figures with intervals that resample whole clusters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, sem
from scipy.stats import t as student

from recenter.stats import estimate as module
from recenter.stats.estimate import Estimate, Method, estimate, estimate_sums, jackknife_sums


def mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None


def ratio(totals: np.ndarray) -> np.ndarray:
    return np.asarray(totals[:, 0] / totals[:, 1])


def people(seed: int, count: int = 40) -> tuple[list[int], np.ndarray, np.ndarray]:
    """Return the person of each row, skewed values, and sum and size of each person."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 9, size=count)
    clusters = np.repeat(np.arange(count), sizes)
    values = rng.gamma(1.0, size=len(clusters)) + rng.gamma(0.5, size=count)[clusters]
    sums = np.stack([np.bincount(clusters, values), sizes], axis=1).astype(float)
    return clusters.tolist(), values, sums


def test_clusters_of_one_give_the_interval_of_scipy() -> None:
    values = np.random.default_rng(0).normal(size=80)
    ours = estimate(mean, range(80), values, repeats=4000)
    low, high = bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", rng=1
    ).confidence_interval
    assert ours.value == pytest.approx(values.mean())
    assert ours.low == pytest.approx(low, abs=0.02)
    assert ours.high == pytest.approx(high, abs=0.02)


def test_repeating_a_person_does_not_narrow_the_interval() -> None:
    values = np.random.default_rng(0).normal(size=40)
    once = estimate(mean, range(40), values)
    often = estimate(mean, np.repeat(range(40), 25).tolist(), np.repeat(values, 25))
    assert (often.low, often.high) == pytest.approx((once.low, once.high))
    assert (often.n, often.clusters) == (1000, 40)


def test_one_seed_gives_one_interval() -> None:
    values = np.arange(10.0)
    assert estimate(mean, range(10), values) == estimate(mean, range(10), values)
    assert estimate(mean, range(10), values, seed=1) != estimate(mean, range(10), values)


def test_nothing_and_one_cluster_say_why() -> None:
    empty = estimate(mean, [], np.zeros(0))
    assert empty.value is None
    assert empty.reason
    alone = estimate(mean, ["a", "a"], np.array([1.0, 2.0]))
    assert (alone.value, alone.low) == (1.5, None)
    assert "at least 5 independent units" in str(alone.reason)


def test_a_figure_that_often_vanishes_has_no_interval() -> None:
    def rare(values: np.ndarray) -> float | None:
        return 1.0 if values.any() else None

    found = estimate(rare, range(6), np.array([1, 0, 0, 0, 0, 0]))
    assert (found.value, found.low) == (1.0, None)
    assert "resamples" in str(found.reason)


def test_it_prints_as_figures_are_written() -> None:
    assert str(Estimate(value=0.5, low=0.25, high=0.75)) == "0.500 [0.250, 0.750]"
    assert str(Estimate(value=None, reason="none")) == "not estimable"


@pytest.mark.parametrize("seed", range(3))
def test_bca_of_clusters_of_one_is_that_of_scipy(seed: int) -> None:
    values = np.random.default_rng(seed).gamma(1.0, size=60)

    def cube(of: np.ndarray) -> float | None:
        return float(np.std(of) ** 3)

    ours = estimate(cube, range(60), values, repeats=2000, seed=seed, method="bca")
    theirs = bootstrap(
        (values,),
        lambda of, axis: np.std(of, axis=axis) ** 3,
        n_resamples=2000,
        method="BCa",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    assert (ours.low, ours.high) == pytest.approx(theirs)


@pytest.mark.parametrize("seed", range(3))
def test_bca_of_people_is_that_of_scipy_on_pairs_of_sum_and_size(seed: int) -> None:
    clusters, values, sums = people(seed)
    ours = estimate(mean, clusters, values, repeats=2000, method="bca")
    theirs = bootstrap(
        (sums[:, 0], sums[:, 1]),
        lambda total, size, axis: total.sum(axis=axis) / size.sum(axis=axis),
        n_resamples=2000,
        method="BCa",
        paired=True,
        rng=np.random.default_rng(0),
    ).confidence_interval
    assert (ours.low, ours.high) == pytest.approx(theirs)
    plain = estimate(mean, clusters, values, repeats=2000)
    assert plain.low is not None
    assert ours.low is not None
    assert ours.low > plain.low, "a skew to the right moves the interval to the right"


def test_bca_says_where_the_jackknife_or_the_resamples_leave_it_open() -> None:
    def of_nine(values: np.ndarray) -> float | None:
        return float(values.mean()) if len(values) == 9 else None

    def distinct(values: np.ndarray) -> float | None:
        return float(len(np.unique(values)))

    for statistic in (of_nine, distinct):
        found = estimate(statistic, range(9), np.arange(9.0), repeats=200, method="bca")
        assert found.value is not None
        assert found.low is None
        assert "BCa" in str(found.reason)


def test_bca_of_what_never_varies_is_that_figure() -> None:
    same = estimate(mean, range(9), np.ones(9), method="bca")
    assert (same.value, same.low, same.high) == (1, 1, 1)


@given(seed=st.integers(0, 999), method=st.sampled_from(["percentile", "bca"]))
@settings(max_examples=10, deadline=None)
def test_sums_give_what_rows_give(seed: int, method: Method) -> None:
    clusters, values, sums = people(seed, count=12)
    rows = estimate(mean, clusters, values, repeats=200, seed=seed, method=method)
    fast = estimate_sums(ratio, sums, n=len(values), repeats=200, seed=seed, method=method)
    assert (fast.value, fast.low, fast.high) == pytest.approx((rows.value, rows.low, rows.high))
    assert (fast.n, fast.clusters) == (rows.n, rows.clusters)


def test_sums_in_chunks_are_the_same_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    _, values, sums = people(0)
    whole = estimate_sums(ratio, sums, n=len(values))
    monkeypatch.setattr(module, "_CELLS", 7 * len(sums))
    assert estimate_sums(ratio, sums, n=len(values)) == whole


def test_sums_that_define_nothing_say_so() -> None:
    nothing = estimate_sums(ratio, np.zeros((0, 2)), n=0)
    assert nothing.value is None
    assert nothing.reason
    assert estimate_sums(ratio, np.zeros((5, 2)), n=0).value is None
    alone = estimate_sums(ratio, np.array([[3.0, 2.0]]), n=2)
    assert (alone.value, alone.low) == (1.5, None)
    assert "at least 5 independent units" in str(alone.reason)
    seldom = estimate_sums(ratio, np.array([[1.0, 1.0], *[[0.0, 0.0]] * 5]), n=1)
    assert (seldom.value, seldom.low) == (1, None)
    assert "resamples" in str(seldom.reason)


def test_the_jackknife_of_independent_figures_is_the_t_interval_of_their_mean() -> None:
    """Far from 1, arctanh is a straight line: what is left is the mean with its standard error."""
    values = np.random.default_rng(2).normal(0, 1e-3, size=12)
    sums = np.stack([values, np.ones(12)], axis=1)
    found = jackknife_sums(ratio, sums, n=12)
    low, high = student.interval(0.95, 11, loc=values.mean(), scale=sem(values))
    assert found.low == pytest.approx(low, rel=1e-4)
    assert found.high == pytest.approx(high, rel=1e-4)


def test_a_coefficient_near_one_has_no_interval_above_one() -> None:
    rng = np.random.default_rng(3)
    sums = np.stack([rng.uniform(0.9, 1, size=8), np.ones(8)], axis=1)
    found = jackknife_sums(ratio, sums, n=8)
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high < 1


def test_the_jackknife_says_why_it_has_no_interval() -> None:
    same = jackknife_sums(ratio, np.ones((6, 2)) * [1, 2], n=6)
    assert (same.value, same.low) == (0.5, None)
    assert "do not differ" in str(same.reason)
    few = jackknife_sums(ratio, np.ones((3, 2)), n=3)
    assert "at least 5 independent units" in str(few.reason)
    assert jackknife_sums(ratio, np.zeros((0, 2)), n=0).value is None
    lone = jackknife_sums(ratio, np.array([[1.0, 1.0], *[[0.0, 0.0]] * 5]), n=1)
    assert "not defined" in str(lone.reason)
