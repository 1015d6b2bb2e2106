"""Listen to an answer of the official client while the application reads it.

The application gets the client's own object: a whole answer, a stream, or a raw response of
either.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec

from recenter.memory.answers import Heard

_log = logging.getLogger("recenter.memory")


def listening(answer: Any, heard: Heard | None) -> Any:
    """Return the answer; what is heard of it is learned from, at its end or when it is closed.

    A stream that is neither read to its end nor closed is not learned from.
    """
    if heard is None:
        return answer
    try:
        _listen(answer, heard)
    # An answer does not fail because nobody could listen to it.
    except Exception as error:  # noqa: BLE001
        _log.warning("an answer could not be learned from: %s", type(error).__name__)
    return answer


def _listen(answer: Any, heard: Heard) -> None:
    if hasattr(answer, "_iterator"):
        _stream(answer, heard)
    elif hasattr(answer, "http_response"):
        _raw(answer, heard)
    else:
        heard.whole(answer)


def _stream(stream: Any, heard: Heard) -> None:
    inner = stream._iterator
    each = _each_async if hasattr(inner, "__anext__") else _each
    stream._iterator = each(inner, heard)
    # Also the client's own helper closes this one, and knows nothing of the stream's `close`.
    _on_close(stream.response, heard)


def _raw(response: Any, heard: Heard) -> None:
    if response.http_response.is_closed:
        heard.whole(msgspec.json.decode(response.http_response.content))
        return
    parse = response.parse

    @functools.wraps(parse)
    def parsed(*args: Any, **kwargs: Any) -> Any:
        made = parse(*args, **kwargs)
        return _later(made, heard) if inspect.isawaitable(made) else listening(made, heard)

    response.parse = parsed
    _on_close(response, heard)


async def _later(made: Any, heard: Heard) -> Any:
    return listening(await made, heard)


def _on_close(answer: Any, heard: Heard) -> None:
    """Learn when an answer is closed too: without it where its end was not reached."""
    for name in ("close", "aclose"):
        close = getattr(answer, name, None)
        if close is not None:
            setattr(answer, name, _closing(close, heard))


def _closing(close: Any, heard: Heard) -> Any:
    @functools.wraps(close)
    def closed(*args: Any, **kwargs: Any) -> Any:
        heard.broken()
        return close(*args, **kwargs)

    return closed


def _each(events: Iterator[Any], heard: Heard) -> Iterator[Any]:
    heard.reading = True
    for event in events:
        heard.take(event)
        heard.reading = False
        yield event
        heard.reading = True
    heard.end()


async def _each_async(events: AsyncIterator[Any], heard: Heard) -> AsyncIterator[Any]:
    heard.reading = True
    async for event in events:
        heard.take(event)
        heard.reading = False
        yield event
        heard.reading = True
    heard.end()
