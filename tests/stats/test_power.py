"""The planner's simulation: against closed forms of cluster samples, and what it must do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import t

from recenter.stats.estimate import Estimate
from recenter.stats.power import Design, expected

PLAN = Design(people=40, items=10, raters=3, base_rate=0.5, icc=0.2, agreement=0.5)


def plan(**changed: Any) -> Design:
    return Design(**{**{name: getattr(PLAN, name) for name in PLAN.__struct_fields__}, **changed})


def middle(found: Estimate) -> float:
    assert found.value is not None
    return found.value


@pytest.mark.parametrize(
    "design",
    [PLAN, plan(icc=0.0), plan(raters=1, agreement=1.0, icc=0.5), plan(items=30, base_rate=0.3)],
)
def test_the_width_is_that_of_the_design_effect(design: Design) -> None:
    shared = design.agreement + (1 - design.agreement) / design.raters
    alike = design.agreement * design.icc / shared
    variance = design.base_rate * (1 - design.base_rate) * shared
    effect = 1 + (design.items - 1) * alike
    error = np.sqrt(variance * effect / (design.people * design.items))
    found = expected(design, repeats=100).width
    assert middle(found) == pytest.approx(2 * t.ppf(0.975, design.people - 1) * error, rel=0.04)


def test_the_judge_saves_the_square_of_its_correlation() -> None:
    found = expected(plan(people=60, items=4, correlation=0.8, judged=240), repeats=60)
    # PPI++ with the best lambda: 1 - r^2 N / (n + N) of the variance is left.
    ratio = (middle(found.corrected_width) / middle(found.width)) ** 2
    assert ratio == pytest.approx(1 - 0.64 * 240 / 300, abs=0.05)


def test_more_people_more_raters_and_less_likeness_narrow_it() -> None:
    base = middle(expected(PLAN, repeats=60).width)
    for better in (plan(people=80), plan(raters=9, agreement=0.2), plan(icc=0.0)):
        assert middle(expected(better, repeats=60).width) < base
    # Ten times the items of the same people is not a tenth of the variance.
    assert middle(expected(plan(items=100), repeats=60).width) > base / np.sqrt(10) * 1.5


def test_power_grows_with_people_and_is_small_where_there_is_nothing() -> None:
    few, many = (
        expected(plan(people=people, base_rate=0.6), against=0.5, repeats=100).power
        for people in (15, 100)
    )
    assert middle(few) < 0.6 < middle(many)
    none = expected(PLAN, against=0.5, repeats=200).power
    assert none.low is not None
    assert none.low < 0.05
    assert middle(none) < 0.12


def test_the_error_of_the_simulation_is_told_and_shrinks() -> None:
    short, long = (expected(PLAN, repeats=repeats).width for repeats in (30, 240))
    assert (short.n, long.n) == (30, 240)
    for found in (short, long):
        assert found.low is not None
        assert found.high is not None
    assert (long.high or 0) - (long.low or 0) < (short.high or 0) - (short.low or 0)


def test_one_seed_gives_one_answer() -> None:
    assert expected(PLAN, repeats=5) == expected(PLAN, repeats=5)
    assert expected(PLAN, repeats=5) != expected(PLAN, repeats=5, seed=1)


def test_what_was_not_asked_has_a_reason_and_one_person_no_interval() -> None:
    found = expected(PLAN, repeats=3)
    assert found.corrected_width.reason == "No items are left to the judge."
    assert found.power.reason == "No share to tell it from was named."
    one = expected(plan(people=1), against=0.5, repeats=3)
    assert (one.width.value, one.power.value) == (1.0, 0.0)
    alike = expected(plan(icc=1.0, agreement=1.0, raters=1), repeats=10)
    assert 0 < middle(alike.width) < 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"people": 0}, "people is 0"),
        ({"judged": -1}, "judged is -1"),
        ({"icc": 1.2}, "icc is 1.2"),
        ({"correlation": -0.1}, "correlation is -0.1"),
        ({"base_rate": 1.0}, "base_rate is 1.0"),
    ],
)
def test_a_design_that_cannot_be_is_refused(changed: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        expected(plan(**changed))
