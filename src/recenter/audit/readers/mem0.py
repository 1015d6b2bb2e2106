"""mem0: what `get_all`, `search` or the platform's export give, as one JSON value or as lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recenter.audit.document import rows_of
from recenter.audit.readers.base import Reader, Row
from recenter.audit.record import Document, Entry
from recenter.importers.fields import role_of
from recenter.records import Turn

_KEYS = (("results",), ("memories",), ("data",), ("data", "results"))


def _matches(document: Document) -> bool:
    if document.shape == "text":
        return False
    rows = [row for _, _, row in rows_of(document, *_KEYS)]
    if not rows and isinstance(document.data, dict):
        return "results" in document.data
    return any(isinstance(row, dict) and "memory" in row for row in rows)


def _read(document: Document) -> Iterator[Entry]:
    for place, line, value in rows_of(document, *_KEYS):
        row = Row(value, file=document.file, line=line)
        yield Entry(
            id=row.word("id") or f"entry {line}",
            text=row.text("memory"),
            line=line,
            place=place,
            owner=row.word("user_id"),
            at=row.time("updated_at", "created_at"),
            turns=tuple(_turns(row)),
        )


def _turns(row: Row) -> Iterator[Turn]:
    """Yield the messages that an entry was made of, where they are kept beside it."""
    for message in row.items("messages"):
        content: Any = message.value.get("content")
        if isinstance(content, str) and content:
            role = message.text("role") or "user"
            yield Turn(role=role_of(role, field="messages[...].role"), text=content)


MEM0 = Reader(name="mem0", mark="`memory` in the items of `results`", matches=_matches, read=_read)
