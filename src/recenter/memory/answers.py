"""Answers of OpenAI's and Anthropic's interfaces, whole or in pieces, as JSON or as the client's
objects: read for what was said, so that it can be learned from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from recenter.errors import InputError
from recenter.memory.messages import Messages, checked


class Interface(Protocol):
    """One way to ask: where the messages stand, and how its answers are written."""

    field: str
    """Argument that holds the messages."""

    def said(self, given: Any) -> list[tuple[int, Mapping[str, Any]]]:
        """Return the messages with their places in what was given; of a text, that one.

        Raises:
            InputError: they are not of the shape that is known.
        """

    def whole(self, answer: Any) -> str | None:
        """Return the text of a whole answer; None where there is none, or more than one."""

    def piece(self, event: Any) -> tuple[int, str] | None:
        """Return which answer a part of a stream belongs to, and its text; None without any."""

    def user(self, arguments: Mapping[str, Any]) -> Any:
        """Return how a request itself says whose it is; None where it does not."""


class _OfOpenAI:
    def user(self, arguments: Mapping[str, Any]) -> Any:
        """See `Interface.user`."""
        return arguments.get("user")


class ChatCompletions(_OfOpenAI):
    """`/chat/completions`."""

    field = "messages"

    def said(self, given: Any) -> list[tuple[int, Mapping[str, Any]]]:
        """See `Interface.said`."""
        return list(enumerate(checked([_plain(message) for message in given])))

    def whole(self, answer: Any) -> str | None:
        """See `Interface.whole`."""
        choices = list(_of(answer, "choices") or ())
        return _of(_of(choices[0], "message"), "content") if len(choices) == 1 else None

    def piece(self, event: Any) -> tuple[int, str] | None:
        """See `Interface.piece`."""
        for choice in _of(event, "choices") or ():
            text = _of(_of(choice, "delta"), "content")
            if text:
                return int(_of(choice, "index") or 0), text
        return None


class Responses(_OfOpenAI):
    """`/responses`: an input is a text, or messages among calls of tools and their results."""

    field = "input"

    def said(self, given: Any) -> list[tuple[int, Mapping[str, Any]]]:
        """See `Interface.said`."""
        if isinstance(given, str):
            return [(0, {"role": "user", "content": given})]
        items = [(place, _plain(item)) for place, item in enumerate(given)]
        kept = [(place, item) for place, item in items if item.get("role")]
        checked([item for _, item in kept])
        return kept

    def whole(self, answer: Any) -> str | None:
        """See `Interface.whole`."""
        return "".join(self._texts(answer)) or None

    def piece(self, event: Any) -> tuple[int, str] | None:
        """See `Interface.piece`."""
        if _of(event, "type") != "response.output_text.delta":
            return None
        return 0, str(_of(event, "delta") or "")

    def _texts(self, answer: Any) -> Iterator[str]:
        for item in _of(answer, "output") or ():
            for part in _of(item, "content") or ():
                if _of(item, "type") == "message" and _of(part, "type") == "output_text":
                    yield str(_of(part, "text") or "")


class AnthropicMessages:
    """Anthropic's `/v1/messages`: results of tools come as messages of the person."""

    field = "messages"

    def said(self, given: Any) -> list[tuple[int, Mapping[str, Any]]]:
        """See `Interface.said`."""
        items = [(place, _with_plain_parts(_plain(item))) for place, item in enumerate(given)]
        kept = [(place, item) for place, item in items if not _only_results(item)]
        checked([item for _, item in kept])
        return kept

    def whole(self, answer: Any) -> str | None:
        """See `Interface.whole`."""
        parts = _of(answer, "content") or ()
        return "".join(str(_of(p, "text") or "") for p in parts if _of(p, "type") == "text") or None

    def piece(self, event: Any) -> tuple[int, str] | None:
        """See `Interface.piece`."""
        if _of(event, "type") != "content_block_delta":
            return None
        delta = _of(event, "delta")
        return (0, str(_of(delta, "text") or "")) if _of(delta, "type") == "text_delta" else None

    def user(self, arguments: Mapping[str, Any]) -> Any:
        """See `Interface.user`."""
        return _of(arguments.get("metadata"), "user_id")


def _with_plain_parts(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a message with its parts as dicts: blocks of an answer come as the client's own."""
    content = message.get("content")
    if not isinstance(content, list) or all(isinstance(part, Mapping) for part in content):
        return message
    return {**message, "content": [_plain(part) for part in content]}


def _only_results(message: Mapping[str, Any]) -> bool:
    content = message.get("content")
    return (
        isinstance(content, list)
        and bool(content)
        and all(part.get("type") == "tool_result" for part in content)
    )


CHAT, RESPONSES, MESSAGES = ChatCompletions(), Responses(), AnthropicMessages()


class Heard:
    """Collects one answer while it passes, and has the conversation learned from once."""

    def __init__(
        self, interface: Interface, messages: Messages, learn: Callable[[Messages], None]
    ) -> None:
        self._interface, self._messages, self._learn = interface, messages, learn
        self._pieces: list[str] = []
        self._several = self._ended = False
        self.reading = False
        """Whether the next part is being waited for: the client closes a stream at its end itself,
        and that is no breaking off."""

    def take(self, event: Any) -> None:
        """Take a part of a stream."""
        found = self._interface.piece(event)
        if found is not None:
            place, text = found
            self._several = self._several or place > 0
            self._pieces.append(text)

    def end(self) -> None:
        """Say that the stream came to its end."""
        self._finish(None if self._several else "".join(self._pieces))

    def broken(self) -> None:
        """Say that nobody heard the end: what the person said is learned from, half an answer
        is not, for the client may go on with another.
        """
        if not self.reading:
            self._finish(None)

    def whole(self, answer: Any) -> None:
        """Take an answer that came at once."""
        self._finish(self._interface.whole(answer))

    def _finish(self, text: str | None) -> None:
        if self._ended:
            return
        self._ended = True
        answer = [{"role": "assistant", "content": text}] if text else []
        self._learn([*self._messages, *answer])


def carried(given: Any, before: Sequence[tuple[int, Any]], after: Messages) -> Any:
    """Return what was given with the messages that carry memory now in their places."""
    if isinstance(given, str):
        return after[0]["content"]
    result = list(given)
    for (place, old), new in zip(before, after, strict=True):
        if new is not old:
            result[place] = new
    return result


def _plain(message: Any) -> Mapping[str, Any]:
    """Return a message as a dict: answers of the client are put back as its own objects."""
    if isinstance(message, Mapping):
        return message
    dump = getattr(message, "model_dump", None)
    if dump is None:
        raise InputError(f"a message is a dict, got {type(message).__name__}.", field="messages")
    made: Mapping[str, Any] = dump(exclude_none=True)
    return made


def _of(record: Any, name: str) -> Any:
    return record.get(name) if isinstance(record, Mapping) else getattr(record, name, None)
