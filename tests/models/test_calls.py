from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import msgspec
import numpy as np
import pytest

from recenter.config import Price
from recenter.errors import (
    BudgetExceededError,
    ConfigError,
    ModelTimeoutError,
    RateLimitedError,
    UnreadableAnswerError,
)
from recenter.models.answers import violation
from recenter.models.base import ChatReply, ChatRequest
from recenter.models.calls import (
    Budget,
    Budgeted,
    Cached,
    CachedEmbedder,
    Meter,
    add_up,
    parallel_map,
    parallel_try,
)
from recenter.models.dry_run import DryRun, placeholder
from recenter.models.scripted import ScriptedChat, ScriptedEmbedder
from recenter.records import Message, Usage

HELLO = ChatRequest(messages=(Message(role="user", content="Hello"),), max_tokens=100)
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


class Dictionary(dict[str, tuple[bytes, str | None]]):
    """A cache for tests."""

    def get(self, key: str) -> bytes | None:  # type: ignore[override]
        return self[key][0] if key in self else None

    def put(self, key: str, value: bytes, *, person: str | None) -> None:
        self[key] = (value, person)


class Priced(ScriptedChat):
    """A scripted model with a price of $1 per token, and an address."""

    price: Price | None = Price(prompt=1e6, completion=1e6)
    base_url = "http://one.test"
    takes = Usage(calls=1, prompt_tokens=3, completion_tokens=4, cost=7.0)

    def chat(self, request: ChatRequest) -> ChatReply:
        return msgspec.structs.replace(super().chat(request), usage=self.takes)


class Count:
    """Progress that counts."""

    steps = 0

    def start(self, what: str, total: int | None) -> None:
        pass

    def advance(self, steps: int = 1) -> None:
        self.steps += steps


def test_results_are_in_order_whatever_finishes_first() -> None:
    def slow_first(n: int) -> int:
        time.sleep(0.02 * (5 - n))
        return n * n

    count = Count()
    assert parallel_map(slow_first, range(5), workers=5, progress=count) == [0, 1, 4, 9, 16]
    assert count.steps == 5
    assert parallel_map(slow_first, []) == []


def test_no_more_than_the_workers_run_at_once() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1

    parallel_map(work, range(12), workers=3)
    assert most == 3


def test_the_first_error_is_raised_and_the_rest_is_left_out() -> None:
    begun: list[int] = []
    running = 0

    def work(n: int) -> None:
        nonlocal running
        begun.append(n)
        running += 1
        if n == 1:
            raise RateLimitedError("too fast")
        time.sleep(0.05)
        running -= 1

    with pytest.raises(RateLimitedError):
        parallel_map(work, range(100), workers=2)
    assert len(begun) < 10
    assert running == 1  # the one that raised: nothing goes on behind the caller's back


def test_errors_of_recenter_can_take_the_place_of_results() -> None:
    def work(n: int) -> int:
        if n == 1:
            raise RateLimitedError("too fast")
        return n

    zero, one, two = parallel_try(work, range(3))
    assert (zero, two) == (0, 2)
    assert isinstance(one, RateLimitedError)
    with pytest.raises(ZeroDivisionError):
        parallel_try(lambda n: 1 // n, range(3))


def test_an_interrupt_does_not_wait_for_answers() -> None:
    program = """
import time
from recenter.models.calls import parallel_map
def work(n):
    print("begun", flush=True)
    time.sleep(60)
try:
    parallel_map(work, range(4), workers=1)
except KeyboardInterrupt:
    print("stopped")
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        child.send_signal(signal.SIGINT)
        assert child.communicate(timeout=30)[0] == "stopped\n"


def test_a_kept_answer_is_not_asked_for_again() -> None:
    model, cache = Priced([{"a": "x"}, "free"]), Dictionary()
    request = ChatRequest(messages=HELLO.messages, schema=SCHEMA, person="p1")
    first = Cached(model, cache).chat(request)
    again = Cached(model, cache).chat(request)
    assert (again.text, again.data) == (first.text, first.data)
    assert first.usage == Priced.takes
    assert again.usage == Usage(calls=1, cached=1, cost=0.0)
    assert [person for _, person in cache.values()] == ["p1"]
    assert "".join(Cached(model, cache).stream(HELLO)) == "free"
    assert "".join(Cached(model, cache).stream(HELLO)) == "free"
    assert len(model.requests) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"messages": (Message(role="system", content="Hello"),)},
        {"messages": (Message(role="user", content="Hello "),)},
        {"schema": {"type": "object", "properties": {}}},
        {"temperature": 0.5},
        {"max_tokens": 101},
        {"seed": 1},
        {"person": "p2"},
    ],
)
def test_an_answer_is_kept_by_all_that_it_depends_on(change: dict[str, object]) -> None:
    model, cache = Priced(lambda request: {"n": 1}), Dictionary()
    Cached(model, cache).chat(HELLO)
    Cached(model, cache).chat(msgspec.structs.replace(HELLO, **change))
    assert len(model.requests) == 2


def test_another_model_or_address_is_asked_itself() -> None:
    cache = Dictionary()
    other = Priced(["two"])
    other.base_url = "http://two.test"
    models = [Priced(["one"]), other, Priced(["three"], name="scripted:other")]
    assert [Cached(m, cache).chat(HELLO).text for m in models] == ["one", "two", "three"]


def test_the_order_of_a_schemas_properties_counts() -> None:
    model, cache = Priced(lambda request: {"a": 1, "b": 2}), Dictionary()
    for names in ("ab", "ba"):
        schema = {"type": "object", "properties": {name: {} for name in names}}
        Cached(model, cache).chat(msgspec.structs.replace(HELLO, schema=schema))
    assert len(model.requests) == 2


def test_a_failure_is_never_kept() -> None:
    model, cache = ScriptedChat([RateLimitedError("x"), "", "good"]), Dictionary()
    cached = Cached(model, cache)
    for kind in (RateLimitedError, UnreadableAnswerError):
        with pytest.raises(kind):
            cached.chat(HELLO)
    assert not cache
    assert cached.chat(HELLO).text == "good"


def test_a_stream_that_breaks_or_is_left_is_not_kept() -> None:
    class Broken(ScriptedChat):
        def stream(self, request: ChatRequest):  # type: ignore[no-untyped-def]
            yield "half"
            raise ModelTimeoutError("silence")

    cache = Dictionary()
    with pytest.raises(ModelTimeoutError):
        list(Cached(Broken([]), cache).stream(HELLO))
    stream = Cached(ScriptedChat(["two words"]), cache).stream(HELLO)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert not cache


def test_a_damaged_value_is_asked_for_again() -> None:
    model, cache = ScriptedChat(["one", "two"]), Dictionary()
    Cached(model, cache).chat(HELLO)
    (key,) = cache
    cache[key] = (b"{", None)
    assert Cached(model, cache).chat(HELLO).text == "two"


def test_vectors_are_kept_by_text_and_person() -> None:
    asked: list[str] = []

    class Counting(ScriptedEmbedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            asked.extend(texts)
            return super().embed(texts)

    inner, cache = Counting(), Dictionary()
    embedder = CachedEmbedder(inner, cache, person="p1")
    first = embedder.embed(["a b", "c", "a b"])
    again = embedder.embed(["c", "d", "a b"])
    assert asked == ["a b", "c", "d"]
    assert np.array_equal(first, ScriptedEmbedder().embed(["a b", "c", "a b"]))
    assert np.array_equal(again[[2, 0]], first[:2])
    assert {person for _, person in cache.values()} == {"p1"}
    CachedEmbedder(inner, cache, person="p2").embed(["c"])
    assert asked[-1] == "c"
    assert embedder.embed([]).shape == (0, 64)


def test_vectors_of_the_same_name_elsewhere_are_other_vectors() -> None:
    class Placed(ScriptedEmbedder):
        base_url = "http://here"

    cache = Dictionary()
    here, there = Placed(), Placed(dimensions=8)
    there.base_url = "http://there"
    for inner, width in ((here, 64), (there, 8), (here, 64)):
        assert CachedEmbedder(inner, cache).embed(["a"]).shape == (1, width)
    assert len(cache) == 2


def test_a_meter_counts_what_succeeded_and_what_failed() -> None:
    meter = Meter(Priced(["one", RateLimitedError("x"), "three"]))
    meter.chat(HELLO)
    with pytest.raises(RateLimitedError):
        meter.chat(HELLO)
    meter.chat(HELLO)
    assert (meter.total.calls, meter.total.completion_tokens, meter.total.cost) == (3, 8, 14.0)


def test_a_sum_with_an_unknown_cost_is_unknown() -> None:
    assert add_up([Usage(calls=1, cost=1.0), Usage(calls=1, cost=None)]).cost is None
    assert add_up([]) == Usage()


def test_a_budget_stops_before_it_could_be_passed() -> None:
    model = Priced(lambda request: "fine")
    budgeted = Budgeted(model, 130)  # a call takes 7, and could take 111
    for _ in range(3):
        budgeted.chat(HELLO)
    assert budgeted.budget.spent == 21
    with pytest.raises(BudgetExceededError, match=r"\$21\.0000 of \$130\.0000"):
        budgeted.chat(HELLO)
    assert len(model.requests) == 3


def test_a_budget_holds_for_calls_at_once_and_models_together() -> None:
    def answer(request: ChatRequest) -> str:
        time.sleep(0.02)
        return "fine"

    budget = Budget(250)
    models = [Budgeted(Priced(answer), budget) for _ in range(2)]
    results = parallel_try(lambda n: models[n % 2].chat(HELLO), range(4), workers=4)
    assert sum(isinstance(result, BudgetExceededError) for result in results) == 2
    assert budget.spent == 14


@pytest.mark.parametrize(
    ("error", "spent"), [(RateLimitedError("x"), 0), (ModelTimeoutError("x"), 111)]
)
def test_a_call_that_failed_counts_as_the_most_unless_refused(
    error: Exception, spent: float
) -> None:
    budgeted = Budgeted(Priced([error]), 200)
    with pytest.raises(type(error)):
        budgeted.chat(HELLO)
    assert budgeted.budget.spent == spent


def test_repairs_are_part_of_what_a_call_can_cost() -> None:
    request = msgspec.structs.replace(HELLO, schema=SCHEMA)
    with pytest.raises(BudgetExceededError):
        Budgeted(Priced(["{}"]), 3 * 111).chat(request)


def test_a_limit_needs_a_price_and_a_sum() -> None:
    with pytest.raises(ConfigError, match=r'Set \[prices\."scripted:test"\]'):
        Budgeted(ScriptedChat([]), 1)
    with pytest.raises(ConfigError, match="not a cost"):
        Budget(float("nan"))


def test_a_budget_inside_of_a_cache_is_not_touched_by_kept_answers() -> None:
    budgeted, cache = Budgeted(Priced(["one"]), 120), Dictionary()
    for _ in range(5):
        assert Cached(budgeted, cache).chat(HELLO).text == "one"
    assert budgeted.budget.spent == 7


def test_a_dry_run_sends_nothing_and_tells_what_it_would_take() -> None:
    model = Priced([])
    dry = DryRun(model)
    assert dry.chat(HELLO).text
    assert dry.chat(msgspec.structs.replace(HELLO, schema=SCHEMA)).data == {"a": "-"}
    assert "".join(dry.stream(HELLO))
    assert not model.requests
    assert (dry.estimate.calls, dry.estimate.completion_tokens) == (3, 300)
    assert dry.estimate.cost == dry.estimate.prompt_tokens + 300
    assert dry.name == model.name


@pytest.mark.parametrize(
    "schema",
    [
        SCHEMA,
        {"enum": ["yes", "no"]},
        {"const": 3},
        {"anyOf": [{"type": "number", "minimum": 2}, {"type": "null"}]},
        {"type": ["null", "string"]},
        {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 3}},
        {"type": "object", "properties": {"b": {"type": "boolean"}}, "required": ["b"]},
        {"type": "array", "minItems": 3, "items": {"type": "integer", "maximum": 1}},
    ],
)
def test_a_placeholder_fits_its_schema(schema: dict[str, object]) -> None:
    assert violation(placeholder(schema), schema) is None


def test_a_placeholder_names_each_of_what_is_numbered() -> None:
    number = {"type": "integer", "minimum": 1, "maximum": 3}
    item = {"type": "object", "properties": {"number": number}, "required": ["number"]}
    made = placeholder({"type": "array", "minItems": 3, "items": item})
    assert [one["number"] for one in made] == [1, 2, 3]
