"""`wrap_openai`: the official client with memory, in two lines.

The client is reached by its public surface alone and is not imported: whoever has none needs none.
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import inspect
import logging
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, NamedTuple, TypeVar

from recenter.errors import InputError, RecenterError
from recenter.memory.answers import CHAT, RESPONSES, Heard, Interface, carried
from recenter.memory.arguments import flag, whose
from recenter.memory.context import Context
from recenter.memory.listening import listening
from recenter.memory.memory import Memory

Client = TypeVar("Client")
UserId = str | Callable[[], str | None] | None
OnReceipt = Callable[[Context], None]

_log = logging.getLogger("recenter.memory")
_VERBS = ("create", "parse")
_LAST: ContextVar[weakref.WeakKeyDictionary[Remembering, Context]] = ContextVar("recenter_last")


def wrap_openai(
    client: Client,
    *,
    user_id: UserId = None,
    memory: Memory | None = None,
    incognito: bool = False,
    on_receipt: OnReceipt | None = None,
) -> Client:
    """Return the same client with memory: usually it sends what the client alone would send.

    It is a copy, of the same class and on the same connections. `chat.completions` and `responses`
    of it decide before each request and learn after each answer; all else is as it was. Where
    memory fails or takes longer than half a second, the request goes out as it came.

    Args:
        client: an `OpenAI` or `AsyncOpenAI`, or one of their kinds.
        user_id: whose memory; called for each request where it can be called. None takes the
            `user` of the request. A request of nobody is passed on.
        memory: None takes one that all clients of the process share.
        incognito: use nothing and learn nothing.
        on_receipt: called with each decision, before the request; what it raises is raised.
            `client.recenter.last` has the last one of the same thread or task.

    Raises:
        InputError: this is not a client of the `openai` package, or an argument is of another kind.
    """
    check_client(client, "chat", package="openai", cure="Write wrap_openai(OpenAI()).")
    remembering = Remembering(memory, user_id, incognito=incognito, told=on_receipt)
    return wrapped(client, remembering, _dressed)


def check_client(client: Any, resource: str, *, package: str, cure: str) -> None:
    """Refuse what is no client of a package.

    Raises:
        InputError: it lacks what clients of the package have.
    """
    if not all(hasattr(client, name) for name in (resource, "copy", "close")):
        raise InputError(
            f"expected a client of the {package} package, got {type(client).__name__}.",
            field="client",
            cure=cure,
        )


@functools.cache
def shared_memory() -> Memory:
    """Return the memory of clients that were wrapped without one; it ends with the process."""
    memory = Memory()
    atexit.register(memory.close)
    return memory


class Remembering:
    """What stands behind a wrapped client, as `client.recenter`."""

    def __init__(
        self, memory: Memory | None, user_id: UserId, *, incognito: bool, told: OnReceipt | None
    ) -> None:
        """Take the memory that all share where none is given.

        Raises:
            InputError: an argument is of another kind.
        """
        if user_id is not None and not callable(user_id):
            whose(user_id)
        if memory is not None and not hasattr(memory, "engine"):
            raise InputError(
                f"must be a Memory, got {type(memory).__name__}.",
                field="memory",
                cure="Write memory=Memory(...).",
            )
        if told is not None and not callable(told):
            raise InputError(f"must be called, got {type(told).__name__}.", field="on_receipt")
        self._user_id, self._told = user_id, told
        self._incognito = flag(incognito, field="incognito")
        self._nobody_told = False
        self.memory = shared_memory() if memory is None else memory
        """Where it is remembered."""

    @property
    def last(self) -> Context | None:
        """The last decision in this thread or task; None where there was none, or of nobody."""
        found = _LAST.get(None)
        return None if found is None else found.get(self)

    def asked(self, interface: Interface, arguments: dict[str, Any]) -> Asked | None:
        """Return what is asked in a request; None where it is of nobody, or cannot be read."""
        try:
            user_id = self._whose(interface, arguments)
            if user_id is None or interface.field not in arguments:
                return None
            given = arguments[interface.field]
            if not isinstance(given, str | list):
                # It can be read once only, and the client has to read it too.
                arguments[interface.field] = given = list(given)
            return Asked(self, self.memory.person(user_id), interface, given, interface.said(given))
        except (RecenterError, TypeError) as error:
            _log.warning("a request was passed on without memory: %s", type(error).__name__)
            return None

    def decided(self, context: Context | None) -> None:
        """Keep a decision as the last one, and tell it."""
        last = weakref.WeakKeyDictionary(_LAST.get(None) or {})
        last.pop(self, None)
        if context is not None:
            last[self] = context
        _LAST.set(last)
        if context is not None and self._told is not None:
            self._told(context)

    @property
    def more(self) -> dict[str, Any]:
        """What a decision is told beside the messages."""
        return {"incognito": self._incognito, "application": self.memory.application}

    @property
    def learns(self) -> bool:
        """Whether answers are learned from."""
        return not self._incognito

    def _whose(self, interface: Interface, arguments: dict[str, Any]) -> str | None:
        given = self._named(interface, arguments)
        if isinstance(given, str) and given.strip():
            return given
        if given is not None:
            kind = "an empty text" if isinstance(given, str) else type(given).__name__
            _log.warning("a request was passed on without memory: its user id is %s", kind)
        elif self._user_id is None and not self._nobody_told:
            self._nobody_told = True
            _log.warning(
                "a request was passed on without memory: it does not say whose it is, and no "
                "user_id was given at wrapping; this is said once"
            )
        return None

    def _named(self, interface: Interface, arguments: dict[str, Any]) -> Any:
        if self._user_id is None:
            said = interface.user(arguments)
            # The clients' own marks of what is left out are empty.
            return said if said or isinstance(said, str) else None
        if not callable(self._user_id):
            return self._user_id
        try:
            return self._user_id()
        # The application's, and no reason that somebody gets no answer.
        except Exception as error:  # noqa: BLE001
            _log.warning(
                "a request was passed on without memory: user_id failed: %s", type(error).__name__
            )
            return None


class Asked(NamedTuple):
    """One request, as the application made it."""

    by: Remembering
    person: str
    interface: Interface
    given: Any
    said: list[tuple[int, Any]]

    @property
    def messages(self) -> list[Any]:
        """What was said, as dicts."""
        return [message for _, message in self.said]

    def arguments(self, given: dict[str, Any], context: Context) -> dict[str, Any]:
        """Return the arguments to send: those given where nothing is used. The decision is told."""
        self.by.decided(context)
        return self.carrying(given, context)

    def carrying(self, given: dict[str, Any], context: Context) -> dict[str, Any]:
        """Return the arguments with memory where something is used, and tell nobody."""
        if not context:
            return given
        made = carried(self.given, self.said, context.to_openai())
        return given | {self.interface.field: made}

    def heard(self) -> Heard | None:
        """Return what listens to the answer; None where nothing is learned."""
        if not self.by.learns:
            return None
        learn = functools.partial(
            self.by.memory.engine.learn_later,
            person=self.person,
            application=self.by.memory.application,
        )
        return Heard(self.interface, self.messages, learn)


Dress = Callable[[Any, Remembering, bool], None]
"""Puts memory around the verbs of a copied client; the last says whether it is asynchronous."""


def wrapped(client: Client, remembering: Remembering, dress: Dress) -> Client:
    """Return a copy of a client, with memory, and its copies likewise."""
    remembering.memory.engine.warm()
    return _copied(client, remembering, dress)


def _copied(client: Client, remembering: Remembering, dress: Dress) -> Client:
    made: Any = client.copy()  # type: ignore[attr-defined]
    made.recenter = remembering
    dress(made, remembering, inspect.iscoroutinefunction(made.close))
    copy = made.copy

    @functools.wraps(copy)
    def again(*args: Any, **kwargs: Any) -> Any:
        return _copied(copy(*args, **kwargs), remembering, dress)

    made.copy = made.with_options = again
    return made  # type: ignore[no-any-return]


def _dressed(client: Any, remembering: Remembering, asynchronous: bool) -> None:
    # `with_raw_response` and `with_streaming_response` take the verbs from here, when asked,
    # and so does `stream`, which calls `create`.
    for resource, interface in _resources(client):
        around_verbs(resource, interface, remembering, asynchronous=asynchronous)


def around_verbs(
    resource: Any, interface: Interface, remembering: Remembering, *, asynchronous: bool
) -> None:
    """Put memory around the verbs of a resource that answer at once."""
    around = _around_async if asynchronous else _around
    for verb in _VERBS:
        if hasattr(resource, verb):
            setattr(resource, verb, around(getattr(resource, verb), remembering, interface))


def _resources(client: Any) -> Iterator[tuple[Any, Interface]]:
    yield client.chat.completions, CHAT
    earlier = getattr(getattr(client, "beta", None), "chat", None)
    if earlier is not None:
        yield earlier.completions, CHAT
    if hasattr(client, "responses"):
        yield client.responses, RESPONSES


def _around(call: Any, remembering: Remembering, interface: Interface) -> Any:
    @functools.wraps(call)
    def remembered(*args: Any, **kwargs: Any) -> Any:
        asked = remembering.asked(interface, kwargs)
        if asked is None:
            remembering.decided(None)
            return call(*args, **kwargs)
        engine = remembering.memory.engine
        context = engine.safe_context(asked.messages, asked.person, **remembering.more)
        return listening(call(*args, **asked.arguments(kwargs, context)), asked.heard())

    return remembered


def _around_async(call: Any, remembering: Remembering, interface: Interface) -> Any:
    @functools.wraps(call)
    async def remembered(*args: Any, **kwargs: Any) -> Any:
        asked = await asyncio.to_thread(remembering.asked, interface, kwargs)
        if asked is None:
            remembering.decided(None)
            return await call(*args, **kwargs)
        engine = remembering.memory.engine
        context = await engine.context_in_time(asked.messages, asked.person, **remembering.more)
        return listening(await call(*args, **asked.arguments(kwargs, context)), asked.heard())

    return remembered
