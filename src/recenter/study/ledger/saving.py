"""What an annotator does is saved at once, and never lost or doubled."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from recenter import formats
from recenter.errors import RefusedError
from recenter.records import Failure, Record
from recenter.store.database import Transaction, Value
from recenter.study.design import Task
from recenter.study.item_rows import DECLINES
from recenter.study.items import Part
from recenter.study.ledger.desk import Desk, annotator_of
from recenter.study.ledger.joining import put_open, set_state

EventKind = Literal["answer", "opened", "time", "shown", "unblind"]

_LONGEST_NOTE = 4_000
_LONGEST_MS = 3_600_000
_HIGHEST_SEQ = 2**53


class Event(Record, frozen=True):
    """Something that an annotator did, as their page tells it."""

    id: str
    """Made by the page, so that sending it again changes nothing."""
    slot: str
    position: int
    kind: EventKind
    seq: int
    """Counts up on the page: what was done later has a higher one, whenever it arrives."""
    part: str | None = None
    answer: str | None = None
    failure: str | None = None
    note: str | None = None
    active_ms: int = 0
    idle_ms: int = 0
    at: str | None = None
    """The page's clock, for what it is worth; the server's is the record."""


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
    done: float | None


def save(desk: Desk, annotator: str, event: Event) -> Saved:
    """Save one event and what follows from it, in one transaction.

    Raises:
        RefusedError: the place is not theirs or not theirs any more, the answer is not on the
            scale, or the same id was sent with something else; nothing is changed.
    """
    _check_size(event)

    def work(transaction: Transaction) -> Saved:
        place = _hold(transaction, desk, annotator, event.slot, event.position)
        _check_open(transaction, desk, annotator, place, event.kind)
        _check_event(desk.study.task(place.task), event)
        now = desk.clock()
        if not _add(transaction, desk, annotator, event, place.item, now):
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


def beat(desk: Desk, annotator: str) -> None:
    """Note that somebody's page is open and in use."""
    desk.database.transact(lambda t: keep(t, desk, annotator, desk.clock()))


def pause(desk: Desk, annotator: str) -> float:
    """Keep somebody's work for when they come back; return until when."""

    def work(transaction: Transaction) -> float:
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
        if rows:
            return tuple(name for (name,) in rows)
        now = desk.clock()
        transaction.run("study_place_done", slot=slot, position=position, now=now)
        keep(transaction, desk, annotator, now)
        ((left,),) = transaction.rows("study_places_open", slot=slot)
        if not left:
            _finish(transaction, desk, annotator, slot, place)
        elif place.kind == "check":
            _fail_checks(transaction, desk, annotator, place.task)
        return ()

    return desk.database.transact(work)


def withdraw(desk: Desk, annotator: str) -> None:
    """Remove every answer and event of somebody, and give their work to others."""

    def work(transaction: Transaction) -> None:
        transaction.rows("study_hold", study=desk.id)
        annotator_of(transaction, desk, annotator)
        give_back(transaction, desk, annotator)
        transaction.run("study_answers_withdraw", annotator=annotator)
        transaction.run("study_events_withdraw", annotator=annotator)
        set_state(transaction, desk, annotator, "withdrawn")

    desk.database.transact(work)


def give_back(transaction: Transaction, desk: Desk, annotator: str) -> None:
    """Open all work of somebody to others, done or not: their answers count no more.

    The caller holds the study. Doing it again changes nothing.
    """
    for slot, task, state in transaction.rows(
        "study_slots_worked", study=desk.id, annotator=annotator
    ):
        # What was left undone of the others has gone to somebody else already.
        query = "study_places_work" if state == "held" else "study_places_counted"
        items = [item for (item,) in transaction.rows(query, slot=slot)]
        transaction.run("study_slot_state", slot=slot, state="replaced")
        put_open(transaction, desk, task, items)


def marks(
    transaction: Transaction, desk: Desk, annotator: str, kind: str, *, slot: str | None = None
) -> list[bool]:
    """Return whether each answer that has a right one was right, in order."""
    rows = transaction.rows("study_marked", study=desk.id, annotator=annotator)
    parts = [
        (answer, formats.decode(record, Part, file="store, table study_parts"))
        for where, _, what, answer, record in rows
        if what == kind and slot in (None, where)
    ]
    return [answer in part.key for answer, part in parts if part.key]


def _finish(transaction: Transaction, desk: Desk, annotator: str, slot: str, place: _Place) -> None:
    task = desk.study.task(place.task)
    if place.purpose == "training":
        right = marks(transaction, desk, annotator, "training", slot=slot)
        needed = task.training.needed if task.training else 0.0
        passed = not right or sum(right) >= needed * len(right)
        transaction.run("study_slot_state", slot=slot, state="passed" if passed else "failed")
        return
    rows = transaction.rows("study_places_undone", slot=slot)
    transaction.run("study_slot_state", slot=slot, state="done")
    put_open(transaction, desk, task.name, [item for (item,) in rows])
    _fail_checks(transaction, desk, annotator, task.name)


def _fail_checks(transaction: Transaction, desk: Desk, annotator: str, task: str) -> None:
    """End the part of somebody who failed too many checks; their work goes to others."""
    checks = desk.study.task(task).checks
    wrong = marks(transaction, desk, annotator, "check").count(False)
    if checks is not None and wrong >= checks.failures:
        give_back(transaction, desk, annotator)
        set_state(transaction, desk, annotator, "failed_checks")


def _hold(transaction: Transaction, desk: Desk, annotator: str, slot: str, position: int) -> _Place:
    rows = transaction.rows(
        "study_place_hold", study=desk.id, annotator=annotator, slot=slot, position=position
    )
    if not rows:
        raise RefusedError("this is not among what you were given.", status=403)
    return _Place(**dict(zip(_Place.__struct_fields__, rows[0], strict=True)))


def _check_open(
    transaction: Transaction, desk: Desk, annotator: str, place: _Place, what: str
) -> None:
    """Refuse what comes too late; somebody who paused is at work again."""
    if place.state in ("reclaimed", "replaced"):
        raise RefusedError(
            "this was given to somebody else, since you were away for long.",
            status=410,
            cure="What you answered before counts. Go on with what is left for you.",
        )
    handed_in = place.state in ("done", "passed", "failed")
    if (handed_in and what == "time") or (place.state == "done" and what == "unblind"):
        return
    if place.state != "held":
        raise RefusedError("this was handed in and cannot be changed any more.", status=409)
    if place.purpose == "training" and place.done is not None and what != "time":
        raise RefusedError("the answer was shown; this cannot be changed any more.", status=409)
    who = annotator_of(transaction, desk, annotator)
    if who.ended:
        raise RefusedError("your part has ended.", status=409)
    # The time of a page is told when it closes, which is after the pause began.
    if who.paused and what != "time":
        set_state(transaction, desk, annotator, "working")


def _check_size(event: Event) -> None:
    for what, ok in (
        ("id", 8 <= len(event.id) <= 64 and event.id.isascii()),
        ("seq", 0 <= event.seq < _HIGHEST_SEQ),
        ("position", 0 <= event.position < 100_000),
        ("note", len(event.note or "") <= _LONGEST_NOTE),
        ("active_ms", 0 <= event.active_ms <= _LONGEST_MS),
        ("idle_ms", 0 <= event.idle_ms <= 24 * _LONGEST_MS),
        ("at", len(event.at or "") <= 40),
    ):
        if not ok:
            raise RefusedError(f"the {what} is out of bounds.", status=422)


def _check_event(task: Task, event: Event) -> None:
    if event.kind == "unblind":
        if event.answer not in ("first", "second", "cannot_tell"):
            raise RefusedError(f"{event.answer!r} is no side.", status=422)
        return
    if event.kind != "answer":
        return
    question = task.asks
    if event.answer not in (*question.values, *DECLINES):
        raise RefusedError(f"{event.answer!r} is no answer to {question.name!r}.", status=422)
    if event.failure is not None and (
        not question.failures
        or event.failure not in get_args(Failure)
        or event.answer in (*question.positive, *DECLINES)
    ):
        raise RefusedError(f"{event.failure!r} does not go with this answer.", status=422)


def _add(
    transaction: Transaction, desk: Desk, annotator: str, event: Event, item: str, now: float
) -> bool:
    if event.part is not None and not transaction.rows(
        "study_part_known", study=desk.id, item=item, part=event.part
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
        transaction.run("study_place_time", active=event.active_ms, idle=event.idle_ms, **where)
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
