"""Memories as the dicts that users of mem0 know, with evidence, source, confidence and status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from recenter.memory.learned import Learned
from recenter.memory.records import Happened, Memorised, Note
from recenter.records import Attribute
from recenter.stages.verify import Status

Shown = Literal["verified", "proposed", "rejected"]
"""Status in words for people: `proposed` is not used until somebody approves it."""

SHOWN: Mapping[Status, Shown] = {
    "accepted": "verified",
    "held": "proposed",
    "unverified": "proposed",
    "rejected": "rejected",
}


def iso(at: float | None) -> str | None:
    """Return seconds since 1970 as ISO 8601 in UTC; None for a time that is not known."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") if at else None


def shown(memory: Memorised, user_id: str | None, **more: Any) -> dict[str, Any]:
    """Return a memory as a dict; `user_id` is the id that the application uses, if it gave it."""
    return _plain(memory.attribute, memory.note) | {
        "status": SHOWN[memory.status],
        "reason": memory.reason,
        "user_id": user_id,
        **more,
    }


def changed(learned: Learned, note: Note, user_id: str) -> dict[str, Any]:
    """Return what `add` did, as mem0 returns it; beside it, why there are no results, and how much
    was not kept, by reason.
    """
    results = [
        _plain(change.attribute, note)
        | {
            "event": change.event,
            "status": "proposed" if change.held else "verified",
            "user_id": user_id,
        }
        | ({"previous_memory": change.old} if change.old else {})
        for change in learned.changes
    ]
    return {"results": results, "reason": learned.nothing, "refused": learned.counts}


def history(memory_id: str, happened: Iterable[tuple[float, Happened]]) -> list[dict[str, Any]]:
    """Return the life of a memory, first to last, as mem0 returns it."""
    return [
        {
            "id": f"{memory_id}:{place}",
            "memory_id": memory_id,
            "event": each.event,
            "old_memory": each.old,
            "new_memory": each.new,
            "by": each.by,
            "reason": each.why,
            "created_at": iso(at),
            "updated_at": iso(at),
            "is_deleted": each.event == "DELETE",
        }
        for place, (at, each) in enumerate(happened, start=1)
    ]


def _plain(attribute: Attribute, note: Note) -> dict[str, Any]:
    return {
        "id": attribute.id,
        "memory": attribute.text,
        "metadata": dict(note.metadata) or None,
        "created_at": iso(note.created) or attribute.at,
        "updated_at": iso(note.updated) or attribute.at,
        "expiration_date": iso(note.expires),
        "agent_id": note.agent,
        "run_id": note.run,
        "source": attribute.source,
        "confidence": attribute.confidence,
        "topic": attribute.topic,
        "evidence": [msgspec.to_builtins(evidence) for evidence in attribute.evidence],
    }
