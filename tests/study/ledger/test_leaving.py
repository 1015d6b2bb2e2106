"""Leaving at a platform: work goes to others once, answers stay, late messages change nothing."""

from __future__ import annotations

import pytest

from recenter.errors import RefusedError
from recenter.store import Store
from recenter.study.ledger import joining, leaving, reading, saving
from recenter.study.ledger.desk import Annotator, Desk
from recenter.study.ledger.events import Event
from recenter.study.plan import TaskItems
from recenter.study.steps import next_step
from tests.study.ledger.test_ledger import click, contents, take, work_through
from tests.study.samples import Clock, opened, supported, task, written


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    """Two items, one answer to each, two items an annotator: one slot."""
    items = TaskItems(work=tuple(supported(name) for name in "ab"))
    file = written(task(overlap=1, per_annotator=2))
    return opened(store.database, file, {"quality": items}, clock)


def come(desk: Desk, name: str, submission: str = "one") -> Annotator:
    raw = {"id": f"prolific/{name}", "SESSION_ID": f"{name}-{submission}"}
    annotator = joining.join(desk, raw)
    joining.agree(desk, annotator.id)
    return joining.find(desk, annotator.id)


def half(desk: Desk, name: str) -> Annotator:
    """Somebody who has answered the first of two items."""
    who = come(desk, name)
    slot = take(desk, who)
    click(desk, who, slot, 0, "accept")
    saving.submit(desk, who.id, slot.id, 0)
    return who


def leave(desk: Desk, name: str, submission: str, *keys: str) -> bool:
    return leaving.release_once(
        desk,
        desk.pseudonym(f"prolific/{name}"),
        came_with={"SESSION_ID": f"{name}-{submission}"},
        keys=keys,
    )


def test_open_work_goes_to_others_and_what_was_answered_stays(desk: Desk) -> None:
    ann = half(desk, "ann")
    bea = come(desk, "bea")
    assert joining.claim(desk, bea, desk.study.task("quality")) is None
    leaving.release(desk, ann.id)
    slot = work_through(desk, bea, "reject")
    assert len(reading.places(desk, slot.id)) == 1
    counted = sorted((row.number, row.answer) for row in reading.answers(desk) if row.counts)
    assert counted == [(1, "accept"), (2, "reject")]


def test_who_left_does_not_go_on(desk: Desk) -> None:
    ann = half(desk, "ann")
    slot = take(desk, ann)
    leaving.release(desk, ann.id)
    gone = joining.find(desk, ann.id)
    assert (gone.state, gone.ended) == ("returned", True)
    assert next_step(desk.study, gone, joining.held(desk, ann.id)).kind == "end"
    with pytest.raises(RefusedError):
        saving.save(
            desk,
            ann.id,
            Event(id="too-late", slot=slot.id, position=1, kind="answer", part="1", seq=10**6),
        )
    assert come(desk, "ann", "two").state == "returned"


def test_releasing_again_gives_nothing_out_twice(desk: Desk, store: Store) -> None:
    ann = half(desk, "ann")
    for _ in range(2):
        leaving.release(desk, ann.id)
    assert len(contents(store, "study_slots")) == 2


def test_a_part_that_has_ended_keeps_its_outcome(desk: Desk) -> None:
    ann = come(desk, "ann")
    work_through(desk, ann)
    joining.end(desk, ann.id, "completed")
    leaving.release(desk, ann.id)
    assert joining.find(desk, ann.id).state == "completed"
    assert [row.counts for row in reading.answers(desk)] == [True, True]


def test_a_message_counts_once_by_either_of_its_keys(desk: Desk) -> None:
    half(desk, "ann")
    assert leave(desk, "ann", "one", "event:1", "signed:1")
    assert not leave(desk, "ann", "one", "event:2", "signed:1")
    assert not leave(desk, "ann", "one", "event:1", "signed:2")


def test_messages_about_others_change_nothing(desk: Desk, store: Store) -> None:
    ann = half(desk, "ann")
    assert not leave(desk, "stranger", "one", "event:1")
    # Of another study, or of an earlier submission of the same person.
    assert not leave(desk, "ann", "zero", "event:2")
    assert joining.find(desk, ann.id).state == "working"
    assert contents(store, "study_deliveries") == []
    with pytest.raises(RefusedError):
        leaving.release(desk, "ann_unknown")


def test_what_is_remembered_of_a_message_names_nobody(desk: Desk, store: Store) -> None:
    half(desk, "ann")
    assert leave(desk, "ann", "one", "event:ann-1")
    assert "ann-1" not in str(contents(store, "study_deliveries"))


def test_time_at_work_is_added_up_as_far_as_it_can_be_true(desk: Desk, clock: Clock) -> None:
    ann = come(desk, "ann")
    slot = take(desk, ann)
    for number, (position, kind, active) in enumerate(
        [(0, "shown", 0), (1, "shown", 0), (0, "time", 1500), (1, "time", 9_000_000 // 3)]
    ):
        event = Event(
            id=f"time-{number:04}",
            slot=slot.id,
            position=position,
            kind=kind,  # type: ignore[arg-type]
            seq=number,
            active_ms=active,
        )
        if kind == "time":
            clock.now += 4
        saving.save(desk, ann.id, event)
    come(desk, "bea")
    # Of three million milliseconds, eight seconds had passed, and two are allowed for clocks.
    assert reading.active_seconds(desk) == {ann.id: 10.0}
