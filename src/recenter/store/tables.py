"""How each kind of record becomes a row: whole as JSON, beside the columns it is found by."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from recenter import formats
from recenter.errors import InputError
from recenter.provenance import Signature
from recenter.records import (
    Attribute,
    Conversation,
    Judgment,
    Query,
    Record,
    Reference,
    Reply,
    Selection,
)
from recenter.store.database import Value, clean

R = TypeVar("R", bound=Record)

_UNSIGNED = Signature(code="")


class Table(msgspec.Struct, Generic[R], frozen=True):
    """The table of one kind of record; `NAME_put` and so on are its queries."""

    name: str
    kind: type[R]
    columns: Callable[[Any], dict[str, Value]]

    def row(self, record: R) -> dict[str, Value]:
        """Return the columns of a record.

        Raises:
            InputError: its id or its person is empty.
        """
        # As the database will return them, so that ids put and ids found can be compared.
        columns = {
            name: clean(value) if isinstance(value, str) else value
            for name, value in self.columns(record).items()
        }
        for field in ("id", "person"):
            if columns[field] == "":
                raise InputError(f"a record of {self.name} has an empty {field}.", field=field)
        signature = getattr(record, "signature", None)
        row: dict[str, Value] = {
            "content": _content(record),
            "record": formats.encode(record),
            **columns,
        }
        if signature is not None:
            row["signature"] = formats.encode(signature)
        return row

    def record(self, text: str) -> R:
        """Return the record of a row."""
        return formats.decode(text, self.kind, file=f"store, table {self.name}")


def _content(record: Any) -> str:
    """Digest of everything but the signature: a later version that reads the same is no change."""
    if hasattr(record, "signature"):
        record = msgspec.structs.replace(record, signature=_UNSIGNED)
    return hashlib.blake2b(formats.encode(record).encode(), digest_size=12).hexdigest()


def _judgment(record: Judgment) -> dict[str, Value]:
    return {
        "id": record.id,
        "person": record.person,
        "question": record.question,
        "judge_kind": record.judge.kind,
        "judge": record.judge.name,
        "answer": record.answer,
        "attribute": record.subject.attribute,
        "query": record.subject.query,
        "reply": record.subject.reply,
    }


CONVERSATIONS = Table(
    "conversations",
    Conversation,
    lambda c: {
        "id": c.id,
        "person": c.person,
        "at": c.at or "",
        "source": c.source,
        "language": c.language,
    },
)
ATTRIBUTES = Table("attributes", Attribute, lambda a: {"id": a.id, "person": a.person})
JUDGMENTS = Table("judgments", Judgment, _judgment)
QUERIES = Table("queries", Query, lambda q: {"id": q.id, "person": q.person})
SELECTIONS = Table(
    "selections", Selection, lambda s: {"id": s.id, "person": s.person, "query": s.query}
)
REPLIES = Table(
    "replies",
    Reply,
    lambda r: {"id": r.id, "person": r.person, "query": r.query, "arm": r.arm},
)
REFERENCES = Table(
    "person_references",
    Reference,
    lambda r: {"id": r.id, "person": r.person, "kind": r.kind, "conversation": r.conversation},
)
