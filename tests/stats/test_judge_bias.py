"""The biases of judges: against scipy and statsmodels, on made judges, and at their edges."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import t, ttest_1samp, ttest_ind

from recenter.stats.clustered import clustered_mean
from recenter.stats.estimate import Estimate
from recenter.stats.judge_bias import (
    length_baseline,
    leniency,
    mention_effect,
    position_bias,
    self_preference,
)

RNG = np.random.default_rng(0)
PERSON = np.repeat(np.arange(15), 20)
N = len(PERSON)
NAMED = RNG.random(N) < 0.4
LENGTH = RNG.normal(0, 200, N) + 150 * NAMED
PEOPLE = 3 + RNG.normal(0, 0.5, 15)[PERSON] + RNG.normal(size=N)
JUDGE = PEOPLE + 0.4 - 0.5 * NAMED + 0.001 * LENGTH + RNG.normal(size=N)
ALONE = np.arange(N)


def limits(found: Estimate) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def middle(found: Estimate) -> float:
    assert found.value is not None
    return found.value


def test_leniency_is_the_paired_difference_of_scipy() -> None:
    expected = ttest_1samp(JUDGE - PEOPLE, 0).confidence_interval()
    assert limits(leniency(JUDGE, PEOPLE, ALONE)) == pytest.approx((expected.low, expected.high))
    assert leniency(JUDGE, PEOPLE, PERSON) == clustered_mean(JUDGE - PEOPLE, PERSON)


def test_leniency_turns_its_sign_and_needs_both() -> None:
    found, turned = leniency(JUDGE, PEOPLE, PERSON), leniency(PEOPLE, JUDGE, PERSON)
    low, high = limits(found)
    assert limits(turned) == pytest.approx((-high, -low))
    half = np.where(PERSON < 5, np.nan, PEOPLE)
    assert leniency(JUDGE, half, PERSON).n == 200
    assert leniency(JUDGE, np.full(N, np.nan), PERSON).value is None


def test_position_of_a_worked_example() -> None:
    # Of six pairs, three keep their verdict, two follow the first, one follows the second.
    forward, swapped = [1, 0, 0.5, 1, 1, 0], [1, 0, 0.5, 0, 0, 1]
    found = position_bias(forward, swapped, range(6))
    assert found.consistent.value == pytest.approx(3 / 6)
    assert found.first.value == pytest.approx((3 * 0.5 + 2 * 1 + 0) / 6)


def test_position_mirrors_and_has_its_extremes() -> None:
    forward = RNG.choice([0, 0.5, 1], N)
    swapped = RNG.choice([0, 0.5, 1], N)
    found = position_bias(forward, swapped, PERSON)
    other = position_bias(1 - swapped, 1 - forward, PERSON)
    assert other.consistent.value == pytest.approx(middle(found.consistent))
    assert other.first.value == pytest.approx(middle(found.first))
    always = position_bias(np.ones(N), np.zeros(N), PERSON)
    assert (always.consistent.value, always.first.value) == (0.0, 1.0)
    none = position_bias([np.nan], [1], [0])
    assert (none.consistent.value, none.first.value) == (None, None)


def test_the_mention_effect_is_the_coefficient_of_statsmodels() -> None:
    found = mention_effect(JUDGE, PEOPLE, NAMED, PERSON, length=LENGTH)
    x = np.column_stack([np.ones(N), NAMED, LENGTH])
    for one, y in (
        (found.judge, JUDGE),
        (found.people, PEOPLE),
        (found.difference, JUDGE - PEOPLE),
    ):
        fitted = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": PERSON}, use_t=True)
        assert limits(one) == pytest.approx(fitted.conf_int()[1])
    assert middle(found.difference) == pytest.approx(middle(found.judge) - middle(found.people))
    assert middle(found.difference) == pytest.approx(-0.5, abs=0.3)


def test_length_is_taken_out_of_the_mention_effect() -> None:
    rating = 0.01 * LENGTH + RNG.normal(0, 0.1, N)
    raw = mention_effect(rating, PEOPLE, NAMED, PERSON).judge
    held = mention_effect(rating, PEOPLE, NAMED, PERSON, length=LENGTH).judge
    assert middle(raw) > 0.5
    assert middle(held) == pytest.approx(0, abs=0.1)


def test_a_mention_effect_needs_replies_of_both_kinds() -> None:
    found = mention_effect(JUDGE, PEOPLE, np.ones(N), PERSON, length=LENGTH)
    assert found.judge.value is found.difference.value is None
    assert "does not vary" in str(found.judge.reason)
    nothing = mention_effect(np.full(N, np.nan), PEOPLE, NAMED, PERSON)
    assert nothing.people.value is None
    assert "no rows" in str(nothing.people.reason)


def test_the_longer_of_a_worked_example() -> None:
    # The longer is A, A, B, A, none; people want A, B, B, neither, A.
    longer, wanted, judged = [5, 2, -3, 1, 0], [1, 0, 0, 0.5, 1], [1, 1, 0, 1, 0]
    found = length_baseline(wanted, judged, longer, range(5))
    assert found.people.value == pytest.approx(2.5 / 4)
    assert found.judge.value == 1.0
    assert (found.people.n, found.judge.low) == (4, None)


def test_the_length_baseline_ignores_units_and_sides() -> None:
    wanted = (PEOPLE > 3).astype(float)
    found = length_baseline(wanted, JUDGE > 3, LENGTH, PERSON)
    assert length_baseline(wanted, JUDGE > 3, LENGTH / 5, PERSON) == found
    turned = length_baseline(1 - wanted, JUDGE <= 3, -LENGTH, PERSON)
    assert limits(turned.people) == pytest.approx(limits(found.people))
    assert length_baseline([1], [1], [0], ["a"]).people.value is None


def test_self_preference_is_that_of_welch_where_rows_stand_alone() -> None:
    own = ["us" if named else "them" for named in NAMED]
    found = self_preference(JUDGE, PEOPLE, own, "us", ALONE)
    gaps = JUDGE - PEOPLE
    expected = ttest_ind(gaps[NAMED], gaps[~NAMED], equal_var=False)
    deviation = middle(found.difference) / expected.statistic
    low, high = limits(found.difference)
    # The same standard error; the freedom is that of the smaller side.
    assert middle(found.difference) == pytest.approx(gaps[NAMED].mean() - gaps[~NAMED].mean())
    width = 2 * deviation * t.ppf(0.975, NAMED.sum() - 1)
    assert high - low == pytest.approx(width)
    assert middle(found.difference) == pytest.approx(middle(found.judge) - middle(found.people))


def test_a_judge_that_favours_its_own_is_found_and_a_better_family_is_not_blamed() -> None:
    own = RNG.random(N) < 0.5
    people = PEOPLE + 1.0 * own
    families = np.where(own, "us", "them")
    fair = self_preference(people + RNG.normal(0, 0.5, N), people, families, "us", PERSON)
    low, high = limits(fair.difference)
    assert low < 0 < high
    assert middle(fair.judge) > 0.5
    partial = self_preference(people + 0.5 * own, people, families, "us", PERSON)
    assert partial.difference.value == pytest.approx(0.5)
    other = self_preference(people + 0.5 * own, people, families, "them", PERSON)
    assert other.difference.value == pytest.approx(-0.5)


def test_self_preference_needs_its_own_and_others() -> None:
    theirs = self_preference(JUDGE, PEOPLE, ["them"] * N, "us", PERSON)
    assert (theirs.difference.value, theirs.judge.value) == (None, None)
    assert "own family" in str(theirs.difference.reason)
    assert "rows of other families" in str(
        self_preference(JUDGE, PEOPLE, ["us"] * N, "us", PERSON).judge.reason
    )
    one = self_preference(JUDGE, PEOPLE, PERSON, 3, PERSON)
    assert one.judge.value is not None
    assert "two independent units" in str(one.judge.reason)
