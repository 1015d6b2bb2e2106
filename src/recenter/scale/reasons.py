"""Why the bad rows of a sharded run are bad, and what its input lacks where all of it failed."""

from __future__ import annotations

from collections import Counter

import msgspec

from recenter.errors import InputError
from recenter.scale.manifest import PLACE, Manifest, find
from recenter.scale.shards import Bad
from recenter.scale.storage import Storage

BAD = f"{PLACE}/bad/"
"""Folder of the output that lists the bad rows."""

_LISTS = 100
_FIRST = {
    "extract": "Do `recenter import --engine` first and extract from what it wrote.",
    "verify": "Do `recenter extract --batch` first and verify what it wrote.",
    "select": "For prompts of people, give --attributes DIR, what `recenter verify --batch` wrote.",
}


def commonest(output: Storage) -> tuple[str, int] | None:
    """Return the commonest reason in the first hundred lists of bad rows, and how often it is."""
    found: Counter[str] = Counter()
    for name in output.names(BAD)[:_LISTS]:
        for line in (output.read(name) or b"").splitlines():
            row = msgspec.json.decode(line, type=Bad)
            found[row.reason if row.field is None else f"{row.field}: {row.reason}"] += 1
    if not found:
        return None
    return found.most_common(1)[0]


def not_used(source: Storage) -> int:
    """Return how many shards the run that wrote this source could not use; 0 where none did."""
    try:
        made = find(source)
    except InputError:
        return 0  # of a run that is not over nothing is known
    return 0 if made is None else len(made.problems)


def comes_first(made: Manifest, reason: str | None) -> str | None:
    """Return what to do before this step, where all its rows or shards lack what it needs."""
    said = [*(entry.problem or "" for entry in made.problems), reason or ""]
    lacking = any("has no column" in one or "missing required field" in one for one in said)
    return _FIRST.get(made.run.step) if lacking and not made.written else None
