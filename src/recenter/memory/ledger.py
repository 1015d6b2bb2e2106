"""The tables of memory: what is noted of an attribute, its history, choices, receipts, traces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from recenter import formats
from recenter.memory.records import Answered, Choices, Happened, Memorised, Note
from recenter.memory.traces import Traces, rows_of
from recenter.records import Attribute, Judgment
from recenter.stages.verify import status
from recenter.store.database import Database, Transaction
from recenter.store.writing import hold_people, lock_person

_EPOCH = 0.0
_LATEST = 1e12


def profile(database: Database, person: str, *, retired: bool = False) -> tuple[Memorised, ...]:
    """Return all that is current of a person, or `retired`, each with its status, by id.

    In one read of each table, so that a decision waits for two queries however much is known.
    """
    rows = database.rows("memories_past" if retired else "memories_profile", person=person)
    if not rows:
        return ()
    judged: defaultdict[str, list[Judgment]] = defaultdict(list)
    for judgment in supported_of(database, person):
        if judgment.subject.attribute is not None:
            judged[judgment.subject.attribute].append(judgment)
    return tuple(_memorised(row, judged) for row in rows)


def supported_of(reader: Database | Transaction, person: str) -> list[Judgment]:
    """Return all verdicts on a person's memories."""
    rows = reader.rows("memories_supported", person=person)
    return [formats.decode(r, Judgment, file="store, table judgments") for (r,) in rows]


def latest_first(database: Database, person: str) -> tuple[Memorised, ...]:
    """Return the profile of a person, what was learned or confirmed last first."""
    known = profile(database, person)
    return tuple(sorted(known, key=lambda m: (-m.note.updated, m.attribute.id)))


def one(database: Database, attribute: Attribute) -> Memorised:
    """Return one attribute with what is noted of it, also a retired one."""
    rows = database.rows("memories_one", attribute=attribute.id)
    note = _note(*rows[0][1:]) if rows else Note(created=_EPOCH, updated=_EPOCH)
    judged = supported_of(database, attribute.person)
    about = [judgment for judgment in judged if judgment.subject.attribute == attribute.id]
    return Memorised(
        attribute=attribute,
        note=note,
        status=status(attribute.id, about),
        reason=_reason(about),
    )


def _memorised(row: tuple[object, ...], judged: Mapping[str, list[Judgment]]) -> Memorised:
    attribute = formats.decode(str(row[0]), Attribute, file="store, table attributes")
    about = judged.get(attribute.id, [])
    return Memorised(
        attribute=attribute,
        note=_note(*row[1:]),
        status=status(attribute.id, about),
        reason=_reason(about),
    )


def _note(*row: object) -> Note:
    if row[-1] is None:  # Learned by `recenter extract`, which keeps no times of the clock.
        return Note(created=_EPOCH, updated=_EPOCH)
    note = formats.decode(str(row[-1]), Note, file="store, table memories")
    created, updated, expires = row[:3]
    return msgspec.structs.replace(note, created=created, updated=updated, expires=expires)


def _reason(judgments: Sequence[Judgment]) -> str | None:
    people = [judgment for judgment in judgments if judgment.judge.kind == "person"]
    refusals = [j for j in (people or judgments) if j.answer != "accept"]
    return next((j.reason for j in refusals if j.reason), None)


def put_note(transaction: Transaction, attribute: Attribute, note: Note) -> None:
    """Keep what is noted of an attribute; when it was learned stays as it was."""
    transaction.run(
        "memories_put",
        attribute=attribute.id,
        person=attribute.person,
        created=note.created,
        updated=note.updated,
        expires=note.expires,
        record=formats.encode(note),
    )


def put_event(
    transaction: Transaction, attribute: Attribute, happened: Happened, at: float
) -> None:
    """Add an event to the history of an attribute."""
    ((place,),) = transaction.rows("memory_events_next", attribute=attribute.id)
    transaction.run(
        "memory_events_put",
        attribute=attribute.id,
        place=int(place),
        person=attribute.person,
        at=at,
        record=formats.encode(happened),
    )


def events(database: Database, attribute: str) -> list[tuple[float, Happened]]:
    """Return what became of an attribute, first to last."""
    return [
        (float(at), formats.decode(record, Happened))
        for at, record in database.rows("memory_events_of", attribute=attribute)
    ]


def events_of(database: Database, person: str) -> list[tuple[str, float, Happened]]:
    """Return what became of all attributes of a person, first to last."""
    return [
        (attribute, float(at), formats.decode(record, Happened))
        for attribute, at, record in database.rows("memory_events_person", person=person)
    ]


def choices(database: Database, person: str) -> Choices:
    """Return what a person decided; the defaults where they decided nothing."""
    rows = database.rows("memory_choices_get", person=person)
    return formats.decode(rows[0][0], Choices) if rows else Choices()


def glance(database: Database, person: str) -> tuple[Choices, bool]:
    """Return what a person decided, and whether anything is known of them, in one read."""
    ((record, known),) = database.rows("memory_glance", person=person)
    return formats.decode(record, Choices) if record else Choices(), bool(known)


def change_choices(
    database: Database, person: str, application: str, **changes: Any
) -> Choices | None:
    """Put these in the place of what a person decided, and keep the rest, also what another process
    changes just now; return all, or None where they were forgotten. They are of this application
    from now on: what they decide first may come first of all.
    """

    def work(transaction: Transaction) -> Choices | None:
        if not lock_person(transaction, person):
            return None
        rows = transaction.rows("memory_choices_get", person=person)
        before = formats.decode(rows[0][0], Choices) if rows else Choices(application=application)
        made = msgspec.structs.replace(before, **changes)
        transaction.run("memory_choices_put", person=person, record=formats.encode(made))
        return made

    return database.transact(work)


def enrol(database: Database, person: str, application: str) -> Choices:
    """Return what a person decided, as one of this application from now on."""
    rows = database.rows("memory_choices_get", person=person)
    if rows:
        return formats.decode(rows[0][0], Choices)
    made = Choices(application=application)

    def work(transaction: Transaction) -> None:
        if not hold_people(transaction, [person]):
            transaction.run("memory_choices_enrol", person=person, record=formats.encode(made))

    database.transact(work)
    return made


def links_ended(database: Database, person: str) -> int:
    """Return how often all links to a person's page were ended."""
    rows = database.rows("memory_links_ended", person=person)
    return int(rows[0][0]) if rows else 0


def end_links(database: Database, person: str) -> None:
    """End all links to a person's page that were made so far; none are kept of the forgotten."""

    def work(transaction: Transaction) -> None:
        if not hold_people(transaction, [person]):
            transaction.run("memory_links_end", person=person)

    database.transact(work)


def all_choices(database: Database) -> Iterator[tuple[str, Choices]]:
    """Yield everyone who decided something."""
    after = ""
    while rows := database.rows("memory_choices_all", after=after, size=500):
        yield from ((person, formats.decode(record, Choices)) for person, record in rows)
        after = rows[-1][0]


def put_receipts(database: Database, receipts: Iterable[Answered]) -> None:
    """Keep receipts; none of somebody who was forgotten, and no memory that was forgotten since
    the decision.
    """
    rows = list(receipts)

    def work(transaction: Transaction) -> None:
        refused = hold_people(transaction, (row.person for row in rows))
        for row in rows:
            if row.person not in refused:
                record = formats.encode(_of_what_is_kept(transaction, row))
                transaction.run(
                    "memory_receipts_put", id=row.id, person=row.person, at=row.at, record=record
                )

    database.transact(work)


def _of_what_is_kept(transaction: Transaction, answered: Answered) -> Answered:
    named = {line.attribute for line in answered.receipt.lines}
    rows = transaction.rows("attributes_among", ids=sorted(named), person=answered.person)
    return answered.without(named - {id for (id,) in rows})


def receipt(database: Database, id: str) -> Answered | None:
    """Return a receipt."""
    rows = database.rows("memory_receipts_get", id=id)
    return formats.decode(rows[0][1], Answered) if rows else None


def receipts(
    database: Database, person: str, *, size: int, before: float | None = None
) -> list[Answered]:
    """Return up to `size` receipts of a person, latest first, none later than `before`."""
    at = _LATEST if before is None else before
    rows = database.rows("memory_receipts_page", person=person, before=at, size=size)
    return [formats.decode(record, Answered) for _, _, record in rows]


def all_receipts(database: Database, person: str) -> list[Answered]:
    """Return all receipts of a person, first to last."""
    rows = database.rows("memory_receipts_of", person=person)
    return [formats.decode(record, Answered) for _, _, record in rows]


def traces(database: Database | Transaction, person: str) -> Traces:
    """Return the traces that forgotten and reworded memories of a person left."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for kind, hash in database.rows("memory_traces_of", person=person):
        found[kind].add(hash)
    return found


def traces_of_turns(transaction: Transaction, person: str) -> frozenset[str]:
    """Return the traces of turns that held forgotten words of a person."""
    rows = transaction.rows("memory_traces_of", person=person)
    return frozenset(hash for kind, hash in rows if kind == "turn")


def put_traces(transaction: Transaction, person: str, left: Mapping[str, Iterable[str]]) -> None:
    """Add traces of a person."""
    transaction.many("memory_traces_put", [dict(row) for row in rows_of(person, left)])
