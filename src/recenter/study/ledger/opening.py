"""Begin a study: freeze its items and its plan in the store."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable

import msgspec

from recenter import formats
from recenter.errors import InputError
from recenter.provenance import digest
from recenter.store.database import Database, Transaction, Value
from recenter.study.design import Study, Written
from recenter.study.items import Item, Part
from recenter.study.ledger.desk import Desk, load_desk, put_slot
from recenter.study.ledger.remaining import is_what_is_left
from recenter.study.plan import Plan, PlannedItem


def open_study(
    database: Database,
    written: Written,
    plan: Plan,
    *,
    clock: Callable[[], float] = time.time,
) -> Desk:
    """Return the study of this file, its items and slots stored if they are not yet.

    Guidelines, pay and recruitment may change while it runs: each version of a text is kept, and
    answers say which they were given under. Items and plan may not, once somebody has joined, but
    for people who were forgotten since: then what is left goes on as it was dealt.

    Raises:
        InputError: it was begun with other items or another plan.
    """
    name = written.study.study

    def work(transaction: Transaction) -> None:
        rows = transaction.rows("study_get", study=name)
        key = rows[0][1] if rows else secrets.token_hex(32)
        same = bool(rows) and (
            rows[0][2] == plan.content or _only_forgotten(transaction, written, plan, rows[0][4])
        )
        if rows and not same:
            _refuse_change(transaction, name)
            transaction.run("study_clear_slots", study=name)
            transaction.run("study_clear_items", study=name)
        record = formats.encode(written.study)
        content = rows[0][2] if same else plan.content
        transaction.run(
            "study_put", study=name, key=key, content=content, state="open", record=record
        )
        for task, text in (("", written.consent), *written.guidelines.items()):
            last = transaction.rows("study_text_last", study=name, task=task)
            if last != [(digest(text),)]:
                transaction.run(
                    "study_texts_put", study=name, task=task, hash=digest(text), text=text
                )
        if not same:
            desk = Desk(database, written.study, bytes.fromhex(key), "open", clock)
            _put_plan(transaction, desk, plan)

    database.transact(work)
    return load_desk(database, name, clock=clock)


def current_texts(desk: Desk) -> dict[str, tuple[str, str]]:
    """Return the consent (under "") and the guidelines by task: (hash, Markdown)."""
    rows = desk.database.rows("study_texts_get", study=desk.id)
    return {task: (hash, text) for task, hash, _, text in rows}


def _only_forgotten(transaction: Transaction, written: Written, plan: Plan, record: str) -> bool:
    """Whether a study that somebody has joined differs by people who were forgotten alone."""
    before = formats.decode(record, Study, file="store, table studies")
    ((begun,),) = transaction.rows("study_begun", study=before.study)
    return begun > 0 and is_what_is_left(transaction, before, written.study, plan)


def _refuse_change(transaction: Transaction, name: str) -> None:
    ((begun,),) = transaction.rows("study_begun", study=name)
    if begun:
        raise InputError(
            f"{name!r} was begun with other items or another plan, and {begun} have joined.",
            field="study",
            cure="Give the changed study a name of its own, or take the change back.",
        )


def _put_plan(transaction: Transaction, desk: Desk, plan: Plan) -> None:
    people = sorted({person for one in plan.items for person in one.item.people})
    transaction.many("people_add", [{"id": person} for person in people])
    transaction.rows("people_hold", ids=people)
    gone = {id for (id,) in transaction.rows("people_forgotten", ids=people)}
    if gone:
        raise InputError(
            f"{len(gone)} of the people whose words are to be shown were forgotten.",
            field="items",
            cure="Take their items out of the file.",
        )
    for place, one in enumerate(plan.items):
        _put_item(transaction, desk, one, place)
    for slot in plan.slots:
        row: dict[str, Value] = {
            "id": f"slt_{digest(desk.id, slot.task, slot.number)}",
            "task": slot.task,
            "purpose": "work",
            "number": slot.number,
            "state": "open",
            "annotator": None,
            "until": None,
        }
        put_slot(transaction, desk, row, [(item, kind, None) for item, kind in slot.places])


def _put_item(transaction: Transaction, desk: Desk, one: PlannedItem, place: int) -> None:
    """Store an item, each part in a row of its own, so that one person's can go alone."""
    item = one.item
    alone = msgspec.structs.replace(item, parts=())
    transaction.run(
        "study_items_put",
        study=desk.id,
        id=item.id,
        task=one.task,
        kind=one.kind,
        place=place,
        person=item.person,
        apart=item.apart or "",
        record=formats.encode(alone),
    )
    transaction.many("study_parts_put", list(_part_rows(desk, item)))


def _part_rows(desk: Desk, item: Item) -> Iterable[dict[str, Value]]:
    for place, part in enumerate(item.parts):
        yield {
            "study": desk.id,
            "item": item.id,
            "name": part.name,
            "place": place,
            "person": part.person,
            "record": formats.encode(part),
        }


def item_of(transaction: Transaction, desk: Desk, id: str) -> tuple[Item, str, str] | None:
    """Return an item with the parts that are left of it, its task and its kind."""
    rows = transaction.rows("study_item", study=desk.id, item=id)
    if not rows:
        return None
    (_, task, kind, record) = rows[0]
    item = formats.decode(record, Item, file="store, table study_items")
    parts = tuple(
        formats.decode(text, Part, file="store, table study_parts")
        for (text,) in transaction.rows("study_parts", study=desk.id, item=id)
    )
    return msgspec.structs.replace(item, parts=parts), task, kind
