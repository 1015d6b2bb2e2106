"""`AsyncMemory`: the same verbs for an event loop, each in a thread."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar

from recenter.memory.config import MemoryConfig
from recenter.memory.engine import Engine
from recenter.memory.memory import Memory

P = ParamSpec("P")
T = TypeVar("T")


def _in_thread(
    verb: Callable[Concatenate[Memory, P], T],
) -> Callable[Concatenate[AsyncMemory, P], Awaitable[T]]:
    async def run(self: AsyncMemory, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.to_thread(verb, self.memory, *args, **kwargs)

    functools.update_wrapper(run, verb)
    return run


class AsyncMemory:
    """`Memory` for an event loop: what a verb does there, it does here when it is awaited."""

    def __init__(
        self,
        config: Mapping[str, Any] | MemoryConfig | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set up as `Memory` is; nothing is opened yet.

        Raises:
            ConfigError: a name or value is not known.
        """
        self.memory = Memory(config, clock=clock)
        """Behind it; what it is asked in threads of one's own is the same memory."""

    @classmethod
    def from_config(cls, config_dict: Mapping[str, Any]) -> AsyncMemory:
        """Set up from a dict, as mem0's users write it."""
        return cls(config_dict)

    async def __aenter__(self) -> AsyncMemory:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def engine(self) -> Engine:
        """Stores, models and threads."""
        return self.memory.engine

    @property
    def application(self) -> str:
        """Whose people these are."""
        return self.memory.application

    def person(self, user_id: str) -> str:
        """Return the pseudonym under which a person of this application is stored."""
        return self.memory.person(user_id)

    def of_application(self, name: str) -> AsyncMemory:
        """Return the memory of another application, on the same store, models and threads."""
        other = object.__new__(AsyncMemory)
        other.memory = self.memory.of_application(name)
        return other

    close = _in_thread(Memory.close)

    context = _in_thread(Memory.context)
    learn = _in_thread(Memory.learn)
    failures = _in_thread(Memory.failures)
    lapse = _in_thread(Memory.lapse)

    add = _in_thread(Memory.add)
    rehearse = _in_thread(Memory.rehearse)
    search = _in_thread(Memory.search)
    get = _in_thread(Memory.get)
    get_all = _in_thread(Memory.get_all)
    update = _in_thread(Memory.update)
    delete = _in_thread(Memory.delete)
    delete_all = _in_thread(Memory.delete_all)
    history = _in_thread(Memory.history)

    memories = _in_thread(Memory.memories)
    receipt = _in_thread(Memory.receipt)
    receipts = _in_thread(Memory.receipts)
    export = _in_thread(Memory.export)
    choices = _in_thread(Memory.choices)
    choose = _in_thread(Memory.choose)
    end_links = _in_thread(Memory.end_links)
    links_ended = _in_thread(Memory.links_ended)
    review = _in_thread(Memory.review)
    not_for_this = _in_thread(Memory.not_for_this)
    should_have_used = _in_thread(Memory.should_have_used)
    answer = _in_thread(Memory.answer)
    forget_some = _in_thread(Memory.forget_some)
    forget = _in_thread(Memory.forget)
