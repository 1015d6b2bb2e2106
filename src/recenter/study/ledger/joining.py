"""Somebody comes to a study, agrees or not, and is given work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from recenter import formats
from recenter.errors import RefusedError
from recenter.provenance import digest
from recenter.store.database import Transaction
from recenter.study.design import Outcome, Task
from recenter.study.ledger.desk import (
    Annotator,
    Desk,
    SlotRow,
    annotator_of,
    places_of,
    put_slot,
    slots_of,
)
from recenter.study.repeats import Place, sides

LATER = "later "
"""Before the name of an id that somebody came with later, unsigned: nobody is paid by it."""
Left = tuple[str, tuple[str, ...] | None]
"""Work that somebody else is to do: an item, and the only parts of it that are asked for."""


def join(
    desk: Desk, raw: Mapping[str, str], *, band: str | None = None, signed: bool = False
) -> Annotator:
    """Return the annotator of these ids of a platform or link, new or known.

    The pseudonym is keyed with the study's secret; the ids themselves stand in one table that no
    export reads. `raw["id"]` is who it is, the rest is kept beside it: as it was at first, unless
    the platform `signed` what came later; and never again once it was erased. A band that is not
    given is dealt so that the bands keep to their weights.

    Raises:
        RefusedError: the study takes nobody new just now.
    """
    made = desk.pseudonym(raw["id"])

    def work(transaction: Transaction) -> Annotator:
        transaction.rows("study_hold", study=desk.id)
        if not transaction.rows("study_annotator", study=desk.id, annotator=made):
            ((_, _, _, state, _),) = transaction.rows("study_get", study=desk.id)
            if state != "open":
                raise RefusedError("the study takes nobody new at present.", status=403)
            chosen = _band(transaction, desk) if band is None else band
            transaction.run(
                "study_annotator_add", study=desk.id, annotator=made, band=chosen, now=desk.clock()
            )
            _put_identity(transaction, desk, made, raw)
        else:
            _renew_identity(transaction, desk, made, raw, signed=signed)
        return annotator_of(transaction, desk, made)

    return desk.database.transact(work)


def identity_of(transaction: Transaction, annotator: str) -> dict[str, str] | None:
    """Return the ids that somebody came with; None where they were erased."""
    rows = transaction.rows("study_identity_get", annotator=annotator)
    if not rows:
        return None
    return formats.decode(rows[0][0], dict[str, str], file="store, table study_identities")


def _renew_identity(
    transaction: Transaction, desk: Desk, annotator: str, raw: Mapping[str, str], *, signed: bool
) -> None:
    """Keep what somebody came with this time beside what they came with first."""
    kept = identity_of(transaction, annotator)
    if kept is None:
        return
    first = {name: value for name, value in kept.items() if not name.startswith(LATER)}
    later = {f"{LATER}{name}": value for name, value in raw.items() if first.get(name) != value}
    _put_identity(transaction, desk, annotator, raw if signed else first | later)


def _put_identity(
    transaction: Transaction, desk: Desk, annotator: str, raw: Mapping[str, str]
) -> None:
    record = formats.encode(raw)
    transaction.run("study_identity_put", annotator=annotator, study=desk.id, record=record)


def find(desk: Desk, annotator: str) -> Annotator:
    """Return an annotator by pseudonym.

    Raises:
        RefusedError: there is none.
    """
    return desk.database.transact(lambda t: annotator_of(t, desk, annotator))


def agree(desk: Desk, annotator: str) -> None:
    """Note that somebody consented; once is enough."""
    desk.database.transact(
        lambda t: t.run("study_annotator_consented", annotator=annotator, now=desk.clock())
    )


def end(desk: Desk, annotator: str, outcome: Outcome) -> None:
    """End somebody's part with an outcome; one that has ended stays as it is."""

    def work(transaction: Transaction) -> None:
        if not annotator_of(transaction, desk, annotator).ended:
            set_state(transaction, desk, annotator, outcome)

    desk.database.transact(work)


def set_state(transaction: Transaction, desk: Desk, annotator: str, state: str) -> None:
    """Write how somebody's part stands."""
    transaction.run("study_annotator_state", annotator=annotator, state=state, now=desk.clock())


def held(desk: Desk, annotator: str) -> list[SlotRow]:
    """Return everything that somebody was given."""
    return desk.database.transact(lambda t: slots_of(t, desk, annotator))


def train(desk: Desk, annotator: Annotator, task: Task) -> SlotRow:
    """Return the training that somebody is in, begun where it is not: all its items, in order.

    Raises:
        RefusedError: they have used all their tries.
    """

    def work(transaction: Transaction) -> SlotRow:
        transaction.rows("study_hold", study=desk.id)
        mine = _of(slots_of(transaction, desk, annotator.id), task, "training")
        running = [slot for slot in mine if slot.state == "held"]
        if running:
            return running[0]
        if task.training is None or len(mine) >= task.training.tries:
            raise RefusedError("there is no further try at the training.", status=403)
        number = annotator.number * 100 + len(mine)
        row = {
            "id": f"slt_{digest(desk.id, task.name, 'training', number)}",
            "task": task.name,
            "purpose": "training",
            "number": number,
            "state": "held",
            "annotator": annotator.id,
            "until": None,
        }
        items = transaction.rows("study_training", study=desk.id, task=task.name)
        put_slot(transaction, desk, row, [(item, "training", None) for (item,) in items])
        return _of(slots_of(transaction, desk, annotator.id), task, "training")[-1]

    return desk.database.transact(work)


def claim(desk: Desk, annotator: Annotator, task: Task) -> SlotRow | None:
    """Return the work that somebody holds, given now where they hold none; None if none is left,
    or if they were left out.

    What others left for longer than their lease is given out again first. One transaction under
    the study's row: no place is ever given to two.
    """

    def work(transaction: Transaction) -> SlotRow | None:
        transaction.rows("study_hold", study=desk.id)
        mine = _of(slots_of(transaction, desk, annotator.id), task, "work")
        holding = [slot for slot in mine if slot.state in ("held", "done")]
        if holding:
            return holding[-1]
        if transaction.rows("study_left_out", annotator=annotator.id):
            return None
        for slot, name in transaction.rows("study_slots_expired", study=desk.id, now=desk.clock()):
            take_back(transaction, desk, slot, name)
        found = transaction.rows(
            "study_slot_next", study=desk.id, task=task.name, annotator=annotator.id
        )
        if not found:
            return None
        ((slot,),) = found
        until = desk.clock() + desk.study.lease.minutes * 60
        transaction.run("study_slot_take", slot=slot, annotator=annotator.id, until=until)
        if task.asks.subject == "reply_pair":
            _set_sides(transaction, desk, slot, annotator.id)
        return _of(slots_of(transaction, desk, annotator.id), task, "work")[-1]

    return desk.database.transact(work)


def take_back(transaction: Transaction, desk: Desk, slot: str, task: str) -> None:
    """Take a slot from whom it was given to; what they left undone goes to a new open slot.

    Answers that were given stand. The caller holds the study.
    """
    # First, since it waits for a save in hand, which may change what is undone.
    transaction.run("study_slot_state", slot=slot, state="reclaimed")
    put_open(transaction, desk, task, undone(transaction, slot))


def undone(transaction: Transaction, slot: str) -> list[Left]:
    """Return what of a slot's work has no answer that counts: not handed in, or declined."""
    declined = _declined(transaction, slot)
    return [
        (place.item, place.only if place.done is None else tuple(declined[place.position]))
        for place in places_of(transaction, slot)
        if place.kind == "work" and (place.done is None or declined[place.position])
    ]


def answered(transaction: Transaction, desk: Desk, slot: str) -> list[Left]:
    """Return what of a slot's work has an answer that counts."""
    declined = _declined(transaction, slot)
    found: list[Left] = []
    for place in places_of(transaction, slot):
        if place.kind != "work" or place.done is None:
            continue
        rows = transaction.rows("study_part_names", study=desk.id, item=place.item)
        asked = place.only or tuple(name for (name,) in rows)
        counted = tuple(name for name in asked if name not in declined[place.position])
        if counted:
            found.append((place.item, counted))
    return found


def put_open(transaction: Transaction, desk: Desk, task: str, left: Sequence[Left]) -> None:
    """Open a slot of this work, if there is any; the caller holds the study."""
    if not left:
        return
    ((number,),) = transaction.rows("study_slot_number", study=desk.id, task=task)
    row = {
        "id": f"slt_{digest(desk.id, task, number)}",
        "task": task,
        "purpose": "work",
        "number": number,
        "state": "open",
        "annotator": None,
        "until": None,
    }
    put_slot(transaction, desk, row, [(item, "work", only) for item, only in left])


def _declined(transaction: Transaction, slot: str) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for position, part in transaction.rows("study_declined", slot=slot):
        found[position].append(part)
    return found


def _of(slots: list[SlotRow], task: Task, purpose: Literal["training", "work"]) -> list[SlotRow]:
    return [slot for slot in slots if slot.task == task.name and slot.purpose == purpose]


def _set_sides(transaction: Transaction, desk: Desk, slot: str, annotator: str) -> None:
    rows = places_of(transaction, slot)
    places = [Place(item=row.item, kind=row.kind) for row in rows]
    for row, side in zip(rows, sides(places, key=desk.key, annotator=annotator), strict=True):
        transaction.run("study_side_set", slot=slot, position=row.position, side=side)


def _band(transaction: Transaction, desk: Desk) -> str:
    """Return the band that is furthest below its weight."""
    weights = desk.study.recruitment.groups
    if not weights:
        return ""
    counts = {band: int(count) for band, count in transaction.rows("study_bands", study=desk.id)}
    return min(weights, key=lambda name: ((counts.get(name, 0) + 1) / weights[name], name))
