"""Clustered means and shares: against scipy, statsmodels and the matrix form of CR2."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import t, ttest_1samp

from recenter.stats.clustered import clustered_mean, clustered_share
from recenter.stats.estimate import Estimate

RNG = np.random.default_rng(0)
EQUAL = np.repeat(np.arange(12), 6)
UNEQUAL = np.repeat(np.arange(8), [1, 2, 3, 4, 6, 9, 15, 30])
ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 5), st.booleans()), min_size=2, max_size=40
)


def values(clusters: np.ndarray) -> np.ndarray:
    effects = RNG.normal(size=int(clusters.max()) + 1)
    return np.asarray(effects[clusters] + RNG.normal(size=len(clusters)))


def limits(found: Estimate) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def test_clusters_of_one_give_the_t_interval_of_scipy() -> None:
    x = RNG.normal(3, 2, size=20)
    found = clustered_mean(x, range(20))
    expected = ttest_1samp(x, 0).confidence_interval()
    assert found.value == pytest.approx(x.mean())
    assert limits(found) == pytest.approx((expected.low, expected.high))


def test_clusters_of_one_size_give_the_clustered_interval_of_statsmodels() -> None:
    x = values(EQUAL)
    fitted = sm.OLS(x, np.ones(len(x))).fit(
        cov_type="cluster", cov_kwds={"groups": EQUAL}, use_t=True
    )
    assert limits(clustered_mean(x, EQUAL)) == pytest.approx(fitted.conf_int()[0])
    yes = (x > 0.4).astype(float)
    logistic = sm.GLM(yes, np.ones(len(x)), sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": EQUAL}, use_t=True
    )
    half = t.ppf(0.975, 11) * logistic.bse[0]
    expected = expit([logistic.params[0] - half, logistic.params[0] + half])
    assert limits(clustered_share(yes, EQUAL)) == pytest.approx(expected)


def test_clusters_of_other_sizes_give_the_matrix_form_of_bell_and_mccaffrey() -> None:
    x, n = values(UNEQUAL), len(UNEQUAL)
    residuals, sizes, meat = x - x.mean(), np.bincount(UNEQUAL), 0.0
    for cluster, size in enumerate(sizes):
        inner = np.eye(size) - np.ones((size, size)) / n
        w, v = np.linalg.eigh(inner)
        adjusted = v @ np.diag(w**-0.5) @ v.T @ residuals[cluster == UNEQUAL]
        meat += adjusted.sum() ** 2
    freedom = 1 / np.sum((sizes / n) ** 2) - 1
    half = t.ppf(0.975, freedom) * np.sqrt(meat) / n
    assert limits(clustered_mean(x, UNEQUAL)) == pytest.approx((x.mean() - half, x.mean() + half))


def test_f1_has_the_interval_of_the_linearised_ratio() -> None:
    truth, decided = RNG.random(72) < 0.4, RNG.random(72) < 0.5
    hits, whole = 2.0 * (truth & decided), truth.astype(float) + decided
    found = clustered_share(hits, EQUAL, of=whole)
    f1 = hits.sum() / whole.sum()
    by_person = np.bincount(EQUAL, hits - f1 * whole) / whole.sum()
    held = np.bincount(EQUAL, whole) / whole.sum()
    deviation = np.sqrt(np.sum(by_person**2 / (1 - held)))
    half = t.ppf(0.975, 1 / np.sum(held**2) - 1) * deviation / (f1 * (1 - f1))
    assert found.value == pytest.approx(f1)
    assert limits(found) == pytest.approx(expit(np.log(f1 / (1 - f1)) + np.array([-half, half])))


@given(ROWS)
def test_order_names_and_scale_do_not_matter(rows: list[tuple[int, int, bool]]) -> None:
    who, x = [g for g, _, _ in rows], np.array([v for _, v, _ in rows], float)
    found = clustered_mean(x, who)
    named = clustered_mean(x[::-1], [f"person {g}" for g in reversed(who)])
    assert named.clusters == found.clusters == len(set(who))
    assert named.value == pytest.approx(found.value)
    scaled = clustered_mean(7 - 2 * x, who)
    assert (found.low is None) == (named.low is None) == (scaled.low is None)
    if found.low is not None:
        assert limits(named) == pytest.approx(limits(found))
        low, high = limits(found)
        assert limits(scaled) == pytest.approx((7 - 2 * high, 7 - 2 * low))


@given(ROWS)
def test_a_share_stays_between_0_and_1_and_mirrors(rows: list[tuple[int, int, bool]]) -> None:
    who, yes = [g for g, _, _ in rows], np.array([v for _, _, v in rows], float)
    found, other = clustered_share(yes, who), clustered_share(1 - yes, who)
    assert found.value == pytest.approx(1 - (other.value or 0))
    if found.low is not None:
        low, high = limits(found)
        assert 0 <= low <= (found.value or 0) <= high <= 1
        assert limits(other) == pytest.approx((1 - high, 1 - low))


def test_repeating_every_row_narrows_nothing_and_missing_rows_are_left_out() -> None:
    x = values(UNEQUAL)
    once = clustered_mean(x, UNEQUAL)
    often = clustered_mean(np.repeat(x, 9), np.repeat(UNEQUAL, 9))
    assert limits(often) == pytest.approx(limits(once))
    padded = clustered_mean(np.append(x, np.nan), [*UNEQUAL, "someone else"])
    assert limits(padded) == pytest.approx(limits(once))
    assert (padded.n, padded.clusters) == (len(x), 8)


def test_what_has_no_interval_says_why() -> None:
    for nothing in (
        clustered_mean([], []),
        clustered_mean([np.nan], ["a"]),
        clustered_share([0.0, 0.0], "ab", of=[0, 0]),
    ):
        assert (nothing.value, nothing.reason) == (None, "There is nothing to count.")
    alone = clustered_mean([1.0, 2.0], ["a", "a"])
    assert (alone.value, alone.low) == (1.5, None)
    assert "two independent units" in str(alone.reason)
    alike = clustered_share([1.0, 1.0, 1.0], ["a", "b", "c"])
    assert (alike.value, alike.low) == (1.0, None)
    assert "do not differ" in str(alike.reason)
