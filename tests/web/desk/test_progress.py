"""Minutes and money, by hand."""

from __future__ import annotations

import pytest

from recenter.study.design import Payment
from recenter.study.ledger.desk import Annotator
from recenter.study.ledger.running import Coverage
from recenter.web.desk.progress import progress
from tests.study.answered import row, rows
from tests.study.samples import relevant, supported, task, written

TWO = [supported("a"), supported("b")]


def annotator(number: int, state: str) -> Annotator:
    return Annotator(
        id=f"ann_{number}", number=number, band="", state=state, consented=1.0, joined=1.0, seen=1.0
    )


def test_money_and_time_are_of_those_who_completed() -> None:
    payment = Payment(currency="GBP", amount=3.0, fee=1 / 3, least_per_hour=9.0)
    study = written(task(), payment=payment).study
    answers = [
        *rows({1: ["accept"] * 2}, TWO, active_ms=600_000),
        *rows({2: ["accept"] * 2}, TWO, active_ms=300_000),
        *rows({3: ["accept"] * 2}, TWO, active_ms=60_000),
    ]
    people = [annotator(1, "completed"), annotator(2, "completed"), annotator(3, "working")]
    places = [Coverage(task="quality", items=2, open=1, held=1, done=4, wanted=6)]
    # Two minutes of practice each, which the plan had promised pay for as well.
    active = {"ann_1": 1_320.0, "ann_2": 720.0, "ann_3": 240.0}
    told = progress(study, places, people, answers, active)
    (one,) = told.tasks
    assert (one.places, one.percent, one.left_out) == (6, 66, 0)
    assert one.minutes == pytest.approx(32.0)
    assert told.median_minutes == pytest.approx(17.0)
    assert told.cost == pytest.approx(2 * 3.0 * 4 / 3)
    assert told.per_hour == pytest.approx(3 * 60 / 17)
    assert told.states == (("at work", 1), ("completed", 2))


def test_before_anybody_came_nothing_is_made_up() -> None:
    told = progress(written(task()).study, [], [], [], {})
    assert (told.completed, told.median_minutes, told.cost, told.per_hour) == (0, None, None, None)
    assert told.states == ()


def test_a_page_of_many_decisions_took_its_time_once() -> None:
    page = relevant("p", ("per_a", "per_b"))
    answers = [row(page, 1, "yes", part=part, active_ms=90_000) for part in "1234"]
    places = [Coverage(task="quality", items=1, open=0, held=0, done=4, wanted=4)]
    (one,) = progress(written(task()).study, places, [], answers, {}).tasks
    assert one.minutes == 1.5
