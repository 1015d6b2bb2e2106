"""Remove what has lapsed: by its own date, the person's choice, or the application's rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from recenter import formats
from recenter.memory import ledger
from recenter.memory.forget import forget_memories
from recenter.memory.keys import applications
from recenter.memory.records import Answered, Deleted
from recenter.records import LIVE, Attribute, Conversation
from recenter.store import Store
from recenter.store.database import Transaction
from recenter.store.removal import every
from recenter.store.tables import ATTRIBUTES
from recenter.store.writing import lock_person
from recenter.text.forgetting import forget_texts

_DAY = 86_400.0


def lapse(store: Store, *, key: bytes, now: float) -> dict[str, Deleted]:
    """Forget what has lapsed by now; return what was done, by person. Said again, it is learned
    again.

    The fewest days count: those of the person, or of their application. A memory lasts
    that long from when it was last learned or confirmed, a receipt from when it was made, with the
    question behind it, and a conversation of which nothing was learned from when something was
    last said in it.
    """
    # Also what was forgotten by another process.
    forget_texts()
    done: dict[str, Deleted] = {}
    for person, before in _limits(store, now):
        ids = [id for (id,) in store.database.rows("memories_older", person=person, before=before)]
        gone = forget_memories(
            store, person, ids, key=key, conversations=True, erase=False, again=True
        )
        counts = Counter(gone.counts) + Counter(_remove_rest(store, person, before))
        if counts:
            done[person] = msgspec.structs.replace(gone, counts=dict(counts))
    for person, ids in _dated(store, now).items():
        gone = forget_memories(
            store, person, ids, key=key, conversations=False, erase=False, again=True
        )
        if person in done:
            counts = Counter(gone.counts) + Counter(done[person].counts)
            gone = msgspec.structs.replace(
                gone, counts=dict(counts), also=(*done[person].also, *gone.also)
            )
        done[person] = gone
    # Also what was left by deletions before: another process was reading, or this was put off.
    if done or store.is_unerased():
        erased = store.erase()
        done = {person: msgspec.structs.replace(one, erased=erased) for person, one in done.items()}
    return done


def _limits(store: Store, now: float) -> Iterator[tuple[str, float]]:
    """Yield everyone with a limit, and the time before which nothing of theirs is kept."""
    rules = {a.name: a.keep_days for a in applications(store.database)}
    for person, chosen in ledger.all_choices(store.database):
        days = [d for d in (chosen.keep_days, rules.get(chosen.application)) if d is not None]
        if days:
            yield person, now - min(days) * _DAY


def _remove_rest(store: Store, person: str, before: float) -> dict[str, int]:
    """Remove old receipts, what was asked when they were made, and old conversations that no
    memory rests on. A question stays as long as the person's word about a memory depends on it.
    """
    at = datetime.fromtimestamp(max(before, 0.0), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def work(transaction: Transaction) -> dict[str, int]:
        lock_person(transaction, person)
        asked = _asked(transaction, person)
        receipts = transaction.run("memory_receipts_older", person=person, before=before)
        left = _asked(transaction, person)
        left |= {id for (id,) in transaction.rows("judgments_queries", person=person)}
        queries = sum(transaction.run("queries_delete", id=id) for id in sorted(asked - left))
        conversations = 0
        for id in _unused(transaction, person, at):
            conversations += transaction.run("conversations_delete", id=id)
            transaction.run("work_delete_of_item", item=id, person=person)
        if receipts or queries or conversations:
            transaction.leave_unerased()
        return {"memory_receipts": receipts, "queries": queries, "conversations": conversations}

    return store.database.transact(work)


def _asked(transaction: Transaction, person: str) -> set[str]:
    rows = transaction.rows("memory_receipts_of", person=person)
    receipts = (formats.decode(record, Answered) for _, _, record in rows)
    return {receipt.query for receipt in receipts if receipt.query is not None}


def _unused(transaction: Transaction, person: str, before: str) -> list[str]:
    """Return the old conversations of this memory that wait for no learner and support nothing."""
    known: list[Attribute] = every(transaction, ATTRIBUTES, person)
    cited = {evidence.conversation for one in known for evidence in one.evidence}
    rows = transaction.rows("conversations_older", person=person, source=LIVE, before=before)
    return [id for id, record in rows if id not in cited and _last(record) < before]


def _last(record: str) -> str:
    turns = formats.decode(record, Conversation).turns
    return max((turn.at for turn in turns if turn.at is not None), default="")


def _dated(store: Store, now: float) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for (id,) in store.database.rows("memories_lapsed", now=now, size=2**31 - 1):
        attribute = store.attribute(id)
        if attribute is not None:
            found.setdefault(attribute.person, []).append(id)
    return found
