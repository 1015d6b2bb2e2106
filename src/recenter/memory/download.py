"""Everything that is kept of a person, for the person: as JSON can hold it, no table left out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from recenter.memory import ledger
from recenter.memory.envelope import history, iso, shown
from recenter.memory.records import Happened
from recenter.store import Store


def downloaded(store: Store, person: str, user_id: str | None) -> dict[str, Any]:
    """Return everything that is kept of a person.

    `superseded` are memories that others took the place of. Of what was forgotten there are
    hashes, which are counted by kind; of what was computed from the person's words, and can be
    computed again, the number.
    """
    database, plain = store.database, msgspec.to_builtins
    studies = [*database.rows("study_parts_of", person=person)]
    items = database.rows("study_items_of", person=person)
    return {
        "person": person,
        "user_id": user_id,
        "choices": plain(ledger.choices(database, person)),
        "memories": [shown(m, user_id) for m in ledger.profile(database, person)],
        "superseded": [shown(m, user_id) for m in ledger.profile(database, person, retired=True)],
        "history": list(_histories(ledger.events_of(database, person))),
        "receipts": [plain(r) | {"at": iso(r.at)} for r in ledger.all_receipts(database, person)],
        "judgments": [plain(j) for j in store.judgments(person)],
        "queries": [plain(q) for q in store.queries(person)],
        "selections": [plain(s) for s in store.selections(person)],
        "replies": [plain(r) for r in store.replies(person)],
        "references": [plain(r) for r in store.references(person)],
        "conversations": [plain(c) for c in store.conversations(person)],
        "studies": [{"study": study, "id": id} | json.loads(r) for study, id, r in items]
        + [{"study": study, "item": item} | json.loads(r) for study, item, _, r in studies],
        "runs": [plain(run) for run in store.runs() if run.person == person],
        "work": [
            {"stage": stage, "item": item, "state": state}
            for stage, item, state in database.rows("work_of", person=person)
        ],
        "keys": [
            {"id": id, "application": application, "label": label, "created": iso(created)}
            for id, application, label, created in database.rows("memory_keys_of", person=person)
        ],
        "links_ended": ledger.links_ended(database, person),
        "deleted": [id for (id,) in database.rows("deleted_of", person=person)],
        "forgotten": {k: len(hashes) for k, hashes in ledger.traces(database, person).items()},
        "cached": database.rows("cache_count", person=person)[0][0],
    }


def _histories(events: Iterable[tuple[str, float, Happened]]) -> Iterable[dict[str, Any]]:
    by_memory: dict[str, list[tuple[float, Happened]]] = {}
    for id, at, happened in events:
        by_memory.setdefault(id, []).append((at, happened))
    for id, told in by_memory.items():
        yield from history(id, told)
