"""What an annotator does is saved at once, and never lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from recenter import formats
from recenter.errors import RefusedError
from recenter.records import Record
from recenter.store.database import Transaction, Value
from recenter.study.items import Part
from recenter.study.ledger.desk import Desk, annotator_of, parts_named, places_of
from recenter.study.ledger.events import Event, check_bounds, check_told
from recenter.study.ledger.joining import Left, answered, put_open, set_state, undone

_CLOCKS_APART_MS = 2_000
"""The page begins to count before the server hears that it was shown."""


class Saved(Record, frozen=True):
    """What became of an event."""

    at: float
    """When it was saved, by the server's clock: at the first sending."""
    again: bool = False
    """Whether it had been saved before."""


class _Place(Record, frozen=True):
    task: str
    purpose: str
    state: str
    item: str
    kind: str
    only: tuple[str, ...] | None
    shown: float | None
    done: float | None
    active_ms: int
    idle_ms: int


class _Mark(NamedTuple):
    task: str
    slot: str
    position: int
    kind: str
    right: bool


def save(desk: Desk, annotator: str, event: Event) -> Saved:
    """Save one event and what follows from it, in one transaction.

    Raises:
        RefusedError: the place is not theirs or not theirs any more, the answer is not on the
            scale, or the same id was sent with something else; nothing is changed.
    """
    check_bounds(event)

    def work(transaction: Transaction) -> Saved:
        place = _hold(transaction, desk, annotator, event.slot, event.position)
        _check_open(transaction, desk, annotator, place, event.kind)
        check_told(desk.study.task(place.task), event)
        now = desk.clock()
        if not _add(transaction, desk, annotator, event, place, now):
            return _again(transaction, annotator, event)
        _apply(transaction, desk, annotator, event, place, now)
        if not (event.kind == "time" and annotator_of(transaction, desk, annotator).paused):
            keep(transaction, desk, annotator, now)
        return Saved(at=now)

    return desk.database.transact(work)


def keep(transaction: Transaction, desk: Desk, annotator: str, now: float) -> None:
    """Lengthen what somebody holds: they are at work."""
    until = now + desk.study.lease.minutes * 60
    transaction.run("study_slot_lease", annotator=annotator, until=until)
    transaction.run("study_annotator_seen", annotator=annotator, now=now)


def pause(desk: Desk, annotator: str) -> float:
    """Keep somebody's work for when they come back; return until when."""

    def work(transaction: Transaction) -> float:
        transaction.rows("study_hold", study=desk.id)
        if annotator_of(transaction, desk, annotator).ended:
            raise RefusedError("your part has ended.", status=409)
        until = desk.clock() + desk.study.lease.pause_hours * 3600
        transaction.run("study_slot_lease", annotator=annotator, until=until)
        set_state(transaction, desk, annotator, "paused")
        return until

    return desk.database.transact(work)


def submit(desk: Desk, annotator: str, slot: str, position: int) -> tuple[str, ...]:
    """Mark a place as done; return the parts that lack an answer, and leave it open if any do.

    The last place of a slot ends it: work that was declined goes to somebody else.

    Raises:
        RefusedError: the place is not theirs, or not any more.
    """

    def work(transaction: Transaction) -> tuple[str, ...]:
        transaction.rows("study_hold", study=desk.id)
        place = _hold(transaction, desk, annotator, slot, position)
        _check_open(transaction, desk, annotator, place, "submit")
        rows = transaction.rows("study_place_missing", slot=slot, position=position)
        missing = tuple(name for (name,) in rows if place.only is None or name in place.only)
        if missing:
            return missing
        now = desk.clock()
        transaction.run("study_place_done", slot=slot, position=position, now=now)
        keep(transaction, desk, annotator, now)
        ((left,),) = transaction.rows("study_places_open", slot=slot)
        if not left:
            _finish(transaction, desk, annotator, slot, (place.task, place.purpose))
        elif place.kind == "check":
            _fail_checks(transaction, desk, annotator, place.task)
        return ()

    return desk.database.transact(work)


def settle(desk: Desk, annotator: str, slot: str) -> None:
    """End a slot of which nothing is left to do, because its last words were forgotten."""

    def work(transaction: Transaction) -> None:
        transaction.rows("study_hold", study=desk.id)
        rows = transaction.rows("study_slot_of", study=desk.id, annotator=annotator, slot=slot)
        ((left,),) = transaction.rows("study_places_open", slot=slot)
        if not rows or rows[0][2] != "held" or left:
            return
        if rows[0][1] == "work" and not places_of(transaction, slot):
            # They did nothing of it: there may be other work for them.
            transaction.run("study_slot_state", slot=slot, state="reclaimed")
        else:
            _finish(transaction, desk, annotator, slot, (rows[0][0], rows[0][1]))

    desk.database.transact(work)


def withdraw(desk: Desk, annotator: str) -> None:
    """Remove every answer and event of somebody, also from the judgments of the store, and give
    their work to others. What ended otherwise than completed keeps its outcome.
    """

    def work(transaction: Transaction) -> None:
        transaction.rows("study_hold", study=desk.id)
        annotator_of(transaction, desk, annotator)
        give_back(transaction, desk, annotator)
        transaction.run("study_training_end", annotator=annotator)
        transaction.run("study_answers_withdraw", annotator=annotator)
        transaction.run("study_events_withdraw", annotator=annotator)
        transaction.run("study_judgments_forget", annotator=annotator)
        set_state(transaction, desk, annotator, "withdrawn")

    desk.database.transact(work)


def give_back(transaction: Transaction, desk: Desk, annotator: str) -> None:
    """Open all work of somebody to others, done or not: their answers count no more.

    The caller holds the study. Doing it again changes nothing.
    """
    for slot, task, state in transaction.rows(
        "study_slots_worked", study=desk.id, annotator=annotator
    ):
        if state == "held":
            items: list[Left] = [
                (place.item, place.only)
                for place in places_of(transaction, slot)
                if place.kind == "work"
            ]
        else:
            # What was left undone of these has gone to somebody else already.
            items = answered(transaction, desk, slot)
        transaction.run("study_slot_state", slot=slot, state="replaced")
        put_open(transaction, desk, task, items)


def _marked(transaction: Transaction, desk: Desk, annotator: str) -> Iterator[_Mark]:
    """Yield what somebody answered of what has a right answer, in the order of the pages."""
    for task, slot, position, kind, answer, record in transaction.rows(
        "study_marked", study=desk.id, annotator=annotator
    ):
        part = formats.decode(record, Part, file="store, table study_parts")
        if part.key:
            yield _Mark(task, slot, position, kind, answer in part.key)


def _finish(
    transaction: Transaction, desk: Desk, annotator: str, slot: str, what: tuple[str, str]
) -> None:
    name, purpose = what
    task = desk.study.task(name)
    if purpose == "training":
        right = [one.right for one in _marked(transaction, desk, annotator) if one.slot == slot]
        needed = task.training.needed if task.training else 0.0
        passed = not right or sum(right) >= needed * len(right)
        transaction.run("study_slot_state", slot=slot, state="passed" if passed else "failed")
        return
    left = undone(transaction, slot)
    transaction.run("study_slot_state", slot=slot, state="done")
    put_open(transaction, desk, name, left)
    _fail_checks(transaction, desk, annotator, name)


def _fail_checks(transaction: Transaction, desk: Desk, annotator: str, task: str) -> None:
    """End the part of somebody who failed too many checks of a task; their work goes to others.

    A page of checks is failed once, however many of its parts are wrong.
    """
    checks = desk.study.task(task).checks
    failed = {
        (one.slot, one.position)
        for one in _marked(transaction, desk, annotator)
        if (one.task, one.kind) == (task, "check") and not one.right
    }
    if checks is not None and len(failed) >= checks.failures:
        give_back(transaction, desk, annotator)
        set_state(transaction, desk, annotator, "failed_checks")


def _hold(transaction: Transaction, desk: Desk, annotator: str, slot: str, position: int) -> _Place:
    rows = transaction.rows(
        "study_place_hold", study=desk.id, annotator=annotator, slot=slot, position=position
    )
    if not rows:
        raise RefusedError("this is not among what you were given.", status=403)
    found = dict(zip(_Place.__struct_fields__, rows[0], strict=True))
    return _Place(**found | {"only": parts_named(found["only"])})


def _check_open(
    transaction: Transaction, desk: Desk, annotator: str, place: _Place, what: str
) -> None:
    """Refuse what comes too late; somebody who paused is at work again."""
    if place.state == "replaced":
        raise RefusedError("your part has ended.", status=409)
    if place.state == "reclaimed":
        raise RefusedError(
            "this was given to somebody else, since you were away for long.",
            status=410,
            cure="What you answered before counts. Go on with what is left for you.",
        )
    handed_in = place.state in ("done", "passed", "failed")
    if handed_in and what == "time":
        return
    if what == "unblind" and (place.state, place.kind) != ("done", "work"):
        raise RefusedError("which side it was is asked at the end, of pairs.", status=409)
    if what != "unblind" and place.state != "held":
        raise RefusedError("this was handed in and cannot be changed any more.", status=409)
    if place.purpose == "training" and place.done is not None and what != "time":
        raise RefusedError("the answer was shown; this cannot be changed any more.", status=409)
    who = annotator_of(transaction, desk, annotator)
    if who.ended:
        raise RefusedError("your part has ended.", status=409)
    # The time of a page is told when it closes, which is after the pause began.
    if who.paused and what != "time":
        set_state(transaction, desk, annotator, "working")


def _add(
    transaction: Transaction, desk: Desk, annotator: str, event: Event, place: _Place, now: float
) -> bool:
    item = place.item
    if event.part is not None and (
        (place.only is not None and event.part not in place.only)
        or not transaction.rows("study_part_known", study=desk.id, item=item, part=event.part)
    ):
        raise RefusedError("there is no such decision here.", status=422)
    if event.kind == "answer" and event.part is None:
        raise RefusedError("an answer has to say to what.", status=422)
    values: dict[str, Value] = {
        "annotator": annotator,
        "id": event.id,
        "study": desk.id,
        "slot": event.slot,
        "position": event.position,
        "item": item,
        "part": event.part,
        "kind": event.kind,
        "seq": event.seq,
        "record": formats.encode(event),
    }
    return transaction.run("study_event_add", now=now, **values) == 1


def _again(transaction: Transaction, annotator: str, event: Event) -> Saved:
    ((_, _, _, _, record, at),) = transaction.rows("study_event", annotator=annotator, id=event.id)
    stored = formats.decode(record, Event, file="store, table study_events")
    if msgspec.structs.replace(stored, at=None) != msgspec.structs.replace(event, at=None):
        raise RefusedError("something else was saved under this id.", status=409)
    return Saved(at=at, again=True)


def _apply(
    transaction: Transaction, desk: Desk, annotator: str, event: Event, place: _Place, now: float
) -> None:
    where: dict[str, Value] = {"slot": event.slot, "position": event.position}
    if event.kind == "shown":
        transaction.run("study_place_shown", now=now, **where)
    elif event.kind == "opened":
        transaction.run("study_place_opened", **where)
    elif event.kind == "time":
        active, idle = _believed(transaction, annotator, event, place, now)
        transaction.run("study_place_time", active=active, idle=idle, **where)
    elif event.kind == "answer":
        ((guide,),) = transaction.rows("study_text_last", study=desk.id, task=place.task)
        transaction.run(
            "study_answer_put",
            part=event.part,
            study=desk.id,
            item=place.item,
            annotator=annotator,
            answer=event.answer,
            failure=event.failure,
            note=event.note or None,
            guide=guide,
            seq=event.seq,
            now=now,
            **where,
        )


def _believed(
    transaction: Transaction, annotator: str, event: Event, place: _Place, now: float
) -> tuple[int, int]:
    """Return what of a page's times can be true.

    No more than passed since it was first shown, until its slot was handed in; nor are pages that
    are open at once more work than passed since the first of all.
    """
    if place.shown is None:
        return 0, 0
    ((first, worked, ended),) = transaction.rows(
        "study_at_work", annotator=annotator, slot=event.slot
    )
    until = now if place.state == "held" else min(now, ended or now)

    def passed(since: float) -> int:
        return int((until - since) * 1000) + _CLOCKS_APART_MS

    room = max(0, passed(place.shown) - place.active_ms - place.idle_ms)
    active = min(event.active_ms, room, max(0, passed(first) - int(worked)))
    return active, min(event.idle_ms, room - active)
