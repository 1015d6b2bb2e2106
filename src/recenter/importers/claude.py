"""The export of claude.ai. Attached documents are pasted text, not the person's words: not read."""

from __future__ import annotations

import msgspec

from recenter.importers.base import Format, Skip, conversation_of
from recenter.importers.fields import iso_utc, role_of
from recenter.importers.pseudonym import Pseudonyms
from recenter.records import Conversation, Turn

_NAME = "claude"


class _Content(msgspec.Struct):
    type: str | None = None
    text: str | None = None


class _Message(msgspec.Struct):
    sender: str
    uuid: str | None = None
    text: str | None = None
    content: list[_Content] | None = None
    created_at: str | None = None
    parent_message_uuid: str | None = None


class _Account(msgspec.Struct):
    uuid: str | None = None


class _Row(msgspec.Struct):
    chat_messages: list[_Message]
    uuid: str | None = None
    created_at: str | None = None
    account: _Account | None = None


def _thread(messages: list[_Message]) -> list[_Message]:
    """Return the branch that ends in the newest message, oldest first.

    Older exports name no parents: the list is the thread. A message without a parent follows the
    one before it in the list; one whose parent is missing begins the branch.
    """
    if not any(message.parent_message_uuid for message in messages):
        return messages
    index = {message.uuid: i for i, message in enumerate(messages) if message.uuid}
    parents = {message.parent_message_uuid for message in messages}
    leaves = [i for i, message in enumerate(messages) if message.uuid not in parents]
    at: int | None = max(
        leaves or range(len(messages)), key=lambda i: (messages[i].created_at or "", i)
    )
    thread, seen = [], set()
    while at is not None and at >= 0 and at not in seen:
        seen.add(at)
        thread.append(messages[at])
        parent = messages[at].parent_message_uuid
        at = index.get(parent) if parent else at - 1
    return thread[::-1]


def _text(message: _Message) -> str:
    """Return the items of type text; `text` mixes in tool placeholders and stands in only where
    there are no items.
    """
    if not message.content:
        return message.text or ""
    return "\n".join(item.text for item in message.content if item.type == "text" and item.text)


def _convert(row: _Row, door: Pseudonyms, account: str) -> Conversation | Skip:
    turns = tuple(
        Turn(
            role=role_of(message.sender, field="chat_messages[...].sender"),
            text=text,
            at=iso_utc(message.created_at, field="chat_messages[...].created_at"),
        )
        for message in _thread(row.chat_messages)
        if (text := _text(message))
    )
    own_account = row.account.uuid if row.account else None
    return conversation_of(
        turns,
        door,
        person=door.person(own_account or account, source=_NAME),
        source=_NAME,
        raw_id=row.uuid,
        at=iso_utc(row.created_at, field="created_at"),
    )


CLAUDE = Format(name=_NAME, mark="chat_messages", row=_Row, convert=_convert)
