"""`wrap_anthropic`: Anthropic's official client with memory, in two lines.

As with `wrap_openai`, the client is reached by its public surface alone and is not imported.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from recenter.memory.answers import MESSAGES
from recenter.memory.listening import listening
from recenter.memory.memory import Memory
from recenter.memory.wrap import (
    Client,
    OnReceipt,
    Remembering,
    UserId,
    around_verbs,
    check_client,
    wrapped,
)


def wrap_anthropic(
    client: Client,
    *,
    user_id: UserId = None,
    memory: Memory | None = None,
    incognito: bool = False,
    on_receipt: OnReceipt | None = None,
) -> Client:
    """Return the same client with memory: usually it sends what the client alone would send.

    It is a copy, of the same class and on the same connections. `messages` and `beta.messages` of
    it decide before each `create`, `parse` and `stream`, and learn after the answer; all else is
    as it was, batches too. What is used stands in the person's last message; `system` and results
    of tools are as they were given. `count_tokens` counts what would be sent, and is no answer:
    no receipt is kept of it. Where memory fails or takes longer than half a second, the request
    goes out as it came.

    Args:
        client: an `Anthropic` or `AsyncAnthropic`, or one of their kinds.
        user_id: whose memory; called for each request where it can be called. None takes
            `metadata.user_id` of the request. A request of nobody is passed on.
        memory: None takes one that all clients of the process share.
        incognito: use nothing and learn nothing.
        on_receipt: called with each decision, before the request; what it raises is raised.
            `client.recenter.last` has the last one of the same thread or task.

    Raises:
        InputError: this is not a client of the `anthropic` package, or an argument is of another
            kind.
    """
    check_client(client, "messages", package="anthropic", cure="Write wrap_anthropic(Anthropic()).")
    remembering = Remembering(memory, user_id, incognito=incognito, told=on_receipt)
    return wrapped(client, remembering, _dressed)


def _dressed(client: Any, remembering: Remembering, asynchronous: bool) -> None:
    for resource in _resources(client):
        around_verbs(resource, MESSAGES, remembering, asynchronous=asynchronous)
        if hasattr(resource, "stream"):
            resource.stream = _streams(resource.stream, remembering)
        if hasattr(resource, "count_tokens"):
            count = _counted_async if asynchronous else _counted
            resource.count_tokens = count(resource.count_tokens, remembering)


def _resources(client: Any) -> Iterator[Any]:
    yield client.messages
    earlier = getattr(getattr(client, "beta", None), "messages", None)
    if earlier is not None:
        yield earlier


def _counted(call: Any, remembering: Remembering) -> Any:
    @functools.wraps(call)
    def counted(*args: Any, **kwargs: Any) -> Any:
        asked = remembering.asked(MESSAGES, kwargs)
        if asked is None:
            return call(*args, **kwargs)
        engine = remembering.memory.engine
        more = remembering.more | {"kept": False}
        context = engine.safe_context(asked.messages, asked.person, **more)
        return call(*args, **asked.carrying(kwargs, context))

    return counted


def _counted_async(call: Any, remembering: Remembering) -> Any:
    @functools.wraps(call)
    async def counted(*args: Any, **kwargs: Any) -> Any:
        asked = await asyncio.to_thread(remembering.asked, MESSAGES, kwargs)
        if asked is None:
            return await call(*args, **kwargs)
        engine = remembering.memory.engine
        more = remembering.more | {"kept": False}
        context = await engine.context_in_time(asked.messages, asked.person, **more)
        return await call(*args, **asked.carrying(kwargs, context))

    return counted


def _streams(call: Any, remembering: Remembering) -> Any:
    @functools.wraps(call)
    def streamed(*args: Any, **kwargs: Any) -> _Streaming:
        return _Streaming(functools.partial(call, *args), kwargs, remembering)

    return streamed


class _Streaming:
    """What `stream` returns: entered, it decides, asks, and gives the client's own stream."""

    def __init__(self, call: Any, arguments: dict[str, Any], remembering: Remembering) -> None:
        self._call, self._arguments, self._remembering = call, arguments, remembering
        self._manager: Any = None

    def __enter__(self) -> Any:
        given, by = self._arguments, self._remembering
        asked = by.asked(MESSAGES, given)
        if asked is None:
            by.decided(None)
            self._manager = self._call(**given)
            return self._manager.__enter__()
        context = by.memory.engine.safe_context(asked.messages, asked.person, **by.more)
        self._manager = self._call(**asked.arguments(given, context))
        return listening(self._manager.__enter__(), asked.heard())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Any:
        return self._manager.__exit__(kind, error, trace)

    async def __aenter__(self) -> Any:
        given, by = self._arguments, self._remembering
        asked = await asyncio.to_thread(by.asked, MESSAGES, given)
        if asked is None:
            by.decided(None)
            self._manager = self._call(**given)
            return await self._manager.__aenter__()
        engine = by.memory.engine
        context = await engine.context_in_time(asked.messages, asked.person, **by.more)
        self._manager = self._call(**asked.arguments(given, context))
        return listening(await self._manager.__aenter__(), asked.heard())

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Any:
        return await self._manager.__aexit__(kind, error, trace)
