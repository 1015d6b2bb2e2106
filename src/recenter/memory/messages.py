"""Messages as chat clients write them: read for what the person said, and given memory to carry.

Messages are OpenAI's dicts: `role`, and `content` as text or as a list of parts. Whatever else they
hold (images, tool calls, names) is passed on as it is and never read.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, cast

from recenter.errors import InputError
from recenter.importers.fields import iso_utc, role_of
from recenter.records import Role, Turn

Messages = Sequence[Mapping[str, Any]]

_PARTS = ("text", "input_text", "output_text")
_OF_RESPONSES = ("input_text", "input_image", "input_file")
"""Parts that tell OpenAI's newer interface: there text beside them is `input_text`."""


def checked(messages: Any) -> list[Mapping[str, Any]]:
    """Return messages as a list of dicts: of a text, that one message of the person.

    Raises:
        InputError: it is neither, or a message has no role that is known.
    """
    if isinstance(messages, str):
        return [{"role": "user", "content": messages}]
    if isinstance(messages, Mapping):
        messages = [messages]
    if not isinstance(messages, Sequence) or isinstance(messages, bytes):
        raise InputError(
            f"messages must be a text, a message or a list of messages, got "
            f"{type(messages).__name__}.",
            field="messages",
        )
    for place, message in enumerate(messages):
        if not isinstance(message, Mapping):
            raise InputError(
                f"a message is a dict with `role` and `content`, got {type(message).__name__}.",
                field=f"messages[{place}]",
            )
        role_of(str(message.get("role")), field=f"messages[{place}].role")
        _check_content(message.get("content"), f"messages[{place}].content")
    return list(messages)


def _check_content(content: Any, field: str) -> None:
    """Refuse what would be read as no words at all."""
    parts = content if isinstance(content, list | tuple) else ()
    for one in (p for p in parts if isinstance(p, str | int | float)):
        raise InputError(f"a part is a dict with `type`, got {type(one).__name__}.", field=field)
    if isinstance(content, int | float | bytes | Mapping):
        raise InputError(
            f"must be a text or a list of parts, got {type(content).__name__}.", field=field
        )


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text of a message; of parts, those of text, a line each."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence) or isinstance(content, bytes):
        return ""
    parts = (part for part in content if isinstance(part, Mapping) and part.get("type") in _PARTS)
    return "\n".join(str(part.get("text") or "") for part in parts)


def turns_of(messages: Messages, *, at: str | None = None) -> tuple[Turn, ...]:
    """Return messages as turns; those without a time of their own get `at`.

    Raises:
        InputError: a `timestamp` is not a time.
    """
    return tuple(
        Turn(
            role=_role(message),
            text=text_of(message),
            at=_time(message, place) or at,
        )
        for place, message in enumerate(messages)
    )


def _role(message: Mapping[str, Any]) -> Role:
    return role_of(str(message["role"]), field="role")


def _time(message: Mapping[str, Any], place: int) -> str | None:
    given = message.get("timestamp")
    if given is None:
        return None
    return iso_utc(given, field=f"messages[{place}].timestamp")


def last_of_user(messages: Messages) -> int | None:
    """Return the place of the last message of the person, or None where there is none."""
    places = (i for i in reversed(range(len(messages))) if _role(messages[i]) == "user")
    return next(places, None)


def said(messages: Messages) -> list[str]:
    """Return the texts of the person's own messages, in order."""
    return [text_of(message) for message in messages if _role(message) == "user"]


def carrying(messages: Messages, block: str) -> list[dict[str, Any]]:
    """Return the messages with a block in front of the last one of the person.

    All before it stay as they are, so that what an endpoint cached of them still holds; after a
    tool call the block stands where it stood before, for the same reason.

    Raises:
        InputError: no message is of the person.
    """
    place = last_of_user(messages)
    if place is None:
        raise InputError("no message is of the person.", field="messages")
    result = [cast("dict[str, Any]", message) for message in messages]
    result[place] = {**messages[place], "content": _in_front(messages[place], block)}
    return result


def _in_front(message: Mapping[str, Any], block: str) -> Any:
    content = message.get("content")
    if isinstance(content, str) or content is None:
        return f"{block}\n\n{content or ''}"
    kind = "input_text" if any(p.get("type") in _OF_RESPONSES for p in content) else "text"
    # Anthropic takes the results of tools only at the beginning.
    first = next((i for i, p in enumerate(content) if p.get("type") != "tool_result"), len(content))
    return [*content[:first], {"type": kind, "text": block}, *content[first:]]


def agreeing(known: Sequence[Turn], new: Sequence[Turn], mask: str) -> int:
    """Return how many turns, from the first, are the same in a conversation as it is stored and as
    a client sends it. Words that were masked count as the same.
    """
    pairs = zip(known, new, strict=False)
    agree = (one.role == other.role and _same(one.text, other.text, mask) for one, other in pairs)
    return sum(itertools.takewhile(bool, agree))


def _same(stored: str, sent: str, mask: str) -> bool:
    if stored == sent:
        return True
    if mask not in stored or len(stored) != len(sent):
        return False
    return all(a in (b, mask) for a, b in zip(stored, sent, strict=True))
