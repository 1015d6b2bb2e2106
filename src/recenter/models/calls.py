"""Around any model: many calls at once, answers kept, usage counted, cost limited."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from queue import SimpleQueue
from typing import Protocol, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.config import Price
from recenter.errors import (
    BudgetExceededError,
    ConfigError,
    ModelHTTPError,
    ModelTimeoutError,
    RateLimitedError,
    RecenterError,
    UnreadableAnswerError,
)
from recenter.formats import encode
from recenter.models.base import ChatModel, ChatReply, ChatRequest, Embedder
from recenter.models.completions import cost_of
from recenter.models.http import REPAIRS
from recenter.progress import Progress, Silent
from recenter.provenance import digest
from recenter.records import Usage

T = TypeVar("T")
R = TypeVar("R")

_KEY_FORMAT = 1
_BYTES_PER_TOKEN = 2
_TOKENS_PER_MESSAGE = 8
# Statuses by which an endpoint refuses this request, such as one that is too long for it.
_REFUSED = {400, 413, 422}


def parallel_map(
    function: Callable[[T], R],
    items: Iterable[T],
    *,
    workers: int = 4,
    progress: Progress | None = None,
) -> list[R]:
    """Return the results of a function in the order of the items, computed on threads.

    Raises:
        Exception: the first that the function raised; what has not begun by then is left out.
    """
    results: list[R] = [None] * len(todo := list(items))  # type: ignore[list-item]
    with closing(_outcomes(function, todo, workers, progress or Silent())) as outcomes:
        for number, outcome in outcomes:
            if isinstance(outcome, _Raised):
                raise outcome.error
            results[number] = outcome
    return results


def parallel_try(
    function: Callable[[T], R],
    items: Iterable[T],
    *,
    workers: int = 4,
    progress: Progress | None = None,
) -> list[R | RecenterError]:
    """Return results as `parallel_map`, with the error in place of a result where Recenter
    raised one. Other errors are faults of the program and are raised.
    """
    results: list[R | RecenterError] = [None] * len(todo := list(items))  # type: ignore[list-item]
    with closing(_outcomes(function, todo, workers, progress or Silent())) as outcomes:
        for number, outcome in outcomes:
            if not isinstance(outcome, _Raised):
                results[number] = outcome
            elif isinstance(outcome.error, RecenterError):
                results[number] = outcome.error
            else:
                raise outcome.error
    return results


def is_of_one_request(error: RecenterError) -> bool:
    """Tell whether an error is the fault of one request, so that the next one may well succeed.

    No endpoint, no right to ask, no budget: whatever is asked next meets the same.
    """
    if isinstance(error, ModelHTTPError):
        return error.status in _REFUSED
    return isinstance(error, UnreadableAnswerError | ModelTimeoutError)


class _Raised:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def _outcomes(
    function: Callable[[T], R], items: Sequence[T], workers: int, progress: Progress
) -> Generator[tuple[int, R | _Raised]]:
    """Yield outcomes as they come. Left early, it waits for the calls that run; at Ctrl-C not."""
    done: SimpleQueue[tuple[int, R | _Raised]] = SimpleQueue()
    todo = iter(enumerate(items))
    lock, stopped = threading.Lock(), threading.Event()

    def work() -> None:
        while not stopped.is_set():
            with lock:
                number, item = next(todo, (None, None))
            if number is None:
                return
            try:
                done.put((number, function(item)))  # type: ignore[arg-type]
            except BaseException as error:  # noqa: BLE001 - raised again in the calling thread
                done.put((number, _Raised(error)))

    count = max(1, min(workers, len(items)))
    # Daemons, so that an interrupted program does not wait for answers nobody will read.
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        for _ in items:
            yield done.get()
            progress.advance()
    except GeneratorExit:
        stopped.set()
        for thread in threads:
            thread.join()
        raise
    finally:
        stopped.set()


class Cache(Protocol):
    """Bytes by key. What is filed under a person goes with the person."""

    def get(self, key: str) -> bytes | None:
        """Return the value of a key, or None."""

    def put(self, key: str, value: bytes, *, person: str | None) -> None:
        """Keep a value."""


class Around:
    """A model in another's place: same name, address and price."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._model.name

    @property
    def base_url(self) -> str | None:
        """Address of the model, where it has one."""
        address: str | None = getattr(self._model, "base_url", None)
        return address

    @property
    def price(self) -> Price | None:
        """Price of the model, where it is known."""
        price: Price | None = getattr(self._model, "price", None)
        return price


class Cached(Around):
    """A chat model whose complete answers are kept; a failure never is.

    Answers are kept by everything that was sent, by model and address, and by person. That holds
    with a temperature and no seed too: the same question gets the same answer again.
    """

    def __init__(self, model: ChatModel, cache: Cache) -> None:
        super().__init__(model)
        self._cache = cache

    def chat(self, request: ChatRequest) -> ChatReply:
        """Return the answer that was kept, which costs nothing, or ask and keep it."""
        key = self._key(request)
        kept = _kept(self._cache.get(key))
        if kept is not None:
            return msgspec.structs.replace(kept, usage=Usage(calls=1, cached=1))
        reply = self._model.chat(request)
        self._cache.put(key, encode(reply).encode(), person=request.person)
        return reply

    def stream(self, request: ChatRequest) -> Iterator[str]:
        """Yield the answer that was kept in one piece, or the pieces as they come."""
        key = self._key(request)
        kept = _kept(self._cache.get(key))
        if kept is not None:
            yield kept.text
            return
        pieces = []
        for piece in self._model.stream(request):
            pieces.append(piece)
            yield piece
        reply = ChatReply(text="".join(pieces))
        self._cache.put(key, encode(reply).encode(), person=request.person)

    def _key(self, request: ChatRequest) -> str:
        # A schema is taken as it is written: the order of its properties is the order of answers.
        schema = None if request.schema is None else encode(request.schema)
        plain = msgspec.structs.replace(request, schema=None)
        return digest("chat", _KEY_FORMAT, self.name, self.base_url, plain, schema)


def _kept(value: bytes | None) -> ChatReply | None:
    try:
        return None if value is None else msgspec.json.decode(value, type=ChatReply)
    except msgspec.DecodeError:
        return None


class CachedEmbedder:
    """An embedder whose vectors are kept by text, filed under one person."""

    def __init__(self, embedder: Embedder, cache: Cache, *, person: str | None = None) -> None:
        self._embedder = embedder
        self._cache = cache
        self._person = person

    @property
    def name(self) -> str:
        """Name of the embedder."""
        return self._embedder.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text; only new texts are embedded."""
        keys = {text: vector_key(self._embedder, self._person, text) for text in texts}
        kept = {text: self._cache.get(key) for text, key in keys.items()}
        new = [text for text, value in kept.items() if not value or len(value) % 4]
        for text, vector in zip(new, self._embedder.embed(new), strict=True) if new else ():
            kept[text] = value = vector.astype("<f4").tobytes()
            self._cache.put(keys[text], value, person=self._person)
        if not texts:
            return self._embedder.embed([])
        rows = [np.frombuffer(kept[text] or b"", "<f4") for text in texts]
        return np.stack(rows).astype(np.float32)


def vector_key(embedder: Embedder, person: str | None, text: str) -> str:
    """Return the key under which the vector of a text is kept for a person."""
    address = getattr(embedder, "base_url", None)
    return digest("vector", _KEY_FORMAT, embedder.name, address, person, text)


class Meter(Around):
    """A chat model that adds up what its calls took, also of those that failed."""

    def __init__(self, model: ChatModel) -> None:
        super().__init__(model)
        self._lock = threading.Lock()
        self._total = Usage()

    @property
    def total(self) -> Usage:
        """Usage so far. A call that failed counts as a call; what it cost is not known."""
        return self._total

    def chat(self, request: ChatRequest) -> ChatReply:
        """Ask, and count."""
        used = Usage(calls=1)
        try:
            reply = self._model.chat(request)
            used = reply.usage
            return reply
        finally:
            with self._lock:
                self._total = add_up([self._total, used])

    def stream(self, request: ChatRequest) -> Iterator[str]:
        """Ask, and count the call; an endpoint does not tell the tokens of a stream."""
        with self._lock:
            self._total = add_up([self._total, Usage(calls=1, cost=None)])
        return self._model.stream(request)


def add_up(usages: Iterable[Usage]) -> Usage:
    """Return the sum; its cost is None where one of the costs is not known."""
    each = list(usages)
    costs = [usage.cost for usage in each if usage.cost is not None]
    return Usage(
        calls=sum(usage.calls for usage in each),
        cached=sum(usage.cached for usage in each),
        prompt_tokens=sum(usage.prompt_tokens for usage in each),
        completion_tokens=sum(usage.completion_tokens for usage in each),
        seconds=sum(usage.seconds for usage in each),
        cost=sum(costs) if len(costs) == len(each) else None,
    )


class Budget:
    """US dollars that several models may spend together."""

    def __init__(self, max_cost: float) -> None:
        if not (math.isfinite(max_cost) and max_cost >= 0):
            raise ConfigError(f"{max_cost!r} is not a cost in US dollars.")
        self._max_cost = max_cost
        self._lock = threading.Lock()
        self._held = 0.0
        self.spent = 0.0
        """By what endpoints reported, or the most it can be where they did not."""

    def hold(self, most: float) -> None:
        """Set aside the most that a call can cost.

        Raises:
            BudgetExceededError: with it, the limit could be passed.
        """
        with self._lock:
            if self.spent + self._held + most > self._max_cost:
                raise BudgetExceededError(
                    f"the next call may cost ${most:.4f}; ${self.spent:.4f} of "
                    f"${self._max_cost:.4f} are spent and ${self._held:.4f} set aside.",
                    cure="Allow more with --max-cost; what was done is kept.",
                )
            self._held += most

    def settle(self, most: float, cost: float) -> None:
        """Say what a call for which `most` was set aside did cost."""
        with self._lock:
            self._held -= most
            self.spent += cost


class Budgeted(Around):
    """A chat model that stops before a call that could pass a limit.

    Put it inside of `Cached`, so that answers that are kept cost nothing.
    """

    def __init__(self, model: ChatModel, max_cost: float | Budget) -> None:
        super().__init__(model)
        self.budget = max_cost if isinstance(max_cost, Budget) else Budget(max_cost)
        if self.price is None:
            raise ConfigError(
                f"the cost of {model.name!r} cannot be limited: its price is not known.",
                cure=f'Set [prices."{model.name}"] in config.toml: prompt and completion, in US '
                "dollars per million tokens.",
            )

    def chat(self, request: ChatRequest) -> ChatReply:
        """Ask, if it cannot cost too much.

        Raises:
            BudgetExceededError: it could; nothing was sent.
        """
        most = _most(request, self.price)
        self.budget.hold(most)
        cost: float | None = most
        try:
            reply = self._model.chat(request)
            cost = reply.usage.cost
            return reply
        except (ModelHTTPError, RateLimitedError):
            cost = 0.0  # A refusal is not charged for.
            raise
        finally:
            self.budget.settle(most, most if cost is None else cost)

    def stream(self, request: ChatRequest) -> Iterator[str]:
        """Ask, if it cannot cost too much; the most that it can cost counts as spent."""
        most = _most(request, self.price)
        self.budget.hold(most)
        self.budget.settle(most, most)
        return self._model.stream(request)


def _most(request: ChatRequest, price: Price | None) -> float:
    """Return the US dollars that a request can cost with all repairs, each of which sends the
    answers before it again.
    """
    prompt = tokens_at_most(request)
    rounds = 1 if request.schema is None else 1 + REPAIRS
    prompts = sum(prompt * (1 + n) + n * request.max_tokens for n in range(rounds))
    return cost_of(price, prompts, rounds * request.max_tokens) or 0.0


def tokens_at_most(request: ChatRequest) -> int:
    """Return about the most tokens of a prompt: one for two bytes of UTF-8, where English takes
    four and most other scripts three, and some for each message.
    """
    parts = [message.content for message in request.messages]
    if request.schema is not None:
        parts.append(encode(request.schema))
    size = sum(len(part.encode("utf-8", "replace")) for part in parts)
    return math.ceil(size / _BYTES_PER_TOKEN) + _TOKENS_PER_MESSAGE * len(parts)
