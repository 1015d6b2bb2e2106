"""What a study will show: against closed forms, the planner of equal designs, and what must be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import t

from recenter.errors import InputError
from recenter.stats.estimate import Estimate
from recenter.stats.power import Design, expected
from recenter.study.blocks import Item, Slot, deal
from recenter.study.expect import Expected, Rating, YesNo, expect

PLAIN = YesNo(rates=(0.3,), icc=0.0, agreement=1.0)


def planned(people: int, each: int, *, overlap: int = 1, size: int = 20) -> tuple[Any, list[Item]]:
    items = [Item(id=f"i{n}", person=f"p{n % people}") for n in range(people * each)]
    return deal(items, overlap=overlap, size=size), items


def middle(found: Estimate) -> float:
    assert found.value is not None
    return found.value


def one(
    people: int, each: int, supposed: YesNo | Rating, *, overlap: int = 1, repeats: int = 60
) -> Expected:
    (found,) = expect(*planned(people, each, overlap=overlap), supposed, repeats=repeats)
    return found


def test_independent_answers_give_the_binomial_width() -> None:
    found = one(40, 10, PLAIN, repeats=100)
    closed = 2 * t.ppf(0.975, 39) * np.sqrt(0.3 * 0.7 / 400)
    assert middle(found.width) == pytest.approx(closed, rel=0.04)
    assert middle(found.held) > 0.85
    assert (found.base, found.runs, found.width.n) == (0.3, 100, 100)


@pytest.mark.parametrize(("overlap", "icc"), [(1, 0.3), (3, 0.1), (3, 1.0)])
def test_an_equal_design_is_as_the_planner_says(overlap: int, icc: float) -> None:
    found = one(40, 10, YesNo(rates=(0.4,), icc=icc), overlap=overlap, repeats=100)
    design = Design(people=40, items=10, raters=overlap, base_rate=0.4, icc=icc, agreement=0.5)
    assert middle(found.width) == pytest.approx(
        middle(expected(design, repeats=100, seed=1).width), rel=0.05
    )


def test_alpha_is_the_agreement_supposed() -> None:
    yes_no = one(50, 10, YesNo(rates=(0.3,), agreement=0.5), overlap=3)
    assert middle(yes_no.alpha) == pytest.approx(0.5, abs=0.02)
    # Rounding to five points takes a little of it: Sheppard's 1/12 of a variance of 1.44, and ends.
    rating = one(50, 10, Rating(means=(3.0,), sd=1.2, agreement=0.5, rater_icc=0.1), overlap=3)
    assert 0.42 < middle(rating.alpha) < 0.5


def test_the_width_of_a_mean_is_that_of_its_people_and_items() -> None:
    # One annotator per item: variance sd^2 (icc / G + (1 - icc) / n), the annotators' part aside.
    supposed = Rating(means=(3.2,), sd=1.0, icc=0.2, rater_icc=0.0, agreement=0.5)
    found = one(40, 10, supposed, repeats=100)
    error = np.sqrt(0.2 / 40 + 0.8 / 400)
    assert middle(found.width) == pytest.approx(2 * t.ppf(0.975, 39) * error, rel=0.06)


@pytest.mark.parametrize("mean", [1.4, 3.0, 4.5])
def test_ratings_have_the_mean_that_was_supposed(mean: float) -> None:
    supposed = Rating(means=(mean,), sd=0.7, icc=0.0, rater_icc=0.0)
    found = one(100, 10, supposed, repeats=60)
    # That the intervals hold the mean as often as they say is what a wrong mean would break.
    assert middle(found.held) > 0.85
    closed = 2 * t.ppf(0.975, 99) * 0.7 / np.sqrt(1_000)
    assert middle(found.width) == pytest.approx(closed, rel=0.04)


@pytest.mark.parametrize("supposed", [YesNo(rates=(0.3,)), Rating(means=(3.2,))])
def test_more_people_narrow_it(supposed: YesNo | Rating) -> None:
    widths = [
        [middle(found.width), middle(found.alpha_width)]
        for found in (one(people, 10, supposed, overlap=2) for people in (15, 30, 60))
    ]
    assert (np.diff(widths, axis=0) < 0).all()


def test_lenient_annotators_are_what_an_interval_over_people_cannot_see() -> None:
    fair, lenient = (
        one(40, 10, Rating(means=(3.2,), rater_icc=icc, agreement=0.3), repeats=100)
        for icc in (0.0, 0.4)
    )
    assert middle(lenient.held) < middle(fair.held) - 0.1


def test_unequal_people_count_as_the_slots_have_them() -> None:
    items = [Item(id=f"i{n}", person="p0" if n < 200 else f"p{n}") for n in range(400)]
    uneven = expect(deal(items, overlap=1, size=20), items, YesNo(rates=(0.3,), icc=0.5))
    even = expect(*planned(201, 2), YesNo(rates=(0.3,), icc=0.5))
    assert middle(uneven[0].width) > 2 * middle(even[0].width)


def test_answers_on_one_page_are_answers_of_its_person() -> None:
    alone, more = (
        one(20, 5, YesNo(rates=(0.3,), icc=0.0, answers=answers), overlap=2) for answers in (1, 9)
    )
    assert middle(more.width) == pytest.approx(middle(alone.width) / 3, rel=0.1)


def test_what_cannot_be_told_has_a_reason() -> None:
    found = one(1, 20, YesNo(rates=(0.3,)), repeats=5)
    for figure in (found.width, found.held):
        assert (figure.value, figure.left_out) == (None, 5)
        assert figure.reason == "An interval needs at least two independent units."
    assert found.alpha.reason == "No item has answers of two raters."
    few = one(3, 20, YesNo(rates=(0.3,)), overlap=2, repeats=5)
    assert few.alpha.value is not None
    assert few.alpha_width.value is None
    assert few.alpha_width.reason is not None
    assert "at least 5 independent units" in few.alpha_width.reason


def test_runs_without_an_interval_are_counted() -> None:
    found = one(4, 3, YesNo(rates=(0.2,), icc=0.0), repeats=50)
    assert 0 < found.width.left_out < 25
    assert found.width.n == 50


def test_large_designs_are_run_less_often() -> None:
    small = expect(*planned(10, 2), PLAIN)
    large = expect(*planned(100, 10), YesNo(rates=(0.3,), answers=20))
    assert (small[0].runs, large[0].runs) == (200, 30)


def test_one_seed_gives_one_answer_for_each_base_rate() -> None:
    design = planned(10, 4, overlap=2)
    found = expect(*design, YesNo(), repeats=5)
    assert [each.base for each in found] == [0.1, 0.3, 0.5]
    assert expect(*design, YesNo(), repeats=5) == found
    assert expect(*design, YesNo(), repeats=5, seed=1) != found


@pytest.mark.parametrize(
    ("supposed", "said"),
    [
        (YesNo(rates=(0.0,)), "rates: 0.0 was given"),
        (YesNo(icc=1.2), "icc: 1.2 was given"),
        (YesNo(answers=0), "answers: 0 was given"),
        (Rating(agreement=0.05), "agreement: 0.05 was given; expected from icc, 0.1"),
        (Rating(agreement=0.9, rater_icc=0.2), "to 0.8, what rater_icc leaves"),
        (Rating(means=(1.2,)), "with this mean the sd is between 0.40 and 0.87"),
        (Rating(means=(6.0,)), "cannot have mean 6.0"),
    ],
)
def test_what_cannot_be_supposed_is_refused(supposed: YesNo | Rating, said: str) -> None:
    with pytest.raises(InputError, match=said):
        expect(*planned(4, 5), supposed, repeats=2)


def test_slots_of_other_items_and_of_none_are_refused() -> None:
    with pytest.raises(InputError, match="'x' in slot 0 is not among the items"):
        expect([Slot(number=0, items=("x",))], [], PLAIN)
    with pytest.raises(InputError, match="nothing is asked"):
        expect([], [], PLAIN)
    with pytest.raises(InputError, match="repeats: 0 was given"):
        expect(*planned(2, 2), PLAIN, repeats=0)
