"""Webhooks at a real server: what is signed and new is done, once; all else changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from recenter.store import Store
from recenter.study.ledger import joining, reading, running
from recenter.study.ledger.desk import Desk, annotators
from tests.study.ledger.test_ledger import contents
from tests.study.prolific.test_webhooks import SECRET, delivery, sign
from tests.study.samples import Clock
from tests.web.prolific.conftest import IDS
from tests.web.serving import Visitor, served

EVENT = {
    "event_type": "submission.status.change",
    "resource_id": IDS["SESSION_ID"],
    "status": "RETURNED",
    "participant_id": IDS["PROLIFIC_PID"],
    "study_id": IDS["STUDY_ID"],
}


@pytest.fixture
def desk(recruiting: Callable[..., Desk]) -> Desk:
    return recruiting()


@pytest.fixture
def root(desk: Desk) -> Iterator[str]:
    with served(desk, hook_secret=SECRET) as address:
        yield address


@pytest.fixture
def ann(root: str) -> Visitor:
    """Somebody of Prolific who has answered one of two items."""
    visitor = Visitor(root, f"?{httpx.QueryParams(IDS)}")
    visitor.send("consent", agree="yes")
    visitor.send("begin")
    visitor.send("work/0", answer__1="accept")
    return visitor


@pytest.fixture
def tell(root: str, clock: Clock) -> Iterator[Callable[..., httpx.Response]]:
    """Sends a delivery as Prolific would."""
    with httpx.Client() as http:

        def send(headers: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
            event = changes.pop("event", "event1")
            made, body = delivery({**EVENT, **changes}, timestamp=str(int(clock.now)), event=event)
            return http.post(f"{root}/hooks/prolific", content=body, headers=headers or made)

        yield send


def state(desk: Desk) -> str:
    (who,) = annotators(desk)
    return who.state


@pytest.mark.parametrize("status", ["RETURNED", "TIMED-OUT", "TIMED_OUT", "REJECTED"])
def test_who_left_gives_their_work_to_others_and_keeps_what_they_answered(
    desk: Desk, ann: Visitor, tell: Any, root: str, status: str
) -> None:
    answer = tell(status=status)
    assert (answer.status_code, answer.text) == (200, "ok")
    assert state(desk) == "returned"
    assert "was given back" in ann.open("next").text
    bea = joining.join(desk, {"id": "link/bea"})
    slot = joining.claim(desk, bea, desk.study.task("quality"))
    assert slot is not None
    assert len(reading.places(desk, slot.id)) == 1
    assert [row.counts for row in reading.answers(desk)] == [True]


@pytest.mark.parametrize("status", ["ACTIVE", "AWAITING REVIEW", "APPROVED", "PONDERING"])
def test_who_did_not_leave_goes_on(desk: Desk, ann: Visitor, tell: Any, status: str) -> None:
    assert tell(status=status).status_code == 200
    assert state(desk) == "working"
    assert ann.open("next").status_code == 200


def test_a_delivery_that_comes_again_changes_nothing(
    desk: Desk, ann: Visitor, tell: Any, store: Store
) -> None:
    answers = [tell() for _ in range(3)] + [tell(event="event2")]
    assert {(one.status_code, one.text) for one in answers} == {(200, "ok")}
    assert len(contents(store, "study_slots")) == 2
    assert len(contents(store, "study_deliveries")) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"participant_id": "8" * 24},
        {"participant_id": None},
        {"participant_id": "' OR 1=1 --"},
        {"resource_id": "8" * 24},
        {"event_type": "study.status.change"},
    ],
)
def test_what_is_about_others_changes_nothing_and_is_answered_alike(
    desk: Desk, ann: Visitor, tell: Any, store: Store, changes: dict[str, Any]
) -> None:
    answer = tell(**changes)
    assert (answer.status_code, answer.text) == (200, "ok")
    assert state(desk) == "working"
    assert contents(store, "study_deliveries") == []


def test_a_forged_delivery_is_refused_and_written_down(
    desk: Desk, ann: Visitor, tell: Any, root: str, clock: Clock
) -> None:
    headers, body = delivery(EVENT, timestamp=str(int(clock.now)))
    name = "X-Prolific-Request-Signature".lower()
    forged = [
        {**headers, name: sign(body, str(int(clock.now)), "another secret")},
        {**headers, name: ""},
        {key: value for key, value in headers.items() if key != name},
        {},
    ]
    for one in forged:
        answer = httpx.post(f"{root}/hooks/prolific", content=body, headers=one)
        assert (answer.status_code, answer.text) == (400, "not accepted")
    assert state(desk) == "working"
    assert sum(running.refusals(desk).values()) == len(forged)


def test_a_delivery_that_comes_a_day_late_is_refused(
    desk: Desk, ann: Visitor, tell: Any, root: str, clock: Clock
) -> None:
    headers, body = delivery(EVENT, timestamp=str(int(clock.now)))
    clock.now += 24 * 3600 + 1
    answer = httpx.post(f"{root}/hooks/prolific", content=body, headers=headers)
    assert answer.status_code == 400
    assert state(desk) == "working"


def test_a_message_of_an_earlier_submission_comes_too_late(
    desk: Desk, ann: Visitor, tell: Any, root: str
) -> None:
    later = {**IDS, "SESSION_ID": "9" * 24}
    Visitor(root, f"?{httpx.QueryParams(later)}")
    assert tell().status_code == 200
    assert state(desk) == "working"
    tell(resource_id="9" * 24, event="event2")
    assert state(desk) == "returned"


def test_bodies_that_are_too_large_or_no_events_are_refused(root: str, clock: Clock) -> None:
    stamp = str(int(clock.now))
    for body, status in ((b"x" * 300_000, 413), (b" " * 70_000, 400), (b"[", 400), (b"", 400)):
        headers, _ = delivery(body, timestamp=stamp)
        answer = httpx.post(f"{root}/hooks/prolific", content=body, headers=headers)
        assert answer.status_code == status


def test_without_a_secret_there_is_no_such_page(desk: Desk, clock: Clock) -> None:
    headers, body = delivery(EVENT, timestamp=str(int(clock.now)))
    with served(desk) as root:
        assert (
            httpx.post(f"{root}/hooks/prolific", content=body, headers=headers).status_code == 404
        )
