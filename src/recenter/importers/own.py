"""Recenter's own JSON lines: Conversation records, and the rows of the batch contract."""

from __future__ import annotations

import re

import msgspec

from recenter.importers.base import Format, Skip, conversation_of, lone_person, missing_words
from recenter.importers.fields import iso_utc, role_of
from recenter.importers.pseudonym import Pseudonyms
from recenter.provenance import Signature
from recenter.records import Conversation, Turn

_NAME = "own"
_OWN_ID = re.compile(r"con_[0-9a-f]{24}\Z")
_OWN_PERSON = re.compile(r"per_[0-9a-f]{24}\Z")


class _Turn(msgspec.Struct):
    role: str
    text: str
    at: str | None = None


class _Row(msgspec.Struct):
    turns: list[_Turn]
    id: str | None = None
    session: str | int | None = None
    person: str | int | None = None
    source: str = _NAME
    at: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    signature: Signature = Signature()


def _convert(row: _Row, door: Pseudonyms, _account: str) -> Conversation | Skip:
    turns = tuple(
        Turn(
            role=role_of(turn.role, field=f"turns[{i}].role"),
            text=turn.text,
            at=iso_utc(turn.at, field=f"turns[{i}].at"),
        )
        for i, turn in enumerate(row.turns)
    )
    at = iso_utc(row.at, field="at")
    if _is_record(row) and door.given is None:
        # Written by an earlier import: its ids are pseudonyms already, and stay.
        return missing_words(turns) or Conversation(
            id=str(row.id),
            person=str(row.person),
            turns=turns,
            source=row.source,
            at=at,
            language=row.language,
            tags=row.tags,
            signature=row.signature,
        )
    raw_id = row.session if row.session is not None else row.id
    key = None if raw_id is None else str(raw_id)
    return conversation_of(
        turns,
        door,
        person=(
            door.person(str(row.person))
            if row.person not in (None, "")
            else lone_person(turns, door, source=_NAME, raw_id=key)
        ),
        source=row.source,
        raw_id=key,
        at=at,
        language=row.language,
        tags=row.tags,
    )


def _is_record(row: _Row) -> bool:
    return bool(_OWN_ID.match(row.id or "") and _OWN_PERSON.match(str(row.person)))


OWN = Format(name=_NAME, mark="turns", row=_Row, convert=_convert)
