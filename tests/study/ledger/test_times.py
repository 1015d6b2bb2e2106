"""Nobody is at work for longer than they were there: times that a page tells are held to that."""

from __future__ import annotations

import pytest

from recenter.store import Store
from recenter.study.ledger import reading, saving
from recenter.study.ledger.desk import Annotator, Desk, SlotRow
from recenter.study.ledger.events import Event
from recenter.study.plan import TaskItems
from tests.study.ledger.test_ledger import click, come, take
from tests.study.samples import Clock, opened, supported, task, written


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    """One slot of three items."""
    items = TaskItems(work=tuple(supported(name) for name in "abc"))
    file = written(task(overlap=1, per_annotator=3))
    return opened(store.database, file, {"quality": items}, clock)


def tell(desk: Desk, who: Annotator, slot: SlotRow, position: int, kind: str, **more: int) -> None:
    number = reading.last_seq(desk, who.id) + 1
    values = {"slot": slot.id, "position": position, "kind": kind, "seq": number}
    saving.save(desk, who.id, Event(id=f"time-{number:05}", **values, **more))  # type: ignore[arg-type]


def hand_in(desk: Desk, who: Annotator, slot: SlotRow) -> None:
    for position in range(3):
        click(desk, who, slot, position, "accept", seq=reading.last_seq(desk, who.id) + 1)
        assert saving.submit(desk, who.id, slot.id, position) == ()


def test_no_time_is_added_for_what_came_after_the_work_was_handed_in(
    desk: Desk, clock: Clock
) -> None:
    ann = come(desk, "ann")
    slot = take(desk, ann)
    for position in range(3):
        tell(desk, ann, slot, position, "shown")
    clock.now += 60
    hand_in(desk, ann, slot)
    clock.now += 7_200
    # The last page's time may arrive late; more than passed until it was handed in it cannot be.
    tell(desk, ann, slot, 2, "time", active_ms=3_600_000, idle_ms=3_600_000)
    assert reading.active_seconds(desk)[ann.id] <= 62
    assert sum(place.idle_ms for place in reading.places(desk, slot.id)) == 0


def test_pages_that_are_open_at_once_are_no_more_time_than_passed(desk: Desk, clock: Clock) -> None:
    ann = come(desk, "ann")
    slot = take(desk, ann)
    for position in range(3):
        tell(desk, ann, slot, position, "shown")
    clock.now += 600
    for position in range(3):
        tell(desk, ann, slot, position, "time", active_ms=600_000)
    assert reading.active_seconds(desk)[ann.id] <= 602
    # A page in the background is idle, whatever is done on another.
    tell(desk, ann, slot, 2, "time", idle_ms=500_000)
    assert reading.places(desk, slot.id)[2].idle_ms == 500_000
