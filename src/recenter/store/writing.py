"""Put records into their tables, in batches that are stored whole or not at all."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from recenter import formats
from recenter.errors import InputError
from recenter.provenance import Signature
from recenter.records import Attribute, Judgment
from recenter.store.database import Database, Transaction, Value
from recenter.store.reports import Outcome, PutReport
from recenter.store.tables import ATTRIBUTES, JUDGMENTS, R, Table

_BATCH_ROWS = 500
_BATCH_CHARACTERS = 4_000_000
_BULK = 8
"""Batches in one transaction of a bulk load."""
_SUBJECT = ("attribute", "query", "reply")

Rows = list[dict[str, Value]]


def put(
    database: Database,
    table: Table[R],
    records: Iterable[R],
    *,
    each: Callable[[str, Outcome], None] | None = None,
    bulk: bool = False,
) -> PutReport:
    """Store records as they come; `each` is told (id, outcome) of those that are safely stored."""
    total: Counter[str] = Counter()
    for batch in _batches((table.row(record) for record in records), _BULK if bulk else 1):
        work = functools.partial(put_batch, table=table, rows=batch)
        outcomes = database.transact(work, bulk=bulk)
        for id, outcome in outcomes:
            total[outcome] += 1
            if each is not None:
                each(id, outcome)
    return PutReport(**total)


def replace_attributes(
    database: Database,
    person: str,
    attributes: Sequence[Attribute],
    *,
    signature: Signature,
    alone: bool,
) -> PutReport:
    """Make the attributes the whole of the set of this signature: see `Store.put_attributes`."""
    for attribute in attributes:
        if attribute.person != person:
            raise InputError(
                f"attribute {attribute.id} is of {attribute.person!r}, not of {person!r}.",
                field="person",
            )
    owner = formats.encode(signature)
    rows = [ATTRIBUTES.row(attribute) | {"signature": owner} for attribute in attributes]

    def work(transaction: Transaction) -> PutReport:
        outcomes = put_batch(transaction, table=ATTRIBUTES, rows=rows)
        kept = {id for id, _ in outcomes}
        others = [
            id
            for id, held, current in transaction.rows("attributes_extracted", person=person)
            if id not in kept and current and (alone or held == owner)
        ]
        judged = {id for (id,) in transaction.rows("attributes_judged", ids=others)}
        for id in others:
            transaction.run("attributes_retire" if id in judged else "attributes_delete", id=id)
        total: Counter[str] = Counter(outcome for _, outcome in outcomes)
        return PutReport(**total, removed=len(others))

    return database.transact(work)


def put_wordings(
    database: Database, wordings: Sequence[Attribute], judgments: Sequence[Judgment], *, used: str
) -> PutReport:
    """Store the wordings of one attribute with their verdicts: see `Store.put_wordings`."""
    first = wordings[0]

    def work(transaction: Transaction) -> PutReport:
        sets = transaction.rows("attributes_of_set", person=first.person)
        owner = next((held for id, held, _ in sets if id == first.id), None)
        if owner is None:
            return PutReport(refused=len(wordings))
        rows = [ATTRIBUTES.row(wording) | {"signature": owner} for wording in wordings]
        outcomes = dict(put_batch(transaction, table=ATTRIBUTES, rows=rows))
        stored = {id for id, outcome in outcomes.items() if outcome != "refused"}
        verdicts = [JUDGMENTS.row(j) for j in judgments if j.subject.attribute in stored]
        put_batch(transaction, table=JUDGMENTS, rows=verdicts)
        for id in sorted(stored - {used if used in stored else first.id}):
            transaction.run("attributes_retire", id=id)
        total: Counter[str] = Counter(outcomes.values())
        return PutReport(**total)

    return database.transact(work)


def hold_people(transaction: Transaction, people: Iterable[str]) -> set[str]:
    """Make sure that rows of these people exist and stay; return those who were forgotten."""
    ids = sorted(set(people))
    transaction.many("people_add", [{"id": id} for id in ids])
    held = transaction.rows("people_hold", ids=list(ids))
    return {id for id, forgotten in held if forgotten}


def lock_person(transaction: Transaction, person: str) -> bool:
    """Keep others from changing what is stored of a person until the transaction ends; tell
    whether anything may be stored of them, which is False where they were forgotten.

    To be taken before anything is read that the transaction goes by.
    """
    transaction.run("people_add", id=person)
    return transaction.rows("people_lock", person=person) == [(0,)]


def _batches(rows: Iterable[dict[str, Value]], times: int) -> Iterator[Rows]:
    batch: Rows = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(str(row["record"]))
        if len(batch) >= times * _BATCH_ROWS or size >= times * _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def put_batch(
    transaction: Transaction, *, table: Table[Any], rows: Rows
) -> list[tuple[str, Outcome]]:
    """Store rows of one table within a transaction; return what became of each."""
    if table is JUDGMENTS:
        rows = [_with_person(transaction, row) for row in rows]
    refused = _refused(transaction, rows)
    ids = [str(row["id"]) for row in rows]
    known = dict(transaction.pairs(f"{table.name}_contents", ids=ids))
    outcomes: list[tuple[str, Outcome]] = []
    changes: dict[str, dict[str, Value]] = {}
    for id, row in zip(ids, rows, strict=True):
        outcome = _outcome(id, row, known, refused)
        outcomes.append((id, outcome))
        if outcome in ("new", "changed"):
            changes[id] = row
            known[id] = str(row["content"])
    # In the same order everywhere, so that two processes cannot wait for each other.
    transaction.many(f"{table.name}_put", [changes[id] for id in sorted(changes)])
    return outcomes


def _outcome(
    id: str, row: dict[str, Value], known: Mapping[str, str], refused: set[str]
) -> Outcome:
    if not refused.isdisjoint((id, row["person"], row.get("judge"), row.get("conversation"))):
        return "refused"
    # A judgment about something that is gone, of nobody knows whom, could never be forgotten.
    if row["person"] is None and any(row[name] is not None for name in _SUBJECT):
        return "refused"
    if id not in known:
        return "new"
    return "same" if known[id] == row["content"] else "changed"


def _refused(transaction: Transaction, rows: Rows) -> set[str]:
    """Return the ids, of people and of single records, that must not come back."""
    people = {str(row["person"]) for row in rows if row["person"] is not None}
    judges = [str(row["judge"]) for row in rows if row.get("judge_kind") == "person"]
    forgotten = hold_people(transaction, people)
    forgotten |= {id for (id,) in transaction.rows("people_forgotten", ids=judges)}
    ids = [str(row["id"]) for row in rows]
    # What was planted in a conversation that was deleted may retell it.
    ids += [str(row["conversation"]) for row in rows if row.get("conversation")]
    deleted = transaction.rows("deleted_among", ids=ids)
    return forgotten | {id for (id,) in deleted}


def _with_person(transaction: Transaction, row: dict[str, Value]) -> dict[str, Value]:
    if row["person"] is not None:
        return row
    subject = {name: row[name] for name in _SUBJECT}
    found = transaction.rows("judgments_person", **subject)
    return row | {"person": found[0][0]} if found else row
