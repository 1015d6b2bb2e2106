"""The prediction-powered mean: against ppi-python, the published closed form, and its limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, t

from recenter.stats.clustered import clustered_mean, clustered_share
from recenter.stats.estimate import Estimate
from recenter.stats.ppi import prediction_powered_mean

ROWS = np.arange(400)
TRUE = np.round(np.sin(ROWS * 1.7) + 0.3 * np.cos(ROWS * 5.1), 3)
JUDGED = np.round(0.7 * np.sin(ROWS * 1.7) + 0.5 * np.cos(ROWS * 2.3) + 0.2, 3)
FEW = np.where(ROWS < 60, TRUE, np.nan)

RNG = np.random.default_rng(0)
PEOPLE = np.repeat(np.arange(40), 10)
EFFECT = RNG.normal(size=40)[PEOPLE]
Y = EFFECT + RNG.normal(size=400)
F = Y + 0.5 * RNG.normal(size=40)[PEOPLE] + RNG.normal(size=400)
PARTLY = np.where((PEOPLE < 20) & (ROWS % 2 == 0), Y, np.nan)


def width(found: Estimate) -> float:
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


@pytest.mark.parametrize(
    ("power", "value", "low", "high"),
    # ppi_mean_pointestimate and ppi_mean_ci of ppi-python 0.2.3 on these columns.
    [(1.0, 0.0081, -0.12770922, 0.14390922), (0.5, 0.00658333, -0.13439647, 0.14756314)],
)
def test_clusters_of_one_give_the_figures_of_ppi_python(
    power: float, value: float, low: float, high: float
) -> None:
    found = prediction_powered_mean(FEW, JUDGED, ROWS, power=power).corrected
    assert found.value == pytest.approx(value, abs=1e-8)
    # They divide by n and take the normal quantile; we divide by n - 1 and take that of t.
    y, on, off = FEW[:60], JUDGED[:60], JUDGED[60:]
    ours = np.sqrt(np.var(y - power * on, ddof=1) / 60 + power**2 * np.var(off, ddof=1) / 340)
    theirs = np.sqrt(np.var(y - power * on) / 60 + power**2 * np.var(off) / 340)
    assert 2 * norm.ppf(0.975) * theirs == pytest.approx(high - low, abs=1e-7)
    # By part rather than by difference, the labelled rows are no different.
    assert width(found) == pytest.approx(2 * t.ppf(0.975, 59) * ours)


def test_the_power_is_that_of_the_published_formula() -> None:
    found = prediction_powered_mean(FEW, JUDGED, ROWS)
    y, on, off = FEW[:60], JUDGED[:60], JUDGED[60:]
    covariance = np.cov(y, on)[0, 1]
    plug_in = covariance / 60 / (np.var(on, ddof=1) / 60 + np.var(off, ddof=1) / 340)
    assert found.power == pytest.approx(plug_in)
    # PPI++ pools the variance of both parts, ppi-python gives 0.00739185 with it.
    pooled = covariance / ((1 + 60 / 340) * np.var(JUDGED, ddof=1))
    assert found.power == pytest.approx(pooled, abs=0.05)
    assert found.corrected.value == pytest.approx(0.00739185, abs=2e-4)
    assert found.corrected.value == pytest.approx(
        y.mean() - plug_in * (on.mean() - off.mean()), abs=1e-12
    )


def test_a_judge_that_follows_people_narrows_the_interval_and_says_by_how_much() -> None:
    found = prediction_powered_mean(PARTLY, F, PEOPLE)
    assert 0 < (found.power or 0) < 1
    assert width(found.corrected) < width(found.people)
    ratio = (width(found.people) / width(found.corrected)) ** 2
    assert found.effective == pytest.approx(100 * ratio)
    assert found.saved == pytest.approx(100 * ratio - 100)
    assert found.people == clustered_mean(PARTLY, PEOPLE)
    assert found.judge == clustered_mean(F, PEOPLE)
    assert (found.corrected.n, found.corrected.clusters) == (100, 20)


def test_repeating_every_row_narrows_nothing() -> None:
    once = prediction_powered_mean(PARTLY, F, PEOPLE)
    often = prediction_powered_mean(np.repeat(PARTLY, 5), np.repeat(F, 5), np.repeat(PEOPLE, 5))
    assert often.power == pytest.approx(once.power)
    assert width(often.corrected) == pytest.approx(width(once.corrected))


def test_order_and_names_do_not_matter_and_the_scale_carries_over() -> None:
    found = prediction_powered_mean(PARTLY, F, PEOPLE)
    order = RNG.permutation(400)
    named = [f"person {g}" for g in PEOPLE[order]]
    again = prediction_powered_mean(3 + 2 * PARTLY[order], 3 + 2 * F[order], named)
    assert again.power == pytest.approx(found.power)
    assert again.corrected.value == pytest.approx(3 + 2 * (found.corrected.value or 0))
    assert width(again.corrected) == pytest.approx(2 * width(found.corrected))
    shifted = prediction_powered_mean(PARTLY, F + 100, PEOPLE).corrected
    assert shifted.value == pytest.approx(found.corrected.value), "a judge's bias cancels"


def test_every_person_may_count_the_same() -> None:
    weights = np.array([1, 9])
    people = np.repeat([0, 1, 2, 3], [1, 9, 1, 9])
    answers = np.array([0.0] + [1.0] * 9 + [np.nan] * 10)
    judged = np.array([0.0] + [1.0] * 9 + [0.0] + [1.0] * 9)
    by_item = prediction_powered_mean(answers, judged, people)
    by_person = prediction_powered_mean(answers, judged, people, by="person")
    assert by_item.people.value == pytest.approx(weights[1] / weights.sum())
    assert by_person.people.value == by_person.corrected.value == pytest.approx(0.5)
    assert by_person.judge.value == pytest.approx(0.5)


def test_a_share_stays_between_0_and_1() -> None:
    yes = np.where(np.isnan(PARTLY), np.nan, PARTLY > 1.5)
    found = prediction_powered_mean(yes, F > 2, PEOPLE, scale="share")
    assert 0 < (found.corrected.low or 0) < (found.corrected.value or 0)
    assert found.people == clustered_share(yes, PEOPLE)


def test_a_judge_that_says_one_thing_adds_nothing() -> None:
    found = prediction_powered_mean(PARTLY, np.full(400, 0.3), PEOPLE)
    assert found.power == 0
    assert found.saved == pytest.approx(0)
    assert found.corrected.value == pytest.approx(found.people.value)
    assert width(found.corrected) == pytest.approx(width(found.people))


def test_a_judge_that_contradicts_people_is_not_relied_on() -> None:
    found = prediction_powered_mean(PARTLY, -F, PEOPLE)
    assert found.power == 0
    assert width(found.corrected) == pytest.approx(width(found.people))


def test_all_rows_answered_is_people_alone() -> None:
    found = prediction_powered_mean(Y, F, PEOPLE)
    assert found.corrected == found.people == clustered_mean(Y, PEOPLE)
    assert (found.power, found.saved) == (0.0, 0.0)


def test_no_answers_and_one_person_say_why() -> None:
    none = prediction_powered_mean(np.full(400, np.nan), F, PEOPLE)
    assert (none.corrected.value, none.power, none.saved) == (None, None, 0)
    assert none.corrected.reason
    assert none.judge.value == pytest.approx(F.mean())
    one = prediction_powered_mean(np.where(PEOPLE == 3, Y, np.nan), F, PEOPLE)
    assert one.corrected.value == pytest.approx(Y[PEOPLE == 3].mean())
    assert one.corrected.low is None
    assert "two independent units" in str(one.corrected.reason)
    nothing = prediction_powered_mean([], [], [])
    assert (nothing.corrected.value, nothing.judge.value) == (None, None)


def test_rows_that_the_judge_left_out_are_left_out() -> None:
    without = F.copy()
    without[PEOPLE == 0] = np.nan
    found = prediction_powered_mean(PARTLY, without, PEOPLE)
    kept = PEOPLE != 0
    assert found == prediction_powered_mean(PARTLY[kept], F[kept], PEOPLE[kept])


@pytest.mark.parametrize("left", [[399], [0, 10, 20, 30], [*range(0, 100, 10)]])
def test_what_is_left_to_the_judge_is_not_taken_for_sure_where_it_is_little(
    left: list[int],
) -> None:
    """The judge says the highest of all on the rows that nobody answered."""
    judged = F.copy()
    judged[left] = F.max()
    answers = Y.copy()
    answers[left] = np.nan
    found = prediction_powered_mean(answers, judged, PEOPLE)
    assert found.corrected.value == found.people.value
    assert (found.power, found.saved) == (0.0, 0.0)
    assert found.corrected.low == found.people.low
    assert "not used" in str(found.corrected.reason)


def test_the_interval_has_the_freedom_of_the_fewer_people() -> None:
    six = np.where(PEOPLE < 34, Y, np.nan)
    few, many = (
        prediction_powered_mean(six, np.where(there, F, np.nan), PEOPLE, power=0.5).corrected
        for there in (PEOPLE >= 0, PEOPLE != 39)
    )
    assert width(few) > 0
    y, off = Y[PEOPLE < 34], F[PEOPLE >= 34]
    means = [np.mean(off[PEOPLE[PEOPLE >= 34] == g]) for g in range(34, 40)]
    differs = y - 0.5 * F[PEOPLE < 34]
    on = [np.mean(differs[PEOPLE[PEOPLE < 34] == g]) for g in range(34)]
    error = np.sqrt(np.var(on, ddof=1) / 34 + 0.25 * np.var(means, ddof=1) / 6)
    assert width(few) == pytest.approx(2 * t.ppf(0.975, 5) * error)
    assert few.clusters == many.clusters == 34
