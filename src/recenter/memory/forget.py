"""Forget one memory so that none of its words are left, and nothing learns them again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

import msgspec

from recenter import formats
from recenter.memory import ledger
from recenter.memory.clearing import Clearing
from recenter.memory.records import Answered, Deleted, Happened
from recenter.memory.traces import Hasher
from recenter.memory.words import Words
from recenter.records import Attribute, Evidence
from recenter.store import Store
from recenter.store.database import Row, Transaction
from recenter.store.in_studies import remove_from_studies
from recenter.store.removal import every, remove_attributes, remove_traces, rewrite
from recenter.store.tables import ATTRIBUTES
from recenter.store.writing import lock_person
from recenter.text.forgetting import forget_texts

Wordings = Mapping[str, Set[str]]
"""The texts that a memory had, by its id."""


class _Plan(NamedTuple):
    """What goes with a memory, and what only loses some of its evidence."""

    gone: Mapping[str, Attribute]
    trimmed: tuple[Attribute, ...]


def forget_memories(
    store: Store,
    person: str,
    ids: Iterable[str],
    *,
    key: bytes,
    conversations: bool,
    erase: bool,
    again: bool = False,
) -> Deleted:
    """Remove memories with everything that holds their words, and leave traces, unless they may be
    learned `again` when the person says so.

    With a memory go those it was made of or made into, and the evidence of others that covers the
    same words; one that loses all its evidence goes too. Its words are masked in the
    conversations they stand in, or with `conversations` these are removed whole.
    """
    wanted = set(ids)

    def work(transaction: Transaction) -> tuple[Counter[str], tuple[str, ...]]:
        # In the order in which a whole person is forgotten.
        transaction.rows("study_hold_all")
        lock_person(transaction, person)
        known: list[Attribute] = every(transaction, ATTRIBUTES, person)
        wordings = _wordings(transaction.rows("memory_events_person", person=person))
        plan = _plan(known, wanted, wordings)
        if not plan.gone:
            return Counter(), ()
        counts: Counter[str] = Counter()
        hasher = None if again else Hasher(key, person)
        if hasher is not None:
            _leave_traces(transaction, plan, wordings, hasher)
        _remove(transaction, person, plan, counts)
        words = Words(_texts(plan.gone, wordings))
        clearing = Clearing(transaction, person, words, counts, hasher=hasher)
        removed = _cited(plan.gone.values()) if conversations else set()
        if again:  # What lapses takes nothing from what does not.
            removed -= _cited(a for a in known if a.id not in plan.gone)
        clearing.conversations(removed=removed)
        clearing.references()
        clearing.prompts()
        clearing.notes()
        clearing.copies()
        remove_traces(transaction, person, counts)
        transaction.leave_unerased()
        return +counts, tuple(sorted(plan.gone.keys() - wanted))

    counts, also = store.database.transact(work)
    forget_texts()
    erased = bool(counts) and erase and store.database.erase_after()
    return Deleted(counts=dict(counts), also=also, erased=erased)


def planned(store: Store, person: str, ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of what `forget_memories` would remove, without removing it."""
    known = [*store.attributes(person), *store.attributes(person, retired=True)]
    wordings = _wordings(store.database.rows("memory_events_person", person=person))
    return tuple(sorted(_plan(known, set(ids), wordings).gone))


def _wordings(rows: Iterable[Row]) -> Wordings:
    """Return how each memory was worded in the course of time."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for attribute, _, record in rows:
        happened = formats.decode(record, Happened)
        # What took its place is another memory.
        texts = (happened.old, None if happened.event == "SUPERSEDE" else happened.new)
        found[attribute] |= {text for text in texts if text}
    return found


def _texts(gone: Mapping[str, Attribute], wordings: Wordings) -> set[str]:
    quotes = {e.quote for attribute in gone.values() for e in attribute.evidence}
    return quotes.union(*({a.text, *wordings.get(a.id, ())} for a in gone.values()))


def _plan(known: Sequence[Attribute], wanted: set[str], wordings: Wordings) -> _Plan:
    by_id = {attribute.id: attribute for attribute in known}
    gone = {id: by_id[id] for id in _kin(known, wanted & by_id.keys())}
    words = Words(_texts(gone, wordings))
    spans = [e for attribute in gone.values() for e in attribute.evidence]
    trimmed: dict[str, Attribute] = {}
    for attribute in known:
        if attribute.id in gone:
            continue
        kept = tuple(
            e
            for e in attribute.evidence
            if not words.stand_in(e.quote) and not any(_overlap(e, span) for span in spans)
        )
        if not kept or words.stand_in(attribute.text):
            gone[attribute.id] = attribute
        elif len(kept) < len(attribute.evidence):
            # The reason may retell what is removed.
            trimmed[attribute.id] = msgspec.structs.replace(attribute, evidence=kept, reason=None)
    return _Plan(gone, tuple(trimmed.values()))


def _kin(known: Sequence[Attribute], wanted: Iterable[str]) -> set[str]:
    """Return what is tied to the wanted ones by being merged or reworded, however far."""
    family = set(wanted)
    while True:
        more = {a.id for a in known if a.id not in family and not family.isdisjoint(a.members)}
        more |= {m for a in known if a.id in family for m in a.members} & {a.id for a in known}
        if more <= family:
            return family
        family |= more


def _overlap(one: Evidence, other: Evidence) -> bool:
    same = (one.conversation, one.turn) == (other.conversation, other.turn)
    return same and one.start < other.end and other.start < one.end


def _leave_traces(
    transaction: Transaction, plan: _Plan, wordings: Wordings, hasher: Hasher
) -> None:
    for attribute in plan.gone.values():
        left = hasher.forgotten(attribute, worded=wordings.get(attribute.id, ()))
        ledger.put_traces(transaction, attribute.person, left)


def _cited(attributes: Iterable[Attribute]) -> set[str]:
    return {e.conversation for attribute in attributes for e in attribute.evidence}


def _remove(transaction: Transaction, person: str, plan: _Plan, counts: Counter[str]) -> None:
    for attribute in plan.trimmed:
        rewrite(transaction, ATTRIBUTES, attribute)
        counts["attributes_trimmed"] += 1
    gone = set(plan.gone)
    for id in sorted(gone):
        counts["memory_events"] += transaction.run("memory_events_delete", attribute=id)
    lost = {e.quote for attribute in plan.gone.values() for e in attribute.evidence}
    replies = remove_attributes(transaction, person, gone, counts, lost)
    remove_from_studies(transaction, person, counts, attributes=gone, replies=replies)
    for id, at, record in transaction.rows("memory_receipts_of", person=person):
        receipt = formats.decode(record, Answered)
        kept = receipt.without(gone)
        if kept != receipt:
            transaction.run(
                "memory_receipts_put", id=id, person=person, at=at, record=formats.encode(kept)
            )
            counts["receipts_trimmed"] += 1
