"""Figures with intervals that resample whole clusters."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from recenter.stats.estimate import Estimate, estimate


def mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None


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
    assert "two independent units" in str(alone.reason)


def test_a_figure_that_often_vanishes_has_no_interval() -> None:
    def rare(values: np.ndarray) -> float | None:
        return 1.0 if values.any() else None

    found = estimate(rare, range(4), np.array([1, 0, 0, 0]))
    assert (found.value, found.low) == (1.0, None)
    assert "resamples" in str(found.reason)


def test_it_prints_as_figures_are_written() -> None:
    assert str(Estimate(value=0.5, low=0.25, high=0.75)) == "0.500 [0.250, 0.750]"
    assert str(Estimate(value=None, reason="none")) == "not estimable"
