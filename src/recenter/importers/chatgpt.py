"""The export of ChatGPT: a tree of messages per conversation, of which one branch was seen."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from recenter.errors import InputError
from recenter.importers.base import Format, Skip, conversation_of
from recenter.importers.fields import iso_utc, role_of
from recenter.importers.pseudonym import Pseudonyms
from recenter.records import Conversation, Turn

_NAME = "chatgpt"
# `user_editable_context` (custom instructions), thoughts, tool output and widgets are not here:
# they are nobody's words in the conversation.
_SPOKEN = frozenset({"text", "multimodal_text"})
_CITATION = re.compile("\ue200[^\ue200\ue201]*\ue201|[\ue200-\ue202]")
_SOURCE_MARK = re.compile(r"【[^【】]*†[^【】]*】")


class _Author(msgspec.Struct):
    role: str


class _Content(msgspec.Struct):
    content_type: str | None = None
    """Where it is missing nothing says that these are words of the person: not read."""
    parts: list[Any] | None = None


class _Metadata(msgspec.Struct):
    is_visually_hidden_from_conversation: bool | None = None


class _Message(msgspec.Struct):
    author: _Author
    content: _Content | None = None
    create_time: float | None = None
    weight: float | None = None
    recipient: str | None = None
    metadata: _Metadata | None = None


class _Node(msgspec.Struct):
    message: _Message | None = None
    parent: str | None = None


class _Row(msgspec.Struct):
    mapping: dict[str, _Node]
    current_node: str | None = None
    id: str | None = None
    conversation_id: str | None = None
    create_time: float | str | None = None
    is_do_not_remember: bool | None = None
    gizmo_id: str | None = None
    conversation_template_id: str | None = None


def _thread(row: _Row) -> list[_Message]:
    """Return the messages of the branch that was on screen, oldest first.

    A cycle ends where it closes, a branch whose parent is missing begins there.
    """
    at = row.current_node if row.current_node in row.mapping else _newest_leaf(row)
    thread: list[_Message] = []
    seen: set[str] = set()
    while at is not None and at in row.mapping and at not in seen:
        seen.add(at)
        node = row.mapping[at]
        if node.message is not None:
            thread.append(node.message)
        at = node.parent
    return thread[::-1]


def _newest_leaf(row: _Row) -> str | None:
    parents = {node.parent for node in row.mapping.values()}
    leaves = [name for name in row.mapping if name not in parents] or list(row.mapping)
    times = {name: row.mapping[name].message for name in leaves}
    return max(
        leaves,
        key=lambda name: (message.create_time or 0.0) if (message := times[name]) else 0.0,
        default=None,
    )


def _is_shown(message: _Message) -> bool:
    hidden = message.metadata and message.metadata.is_visually_hidden_from_conversation
    return (
        not hidden
        and message.weight != 0
        and message.recipient in (None, "all")
        and message.author.role in ("user", "assistant")
        and message.content is not None
        and message.content.content_type in _SPOKEN
    )


def _text(message: _Message) -> str:
    """Return the words of a message: its text parts and what was said aloud."""
    texts = []
    for part in (message.content and message.content.parts) or []:
        if isinstance(part, dict):
            spoken = part.get("content_type") == "audio_transcription"
            text = part.get("text") if spoken else ""
        else:
            text = part
        if not isinstance(text, str | None):
            raise InputError("expected text.", field="mapping[...].message.content.parts[...]")
        texts.append(text)
    text = "\n".join(text for text in texts if text)
    if message.author.role == "user":
        return text
    return _SOURCE_MARK.sub("", _CITATION.sub("", text))


def _tags(row: _Row) -> tuple[str, ...]:
    project = (row.conversation_template_id or row.gizmo_id or "").startswith("g-p-")
    custom = bool(row.gizmo_id) and not project
    return (("project",) if project else ()) + (("custom_gpt",) if custom else ())


def _convert(row: _Row, door: Pseudonyms, account: str) -> Conversation | Skip:
    if row.is_do_not_remember:
        return Skip("do_not_remember")
    turns = []
    for message in _thread(row):
        if _is_shown(message) and (text := _text(message)):
            field = "mapping[...].message"
            turns.append(
                Turn(
                    role=role_of(message.author.role, field=f"{field}.author.role"),
                    text=text,
                    at=iso_utc(message.create_time, field=f"{field}.create_time"),
                )
            )
    return conversation_of(
        tuple(turns),
        door,
        person=door.person(account, source=_NAME),
        source=_NAME,
        raw_id=row.conversation_id or row.id,
        at=iso_utc(row.create_time, field="create_time"),
        tags=_tags(row),
    )


CHATGPT = Format(name=_NAME, mark="mapping", row=_Row, convert=_convert)
