"""Remove what has lapsed: by its own date, the person's choice, or the application's rule."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from recenter.memory import ledger
from recenter.memory.forget import forget_memories
from recenter.memory.keys import applications
from recenter.memory.records import Deleted
from recenter.store import Store

_DAY = 86_400.0


def lapse(store: Store, *, key: bytes, now: float) -> dict[str, Deleted]:
    """Forget what has lapsed by now; return what was done, by person. Said again, it is learned
    again.

    The fewest days count: those of the person, or of their application. A memory lasts
    that long from when it was last learned or confirmed, a receipt from when it was made.
    """
    done: dict[str, Deleted] = {}
    for person, before in _limits(store, now):
        ids = [id for (id,) in store.database.rows("memories_older", person=person, before=before)]
        gone = forget_memories(
            store, person, ids, key=key, conversations=True, erase=False, again=True
        )
        removed = _remove_receipts(store, person, before)
        counts = dict(gone.counts) | ({"memory_receipts": removed} if removed else {})
        if counts:
            done[person] = msgspec.structs.replace(gone, counts=counts)
    for person, ids in _dated(store, now).items():
        done[person] = forget_memories(
            store, person, ids, key=key, conversations=False, erase=False, again=True
        )
    if done:
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


def _remove_receipts(store: Store, person: str, before: float) -> int:
    return store.database.transact(
        lambda t: t.run("memory_receipts_older", person=person, before=before)
    )


def _dated(store: Store, now: float) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for (id,) in store.database.rows("memories_lapsed", now=now, size=2**31 - 1):
        attribute = store.attribute(id)
        if attribute is not None:
            found.setdefault(attribute.person, []).append(id)
    return found
