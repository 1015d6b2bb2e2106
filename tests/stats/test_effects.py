"""Clustered regressions: against the sandwich written out, an optimiser, and their own edges."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize
from scipy.special import expit, log_expit
from scipy.stats import t

from recenter.stats.clustered import clustered_share
from recenter.stats.effects import adjusted_win_rate, rating_effects
from recenter.stats.estimate import Estimate

RNG = np.random.default_rng(0)
PEOPLE, ANNOTATORS = 20, 8
PERSON = np.repeat(np.arange(PEOPLE), 15)
ANNOTATOR = np.tile(np.arange(ANNOTATORS), 38)[: len(PERSON)]
FIRST = RNG.integers(0, 2, len(PERSON)).astype(bool)
LONGER = RNG.normal(120, 300, len(PERSON))
SCORE = (
    0.2
    + RNG.normal(0, 0.5, PEOPLE)[PERSON]
    + RNG.normal(0, 0.3, ANNOTATORS)[ANNOTATOR]
    + 0.4 * (FIRST - 0.5)
    + 0.002 * LONGER
    + RNG.normal(size=len(PERSON))
)
RATING = np.clip(np.round(3 + SCORE), 1, 5)
WON = np.where(RNG.random(len(PERSON)) < 0.1, 0.5, RNG.random(len(PERSON)) < expit(SCORE))
X = np.column_stack([np.ones(len(PERSON)), FIRST - 0.5, LONGER / LONGER.std()])


def limits(found: Estimate) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def test_ratings_have_the_two_way_covariance_of_statsmodels() -> None:
    found = rating_effects(RATING, PERSON, ANNOTATOR, position=FIRST, length=LONGER)
    groups = {"groups": np.column_stack([PERSON, ANNOTATOR])}
    fitted = sm.OLS(RATING, X).fit(cov_type="cluster", cov_kwds=groups, use_t=True)
    assert list(found.terms) == ["intercept", "position", "length"]
    for one, value, expected in zip(
        found.terms.values(), fitted.params, fitted.conf_int(), strict=True
    ):
        assert one.value == pytest.approx(value)
        assert limits(one) == pytest.approx(expected)
        assert (one.n, one.clusters) == (300, PEOPLE)


def test_ratings_have_the_sandwich_written_out() -> None:
    found = rating_effects(RATING, PERSON, length=LONGER).terms["length"]
    x = X[:, [0, 2]]
    bread = np.linalg.inv(x.T @ x)
    b = bread @ x.T @ RATING
    sums = np.array([x[p == PERSON].T @ (RATING - x @ b)[p == PERSON] for p in range(PEOPLE)])
    covariance = bread @ sums.T @ sums @ bread * PEOPLE / (PEOPLE - 1) * 299 / 298
    half = t.ppf(0.975, PEOPLE - 1) * np.sqrt(covariance[1, 1])
    assert limits(found) == pytest.approx((b[1] - half, b[1] + half))


def test_wins_have_the_likeliest_odds_and_the_clustered_covariance_of_statsmodels() -> None:
    found = adjusted_win_rate(WON, PERSON, ANNOTATOR, position=FIRST, length=LONGER)

    def loss(b: np.ndarray) -> float:
        return -float(WON @ log_expit(X @ b) + (1 - WON) @ log_expit(-X @ b))

    b = minimize(loss, np.zeros(3), tol=1e-12).x
    assert [one.value for one in found.log_odds.values()] == pytest.approx(b, abs=1e-4)
    assert found.adjusted.value == pytest.approx(expit(b[0]), abs=1e-4)
    groups = {"groups": np.column_stack([PERSON, ANNOTATOR])}
    fitted = sm.GLM(WON, X, family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds=groups, use_t=True
    )
    half = t.ppf(0.975, ANNOTATORS - 1) * fitted.bse[0]
    expected = expit([fitted.params[0] - half, fitted.params[0] + half])
    assert limits(found.adjusted) == pytest.approx(expected)
    assert found.raw == clustered_share(WON, PERSON)


def test_without_columns_it_is_the_mean_and_the_rate() -> None:
    assert rating_effects(RATING, PERSON).terms["intercept"].value == pytest.approx(RATING.mean())
    found = adjusted_win_rate(WON, PERSON)
    assert found.adjusted.value == pytest.approx(WON.mean())
    assert limits(found.adjusted) == pytest.approx(limits(found.raw))


def test_winning_by_length_alone_is_half_on_equal_terms() -> None:
    longer = RNG.normal(1, 1, 4000)
    won = RNG.random(4000) < expit(2 * longer)
    found = adjusted_win_rate(won, np.arange(4000), length=longer)
    assert (found.raw.value or 0) > 0.7
    low, high = limits(found.adjusted)
    assert low < 0.5 < high


def test_order_names_and_units_do_not_matter() -> None:
    found = rating_effects(RATING, PERSON, ANNOTATOR, position=FIRST, length=LONGER)
    order = RNG.permutation(300)
    again = rating_effects(
        RATING[order],
        [f"person {p}" for p in PERSON[order]],
        [f"annotator {a}" for a in ANNOTATOR[order]],
        position=FIRST[order],
        length=LONGER[order] / 5,
    )
    for name, one in found.terms.items():
        assert limits(again.terms[name]) == pytest.approx(limits(one))


def test_swapping_the_sides_mirrors_the_rate() -> None:
    found = adjusted_win_rate(WON, PERSON, ANNOTATOR, position=FIRST, length=LONGER)
    other = adjusted_win_rate(1 - WON, PERSON, ANNOTATOR, position=~FIRST, length=-LONGER)
    low, high = limits(found.adjusted)
    assert limits(other.adjusted) == pytest.approx((1 - high, 1 - low))


def test_columns_that_say_nothing_more_are_named_and_dropped() -> None:
    found = rating_effects(
        RATING,
        PERSON,
        position=np.ones(300),
        length=LONGER,
        covariates={"words": 2 * LONGER - 3, "hour": np.arange(300) % 7},
    )
    assert found.dropped == {
        "position": "It does not vary.",
        "words": "It is a combination of the others.",
    }
    assert list(found.terms) == ["intercept", "length", "hour"]


def test_separated_wins_are_not_estimable() -> None:
    found = adjusted_win_rate(LONGER > 100, PERSON, length=LONGER, position=FIRST)
    assert (found.adjusted.value, found.log_odds) == (None, {})
    assert "separated" in str(found.adjusted.reason)
    assert found.raw.value == pytest.approx(np.mean(LONGER > 100))
    always = adjusted_win_rate(np.ones(300), PERSON)
    assert (always.adjusted.value, always.raw.value) == (None, 1.0)
    assert "only wins" in str(always.adjusted.reason)
    # Ties apart from the line hold the odds within bounds.
    tied = np.where(PERSON < 5, 0.5, LONGER > 100)
    assert adjusted_win_rate(tied, PERSON, length=LONGER).adjusted.value is not None


def test_one_annotator_is_no_second_way() -> None:
    one = rating_effects(RATING, PERSON, np.zeros(300), length=LONGER)
    assert one == rating_effects(RATING, PERSON, length=LONGER)


def test_where_the_two_ways_cancel_the_larger_of_them_is_taken() -> None:
    person, annotator = np.repeat(range(6), 4), np.tile(range(4), 6)
    rating = np.where((person + annotator) % 2, 1.0, -1.0) + 0.01 * person
    one = sm.OLS(rating, np.ones(24)).fit(cov_type="cluster", cov_kwds={"groups": person})
    assert one.bse[0] > 0
    half = t.ppf(0.975, 3) * one.bse[0]
    found = rating_effects(rating, person, annotator).terms["intercept"]
    assert limits(found) == pytest.approx((0.025 - half, 0.025 + half))


def test_few_people_missing_rows_and_nothing_say_so() -> None:
    few = PERSON < 3
    found = rating_effects(RATING[few], PERSON[few], position=FIRST[few], length=LONGER[few])
    assert found.terms["intercept"].value is not None
    assert "3 people are too few" in str(found.terms["intercept"].reason)
    alone = adjusted_win_rate(WON[:15], PERSON[:15])
    assert (alone.adjusted.low, alone.raw.low) == (None, None)
    padded = rating_effects(
        [*RATING, np.nan, 3],
        [*PERSON, 0, 1],
        length=[*LONGER, 1.0, np.nan],
        position=[*FIRST, 1, 0],
    )
    assert padded.terms["intercept"].n == 300
    nothing = rating_effects([], [])
    assert (nothing.terms, nothing.dropped) == ({}, {})
    assert adjusted_win_rate([], [], length=[]).adjusted.value is None
    same = rating_effects(np.full(300, 3.0), PERSON)
    assert "do not differ" in str(same.terms["intercept"].reason)
