"""Letta: memory blocks of an agent file or of the API, read sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterator

from recenter.audit.document import rows_of
from recenter.audit.readers.base import Reader, Row, sentences
from recenter.audit.record import Document, Entry

_KEYS = (("blocks",), ("memory", "blocks"), ("core_memory",))
OWN_BLOCKS = ("persona", "system", "policies", "custom_instructions")
"""Labels of blocks in which the agent is told what it is: not memories of a person."""


def _matches(document: Document) -> bool:
    return document.shape != "text" and any(
        isinstance(row, dict) and "label" in row and "value" in row
        for _, _, row in rows_of(document, *_KEYS)
    )


def _read(document: Document) -> Iterator[Entry | str]:
    for place, line, value in rows_of(document, *_KEYS):
        row = Row(value, file=document.file, line=line)
        label = row.text("label")
        text = row.text("value")
        if label in OWN_BLOCKS:
            yield "block of the agent itself"
            continue
        for number, (said, cut) in enumerate(sentences(text), start=1):
            yield Entry(
                id=f"{row.word('id') or label}:{number}",
                text=said,
                line=line,
                place=(*place, "value"),
                cut=cut,
                topic=label or None,
                at=row.time("updated_at", "created_at"),
            )


LETTA = Reader(
    name="letta", mark="`label` and `value` in the items of `blocks`", matches=_matches, read=_read
)
