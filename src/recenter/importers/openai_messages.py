"""Chat messages as the OpenAI API takes them: one `{"messages": [...]}` a line."""

from __future__ import annotations

from typing import Any

import msgspec

from recenter.errors import InputError
from recenter.importers.base import Format, Skip, conversation_of, lone_person
from recenter.importers.fields import iso_utc, role_of
from recenter.importers.pseudonym import Pseudonyms
from recenter.records import Conversation, Turn

_NAME = "openai"
_TEXT_PARTS = frozenset({"text", "input_text", "output_text", "refusal"})


class _Message(msgspec.Struct):
    role: str
    content: str | list[Any] | None = None
    """Null beside tool calls, which are not anybody's words and are not read."""


class _Metadata(msgspec.Struct):
    user_id: str | int | None = None
    user: str | int | None = None
    conversation_id: str | int | None = None


class _Row(msgspec.Struct):
    messages: list[_Message]
    id: str | int | None = None
    user: str | int | None = None
    created: float | str | None = None
    metadata: _Metadata | None = None


def _text(content: str | list[Any] | None, *, field: str) -> str:
    """Return the text parts, joined by line ends; images, audio and files are left out."""
    if content is None or isinstance(content, str):
        return content or ""
    texts = []
    for i, part in enumerate(content):
        if isinstance(part, str):
            texts.append(part)
        elif not isinstance(part, dict):
            raise InputError("expected text or an object.", field=f"{field}[{i}]")
        elif isinstance(kind := part.get("type"), str) and kind in _TEXT_PARTS:
            text = part.get("text", part.get("refusal"))
            if not isinstance(text, str):
                raise InputError("expected text.", field=f"{field}[{i}].text")
            texts.append(text)
    return "\n".join(texts)


def _convert(row: _Row, door: Pseudonyms, _account: str) -> Conversation | Skip:
    turns = []
    for i, message in enumerate(row.messages):
        role = role_of(message.role, field=f"messages[{i}].role")
        text = _text(message.content, field=f"messages[{i}].content")
        if text:
            turns.append(Turn(role=role, text=text))
    told = row.metadata or _Metadata()
    raw_id = _first(row.id, told.conversation_id)
    user = _first(row.user, told.user_id, told.user)
    said = tuple(turns)
    return conversation_of(
        said,
        door,
        person=(
            door.person(user) if user else lone_person(said, door, source=_NAME, raw_id=raw_id)
        ),
        source=_NAME,
        raw_id=raw_id,
        at=iso_utc(row.created, field="created"),
    )


def _first(*values: str | int | None) -> str | None:
    return next((str(value) for value in values if value not in (None, "")), None)


OPENAI_MESSAGES = Format(name=_NAME, mark="messages", row=_Row, convert=_convert)
