"""Forget one memory so that none of its words are left, and nothing learns them again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from recenter import formats
from recenter.memory import ledger
from recenter.memory.queue import MASK
from recenter.memory.records import Answered, Deleted
from recenter.memory.traces import Hasher
from recenter.records import LIVE, Attribute, Conversation, Evidence, Query, Turn
from recenter.store import Store
from recenter.store.database import Transaction
from recenter.store.in_studies import remove_from_studies
from recenter.store.removal import every, remove_attributes, remove_traces, rewrite
from recenter.store.tables import ATTRIBUTES, CONVERSATIONS, QUERIES
from recenter.store.writing import lock_person

_ALL = 2**31 - 1


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
        plan = _plan(known, wanted)
        if not plan.gone:
            return Counter(), ()
        counts: Counter[str] = Counter()
        if not again:
            _leave_traces(transaction, plan, Hasher(key, person))
        for attribute in plan.trimmed:
            rewrite(transaction, ATTRIBUTES, attribute)
            counts["attributes_trimmed"] += 1
        for id in sorted(plan.gone):
            counts["memory_events"] += transaction.run("memory_events_delete", attribute=id)
        lost = {e.quote for attribute in plan.gone.values() for e in attribute.evidence}
        replies = remove_attributes(transaction, person, set(plan.gone), counts, lost)
        remove_from_studies(transaction, person, counts, attributes=set(plan.gone), replies=replies)
        words = _Words(plan.gone.values())
        cited = {e.conversation for a in plan.gone.values() for e in a.evidence}
        _clear_conversations(transaction, person, words, counts, whole=cited, remove=conversations)
        _clear_prompts(transaction, person, words, set(plan.gone), counts)
        remove_traces(transaction, person, counts)
        return counts, tuple(sorted(plan.gone.keys() - wanted))

    counts, also = store.database.transact(work)
    return Deleted(counts=dict(counts), also=also, erased=bool(counts) and erase and store.erase())


def planned(store: Store, person: str, ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of what `forget_memories` would remove, without removing it."""
    known = [*store.attributes(person), *store.attributes(person, retired=True)]
    return tuple(sorted(_plan(known, set(ids)).gone))


def _plan(known: Sequence[Attribute], wanted: set[str]) -> _Plan:
    by_id = {attribute.id: attribute for attribute in known}
    gone = {id: by_id[id] for id in _kin(known, wanted & by_id.keys())}
    words = _Words(gone.values())
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


def _leave_traces(transaction: Transaction, plan: _Plan, hasher: Hasher) -> None:
    for attribute in plan.gone.values():
        ledger.put_traces(transaction, attribute.person, hasher.forgotten(attribute))


class _Words:
    """The words that must not be left: of the quotes, and of the statements themselves."""

    def __init__(self, gone: Iterable[Attribute]) -> None:
        texts = {e.quote for a in gone for e in a.evidence} | {a.text for a in gone}
        # Case and spaces may differ where somebody repeats them.
        parts = (r"\s+".join(map(re.escape, text.split())) for text in texts if text.strip())
        longest_first = sorted(parts, key=len, reverse=True)
        self._pattern = re.compile("|".join(longest_first) or r"(?!)", re.IGNORECASE)

    def masked(self, text: str) -> str:
        """Return the text with each of their characters masked, so that offsets stay right."""
        return self._pattern.sub(lambda match: MASK * len(match.group()), text)

    def stand_in(self, text: str) -> bool:
        """Tell whether a text holds any of them."""
        return self._pattern.search(text) is not None

    def of_turns(self, turns: Sequence[Turn]) -> tuple[Turn, ...]:
        """Return turns without the words."""
        return tuple(msgspec.structs.replace(t, text=self.masked(t.text)) for t in turns)


def _clear_conversations(
    transaction: Transaction,
    person: str,
    words: _Words,
    counts: Counter[str],
    *,
    whole: set[str],
    remove: bool,
) -> None:
    for conversation in _conversations(transaction, person):
        if remove and conversation.id in whole:
            if conversation.source != LIVE:
                transaction.run("deleted_add", id=conversation.id, person=person)
            counts["conversations"] += transaction.run("conversations_delete", id=conversation.id)
            transaction.run("work_delete_of_item", item=conversation.id, person=person)
            continue
        turns = words.of_turns(conversation.turns)
        if turns != conversation.turns:
            if conversation.source != LIVE:
                # Or the next import of the same file would bring the words back.
                transaction.run("deleted_add", id=conversation.id, person=person)
            row = CONVERSATIONS.row(msgspec.structs.replace(conversation, turns=turns))
            transaction.run("conversations_put", **row)
            counts["conversations_masked"] += 1


def _conversations(transaction: Transaction, person: str) -> list[Conversation]:
    rows = transaction.rows("conversations_page", person=person, at="", after="", size=_ALL)
    return [CONVERSATIONS.record(record) for _, _, record in rows]


def _clear_prompts(
    transaction: Transaction, person: str, words: _Words, gone: set[str], counts: Counter[str]
) -> None:
    """Take the words out of the questions that were asked, and the memory out of receipts."""
    query: Query
    for query in every(transaction, QUERIES, person):
        turns = words.of_turns(query.messages)
        cleared = msgspec.structs.replace(query, prompt=words.masked(query.prompt), messages=turns)
        if cleared != query:
            row = QUERIES.row(cleared)
            transaction.run(
                "queries_put", **{k: row[k] for k in ("id", "person", "content", "record")}
            )
            counts["queries_masked"] += 1
    for id, at, record in transaction.rows("memory_receipts_of", person=person):
        receipt = formats.decode(record, Answered)
        cleared_receipt = _cleared(receipt, words, gone)
        if cleared_receipt != receipt:
            transaction.run(
                "memory_receipts_put",
                id=id,
                person=person,
                at=at,
                record=formats.encode(cleared_receipt),
            )
            counts["receipts_trimmed"] += 1


def _cleared(answered: Answered, words: _Words, gone: set[str]) -> Answered:
    receipt = answered.receipt
    kept: dict[str, Any] = {
        name: tuple(
            msgspec.structs.replace(
                line,
                reason=words.masked(line.reason),
                quotes=tuple(q for q in line.quotes if not words.stand_in(q)),
            )
            for line in getattr(receipt, name)
            if line.attribute not in gone
        )
        for name in ("used", "withheld", "asked")
    }
    about = answered.asked in gone
    return msgspec.structs.replace(
        answered,
        receipt=msgspec.structs.replace(receipt, **kept),
        prompt=words.masked(answered.prompt),
        question=None if about else answered.question,
        asked=None if about else answered.asked,
    )
