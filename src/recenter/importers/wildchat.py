"""Rows of WildChat and of corpora in its shape. Address, header and place are never read."""

from __future__ import annotations

from typing import Any

import msgspec

from recenter.importers.base import Format, Skip, conversation_of, lone_person
from recenter.importers.fields import iso_utc, language_of, role_of
from recenter.importers.pseudonym import Pseudonyms
from recenter.records import Conversation, Turn

NAME = "wildchat"


class _Turn(msgspec.Struct):
    role: str
    content: str | None = None
    hashed_ip: str | None = None


class _Row(msgspec.Struct):
    conversation: list[_Turn]
    conversation_hash: str | None = None
    timestamp: Any = None
    """Text or a number in JSON, a datetime in Parquet: `iso_utc` says what it can be."""
    language: str | None = None
    hashed_ip: str | None = None
    toxic: bool | None = None
    redacted: bool | None = None


def tags_of(toxic: bool | None, redacted: bool | None) -> tuple[str, ...]:
    """Return the marks of a row."""
    return (("toxic",) if toxic else ()) + (("redacted",) if redacted else ())


def _convert(row: _Row, door: Pseudonyms, _account: str) -> Conversation | Skip:
    turns = tuple(
        Turn(role=role_of(turn.role, field=f"conversation[{i}].role"), text=turn.content or "")
        for i, turn in enumerate(row.conversation)
    )
    user = row.hashed_ip or next((t.hashed_ip for t in row.conversation if t.hashed_ip), None)
    return wildchat_conversation(
        turns,
        door,
        user=user,
        raw_id=row.conversation_hash,
        at=iso_utc(row.timestamp, field="timestamp"),
        language=row.language,
        tags=tags_of(row.toxic, row.redacted),
    )


def wildchat_conversation(
    turns: tuple[Turn, ...],
    door: Pseudonyms,
    *,
    user: str | None,
    raw_id: str | None,
    at: str | None,
    language: str | None,
    tags: tuple[str, ...],
) -> Conversation | Skip:
    """Return the record of a row, `user` being the hashed address that stands for a person."""
    return conversation_of(
        turns,
        door,
        person=(
            door.person(user, source=NAME)
            if user
            else lone_person(turns, door, source=NAME, raw_id=raw_id)
        ),
        source=NAME,
        raw_id=raw_id,
        at=at,
        language=language_of(language),
        tags=tags,
    )


WILDCHAT = Format(name=NAME, mark="conversation", row=_Row, convert=_convert)
