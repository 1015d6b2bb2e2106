"""What a client asks of the proxy: of whom, in which conversation, and with which body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from recenter.errors import InputError
from recenter.memory import Context, Memory
from recenter.memory.answers import CHAT, carried
from recenter.server.callers import Caller

_NO = frozenset(("", "0", "false", "no", "off"))
"""All else keeps a chat out of memory: who sends the header wants that."""


class Read(NamedTuple):
    """One request about somebody, whose messages could be read."""

    user_id: str
    conversation: str | None
    incognito: bool
    body: Mapping[str, Any]
    said: list[tuple[int, Mapping[str, Any]]]


class Asked(NamedTuple):
    """What was read, as it is asked of the memory of an application."""

    memory: Memory
    person: str
    read: Read

    @classmethod
    def of(cls, by: Caller, read: Read) -> Asked:
        """Return what is asked by the holder of a key.

        Raises:
            RefusedError: 403, the key does not open this person.
        """
        return cls(by.memory, by.memory.person(by.user(read.user_id)), read)

    @property
    def messages(self) -> list[Mapping[str, Any]]:
        """What was said so far."""
        return [message for _, message in self.read.said]

    def glanced(self) -> Context | None:
        """Return what is used where a short read of the store tells that it is nothing."""
        return self.memory.engine.glanced(
            self.messages,
            self.person,
            incognito=self.read.incognito,
            application=self.memory.application,
        )

    async def decided(self) -> Context:
        """Return what is used, in time or not at all."""
        return await self.memory.engine.context_in_time(
            self.messages,
            self.person,
            incognito=self.read.incognito,
            application=self.memory.application,
        )

    def written(self, context: Context) -> bytes:
        """Return the body that carries what is used."""
        body, said = self.read.body, self.read.said
        messages = carried(body[CHAT.field], said, context.to_openai())
        # Escaped, since a client may have sent half a character, which no encoding can say.
        return json.dumps({**body, CHAT.field: messages}, separators=(",", ":")).encode()

    def learn(self, messages: Any) -> None:
        """Have the conversation learned from, later."""
        self.memory.engine.learn_later(
            messages,
            self.person,
            key=self.read.conversation,
            application=self.memory.application,
        )

    def pass_over(self, messages: Any) -> None:
        """Have the conversation not learned from later, when it is sent again."""
        engine = self.memory.engine
        engine.pass_over_later(messages, self.person, key=self.read.conversation)


def read(body: bytes, headers: Mapping[str, str]) -> Read | None:
    """Return what is asked; None where it is of nobody, or not as this interface has it: then it
    is the endpoint's to refuse.
    """
    try:
        made = json.loads(body)
        user_id = _text(headers, "x-user-id") or made.get("user")
        if not isinstance(user_id, str) or not user_id.strip():
            return None
        said = CHAT.said(made[CHAT.field])
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError, InputError):
        return None
    return Read(
        user_id,
        _text(headers, "x-conversation-id"),
        headers.get("x-recenter-incognito", "").strip().lower() not in _NO,
        made,
        said,
    )


def _text(headers: Mapping[str, str], name: str) -> str | None:
    """Return a header as it was meant: bytes of it that are UTF-8 are the same id as in a body."""
    value = headers.get(name)
    if not value:
        return None
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value
