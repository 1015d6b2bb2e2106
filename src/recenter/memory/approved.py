"""What gives way to a memory that its person approves, and comes back when that is undone."""

from __future__ import annotations

from recenter import formats
from recenter.memory import ledger
from recenter.memory.records import Happened
from recenter.records import Attribute
from recenter.stages.conflicts import against
from recenter.stages.verify import status
from recenter.store.database import Database, Transaction
from recenter.store.tables import ATTRIBUTES


def give_way(transaction: Transaction, approved: Attribute, now: float) -> None:
    """Retire what an approved memory contradicts, as if it had been stated now.

    What the person declined stays as they left it. What is not current itself displaces nothing.
    """
    for old, why in contradicted(transaction, approved):
        transaction.run("attributes_retire", id=old.id)
        happened = Happened(
            event="SUPERSEDE", old=old.text, new=approved.text, by="person", why=why, to=approved.id
        )
        ledger.put_event(transaction, old, happened, now)


def contradicted(
    reader: Database | Transaction, approved: Attribute
) -> list[tuple[Attribute, str]]:
    """Return what gives way to a memory once it is approved, each with the reason."""
    rows = reader.rows("memories_profile", person=approved.person)
    current = {one.id: one for one in (ATTRIBUTES.record(str(row[0])) for row in rows)}
    if current.pop(approved.id, None) is None:
        return []
    judged = ledger.supported_of(reader, approved.person)
    others = [one for one in current.values() if status(one.id, judged) != "rejected"]
    return [(current[id], why) for id, why in against(approved, others).items()]


def bring_back(transaction: Transaction, approved: Attribute, now: float) -> None:
    """Let what gave way to a memory when it was approved be known again, if nothing else became
    of it since.
    """
    last: dict[str, Happened] = {}
    for id, _, record in transaction.rows("memory_events_person", person=approved.person):
        last[id] = formats.decode(record, Happened)
    for id, happened in last.items():
        rows = transaction.rows("attributes_get", id=id)
        if rows and happened.event == "SUPERSEDE" and happened.to == approved.id:
            transaction.run("attributes_revive", id=id)
            old = ATTRIBUTES.record(rows[0][0])
            back = Happened(event="RESTORE", new=old.text, by="person")
            ledger.put_event(transaction, old, back, now)
