"""What somebody is told at the end: what happened, about pay, and a code only where it is used."""

from __future__ import annotations

from typing import Any

import pytest

from recenter.store import Store
from recenter.study.design import Payment, Recruitment
from recenter.study.ledger import joining, running
from recenter.study.ledger.desk import Desk, annotators
from recenter.study.plan import TaskItems
from recenter.web.annotate.ending import Ending, ending
from tests.study.samples import Clock, opened, supported, task, written
from tests.web.serving import guest, served

PAID = Payment(currency="GBP", amount=6.0)


def made(store: Store, clock: Clock, **more: Any) -> Desk:
    """A study of three items and a check, whose wrong answer ends a part."""
    one = task(overlap=2, per_annotator=3, checks={"items": "c", "every": 3, "failures": 1})
    items = TaskItems(work=tuple(map(supported, "abd")), checks=(supported("c", key=("reject",)),))
    return opened(store.database, written(one, **more), {"quality": items}, clock)


def ended(desk: Desk, outcome: Any, **told: bool) -> Ending:
    who = joining.join(desk, {"id": f"link/{outcome}"})
    joining.end(desk, who.id, outcome)
    return ending(desk, joining.find(desk, who.id), **({"left_out": False} | told))


def test_who_came_by_a_link_is_told_that_they_are_done_and_gets_no_code(
    store: Store, clock: Clock
) -> None:
    told = ended(made(store, clock), "completed")
    assert (told.code, told.back, told.pay) == (None, None, None)
    assert told.next == "You are done and can close this page."


@pytest.mark.parametrize(
    "more",
    [
        {"recruitment": Recruitment(kind="platform")},
        {"recruitment": Recruitment(kind="prolific")},
        {"codes": {"completed": "K7DONE2Q"}},
    ],
)
def test_a_platform_or_the_study_file_asks_for_the_code(
    store: Store, clock: Clock, more: dict[str, Any]
) -> None:
    desk = made(store, clock, **more)
    told = ended(desk, "completed")
    assert told.code == desk.code("completed")
    assert told.next is None


def test_only_what_the_study_file_says_is_said_of_pay(store: Store, clock: Clock) -> None:
    desk = made(store, clock, payment=PAID)
    assert ended(desk, "completed").pay == "You are paid 6.00 GBP."
    for outcome in ("failed_checks", "screened_out", "withdrawn", "full", "technical"):
        pay = ended(desk, outcome).pay
        assert pay
        assert "for who has done everything" in pay
        assert "for the study team to decide" in pay
    assert ended(desk, "no_consent").pay is None


def test_who_failed_checks_reads_what_happened_and_whom_to_ask(store: Store, clock: Clock) -> None:
    desk = made(store, clock, payment=PAID)
    with served(desk) as root:
        ann = guest(desk, root, "ann")
        ann.send("consent", agree="yes")
        assert "One wrong check ends your part." in ann.page.text
        ann.send("begin")
        while "/work/" in str(ann.page.url):
            ann.send(f"work/{ann.position}", answer__1="accept")
        assert "too many checks were answered wrongly" in ann.page.text
        assert "The study ends a part after 1." in ann.page.text
        assert "Your answers do not count" in ann.page.text
        assert "for the study team to decide" in ann.page.text
        assert "If you think that this is a mistake, ask: the study team" in ann.page.text
        assert "Your code" not in ann.page.text


def test_whom_the_study_team_left_out_is_not_told_that_the_work_is_given_out(
    store: Store, clock: Clock
) -> None:
    desk = made(store, clock)
    with served(desk) as root:
        ann = guest(desk, root, "ann")
        ann.send("consent", agree="yes")
        ann.send("begin")
        (who,) = annotators(desk)
        running.exclude(desk, who.id, reason="clicks through", account="ada", replace=True)
        ann.open("next")
        ann.send("begin")
        assert "The study team has ended your part." in ann.page.text
        assert "given out" not in ann.page.text
        assert "clicks through" not in ann.page.text


def test_who_is_left_out_of_the_figures_only_is_told_nothing_of_it(
    store: Store, clock: Clock
) -> None:
    told = ended(made(store, clock), "completed", left_out=True, removed=True)
    assert told.what == "Thank you. You have done everything. Your answers were removed."
