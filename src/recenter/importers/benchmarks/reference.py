"""References as Recenter writes them, and such as somebody has of the people of own rows."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from recenter.errors import InputError
from recenter.importers.base import Format, Made
from recenter.importers.benchmarks.told import Told
from recenter.importers.pseudonym import Pseudonyms
from recenter.records import Reference, ReferenceKind, conversation_id

_NAME = "reference"
_OWN = "own"
_OWN_ID = re.compile(r"ref_[0-9a-f]{24}\Z")
_OWN_PERSON = re.compile(r"per_[0-9a-f]{24}\Z")
_OWN_CONVERSATION = re.compile(r"con_[0-9a-f]{24}\Z")


class _Row(msgspec.Struct):
    kind: ReferenceKind
    person: str | int
    text: str
    id: str | None = None
    source: str = _OWN
    conversation: str | int | None = None
    question: str | None = None
    context: str | None = None


def _fits(row: Any) -> bool:
    return isinstance(row, dict) and {"kind", "person", "text"} <= row.keys()


def _convert(row: _Row, door: Pseudonyms, _account: str) -> tuple[Made, ...]:
    if not row.text.strip():
        raise InputError("is empty; expected what is true of the person.", field="text")
    if _OWN_ID.match(row.id or "") and _OWN_PERSON.match(str(row.person)) and door.given is None:
        # Written by an earlier import: its ids are pseudonyms already, and stay.
        return (msgspec.convert(row, Reference, from_attributes=True),)
    person = door.person(str(row.person))
    told = Told(door, person=person, source=row.source)
    return told(
        row.kind,
        row.text,
        conversation=_conversation(row, door, person),
        question=row.question,
        context=row.context,
    )


def _conversation(row: _Row, door: Pseudonyms, person: str) -> str | None:
    """Return the id that a conversation of own rows, named as there, gets by an import."""
    if row.conversation in (None, ""):
        return None
    raw = str(row.conversation)
    return (
        raw
        if _OWN_CONVERSATION.match(raw)
        else conversation_id(person, row.source, door.conversation(raw))
    )


REFERENCE = Format(name=_NAME, mark="kind", row=_Row, convert=_convert, fits=_fits)
