"""The official client with memory: the same requests and answers, unless something is used."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from recenter.errors import InputError
from recenter.memory import Context, Memory, wrap_openai
from tests.events import awaited
from tests.openai_calls import ASK, CALLS, IDLE, TOOLS, both, request
from tests.upstream import ANSWER, Upstream, scripted_upstream

SAID = "I don't eat meat. I work nights as a nurse."
TEXT = "".join(ANSWER)


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with scripted_upstream() as server:
        yield server


@pytest.fixture(scope="module")
def plain(upstream: Upstream) -> Iterator[OpenAI]:
    with OpenAI(base_url=upstream.url, api_key="sk-test", max_retries=0) as client:
        yield client


@pytest.fixture
def url(tmp_path: Any) -> str:
    # The stores differ in nothing that is tested here.
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def ada(memory: Memory) -> Memory:
    memory.add(SAID, user_id="ada")
    return memory


def learned(memory: Memory, user_id: str = "ada") -> list[list[tuple[str, str]]]:
    assert memory.engine.wait(60)
    found = memory.engine.store.conversations(memory.person(user_id))
    return [[(turn.role, turn.text) for turn in c.turns] for c in found]


def last(client: Any) -> Any:
    return client.recenter.last


@pytest.mark.parametrize("name", CALLS)
def test_where_nothing_is_used_the_client_sends_and_gives_what_it_did(
    ada: Memory, upstream: Upstream, plain: OpenAI, name: str
) -> None:
    wrapped = wrap_openai(plain, user_id="ada", memory=ada)
    assert type(wrapped) is OpenAI
    (given, sent), (same, as_sent) = both(upstream, CALLS[name], plain, wrapped)
    assert (same, as_sent) == (given, sent)
    assert sent


def test_what_is_used_goes_before_the_message_and_is_told(
    ada: Memory, upstream: Upstream, plain: OpenAI
) -> None:
    told: list[Context] = []
    client: Any = wrap_openai(plain, user_id="ada", memory=ada, on_receipt=told.append)
    assert last(client) is None
    answer = client.chat.completions.create(**request())
    assert answer.choices[0].message.content == TEXT
    sent = upstream.seen[-1].json["messages"][-1]["content"]
    assert "works nights as a nurse" in sent
    assert sent.endswith(f"\n\n{ASK}")
    assert last(client) is told[0]
    assert told[0].decision == "use"
    assert ada.receipt(told[0].receipt_id) is not None
    assert sorted(learned(ada)) == [[("user", ASK), ("assistant", TEXT)], [("user", SAID)]]


def test_streams_pass_and_are_learned_at_their_end_or_when_they_are_closed(
    memory: Memory, plain: OpenAI
) -> None:
    client: Any = wrap_openai(plain, memory=memory)
    stream = client.chat.completions.create(**request(SAID, stream=True, user="whole"))
    assert isinstance(stream, openai.Stream)
    next(iter(stream))
    assert learned(memory, "whole") == []
    assert len(list(stream)) == 5
    assert learned(memory, "whole") == [[("user", SAID), ("assistant", TEXT)]]
    with client.chat.completions.create(**request(SAID, stream=True, user="half")) as stream:
        next(stream)
    assert learned(memory, "half") == [[("user", SAID)]]
    with client.chat.completions.stream(**request(SAID, user="helped")) as events:
        assert events.get_final_completion().choices[0].message.content == TEXT
    assert learned(memory, "helped") == [[("user", SAID), ("assistant", TEXT)]]
    with client.chat.completions.stream(**request(SAID, user="left")) as events:
        next(iter(events))
    assert learned(memory, "left") == [[("user", SAID)]]


def test_raw_and_streaming_responses_are_the_clients_own_and_learned_from(
    memory: Memory, plain: OpenAI
) -> None:
    client: Any = wrap_openai(plain, memory=memory)
    whole = [[("user", SAID), ("assistant", TEXT)]]
    raw = client.chat.completions.with_raw_response.create(**request(SAID, user="a"))
    assert raw.headers["x-request-id"] == "req_1"
    assert raw.parse().choices[0].message.content == TEXT
    assert learned(memory, "a") == whole
    raw = client.with_raw_response.chat.completions.create(**request(SAID, user="b", stream=True))
    assert len(list(raw.parse())) == 6
    assert learned(memory, "b") == whole
    streaming = client.chat.completions.with_streaming_response
    with streaming.create(**request(SAID, user="c")) as response:
        assert response.parse().choices[0].message.content == TEXT
    assert learned(memory, "c") == whole
    with streaming.create(**request(SAID, user="d", stream=True)) as response:
        assert b"[DONE]" in response.read()
    assert learned(memory, "d") == [[("user", SAID)]]


def test_a_failed_request_is_not_learned_from(memory: Memory, plain: OpenAI) -> None:
    client = wrap_openai(plain, user_id="ada", memory=memory)
    with pytest.raises(openai.RateLimitError):
        client.chat.completions.create(**request(SAID) | {"model": "429"})
    assert learned(memory) == []


def test_a_tool_loop_with_the_clients_own_messages_is_one_conversation(
    memory: Memory, upstream: Upstream, plain: OpenAI
) -> None:
    client = wrap_openai(plain, user_id="ada", memory=memory)
    messages: list[Any] = [{"role": "user", "content": SAID}]
    asked: Any = {"model": "tools", "messages": messages, "tools": TOOLS}
    call = client.chat.completions.create(**asked).choices[0].message
    messages += [call, {"role": "tool", "tool_call_id": "call_1", "content": "secret 8 degrees"}]
    client.chat.completions.create(model="m", messages=messages)
    assert upstream.seen[-1].json["messages"][1]["tool_calls"][0]["id"] == "call_1"
    assert learned(memory) == [[("user", SAID), ("assistant", TEXT)]]


def test_structured_answers_and_options_keep_memory(
    ada: Memory, upstream: Upstream, plain: OpenAI
) -> None:
    class Shape(BaseModel):
        town: str

    client: Any = wrap_openai(plain, user_id="ada", memory=ada).with_options(max_retries=1)
    with pytest.raises(ValueError, match="JSON"):
        client.chat.completions.parse(**request(), response_format=Shape)
    assert "nurse" in upstream.seen[-1].json["messages"][0]["content"]
    client.beta.chat.completions.create(**request())
    assert "nurse" in upstream.seen[-1].json["messages"][0]["content"]
    assert client.copy().recenter is client.recenter


def test_the_newer_interface_is_given_memory_and_learned_from(
    ada: Memory, upstream: Upstream, plain: OpenAI
) -> None:
    client: Any = wrap_openai(plain, user_id="ada", memory=ada)
    client.responses.create(model="m", input=ASK, instructions="Be brief.")
    assert upstream.seen[-1].json["input"].endswith(f"</recenter_memory>\n\n{ASK}")
    parts = [{"type": "input_text", "text": ASK}]
    items = [
        {"role": "user", "content": parts},
        {"type": "function_call_output", "call_id": "c", "output": "8"},
    ]
    list(client.responses.create(model="m", input=items, stream=True))
    sent = upstream.seen[-1].json["input"]
    assert sent[0]["content"][1:] == parts
    assert sent[0]["content"][0]["type"] == "input_text"
    assert sent[1] == items[1]
    assert [("user", ASK), ("assistant", TEXT)] in learned(ada)


def test_whose_memory_it_is_can_change_from_request_to_request(
    ada: Memory, upstream: Upstream, plain: OpenAI
) -> None:
    who: list[str | None] = [None]
    client: Any = wrap_openai(plain, user_id=lambda: who[0], memory=ada)
    client.chat.completions.create(**request(user="ada"))
    assert last(client) is None
    assert upstream.seen[-1].json["messages"] == request()["messages"]
    who[0] = "ada"
    client.chat.completions.create(**request())
    assert last(client).decision == "use"


def test_incognito_uses_and_learns_nothing(ada: Memory, upstream: Upstream, plain: OpenAI) -> None:
    client: Any = wrap_openai(plain, user_id="ada", memory=ada, incognito=True)
    client.chat.completions.create(**request())
    assert client.recenter.last.decision == "incognito"
    assert upstream.seen[-1].json["messages"] == request()["messages"]
    assert learned(ada) == [[("user", SAID)]]


def test_memory_that_fails_changes_nothing(
    tmp_path: Any, upstream: Upstream, plain: OpenAI
) -> None:
    (tmp_path / "store.db").write_bytes(b"not a database, " * 100)
    with Memory({"store": f"sqlite:///{tmp_path / 'store.db'}"}) as broken:
        client: Any = wrap_openai(plain, user_id="ada", memory=broken)
        answer = client.chat.completions.create(**request())
        assert answer.choices[0].message.content == TEXT
        assert client.recenter.last.decision == "unavailable"
    assert upstream.seen[-1].json["messages"] == request()["messages"]


def test_only_clients_can_be_wrapped() -> None:
    with pytest.raises(InputError, match="expected a client of the openai package, got str"):
        wrap_openai("sk-...")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"user_id": 5}, "user_id"),
        ({"user_id": ""}, "user_id"),
        ({"user_id": "ada", "memory": "x"}, "memory"),
        ({"user_id": "ada", "incognito": "perhaps"}, "incognito"),
        ({"user_id": "ada", "on_receipt": "x"}, "on_receipt"),
    ],
)
def test_what_would_silently_go_without_memory_is_refused_at_wrapping(
    ada: Memory, plain: OpenAI, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(InputError, match=f"^{field}: "):
        wrap_openai(plain, **({"memory": ada} | given))


@pytest.mark.parametrize("whose", [5, "", " ", KeyError("ada-7")])
def test_an_id_that_is_wrong_for_one_request_is_said_and_costs_no_answer(
    ada: Memory, upstream: Upstream, plain: OpenAI, caplog: pytest.LogCaptureFixture, whose: Any
) -> None:
    def named() -> Any:
        if isinstance(whose, Exception):
            raise whose
        return whose

    client: Any = wrap_openai(plain, user_id=named, memory=ada)
    assert client.chat.completions.create(**request()).choices[0].message.content == TEXT
    assert upstream.seen[-1].json["messages"] == request()["messages"]
    (record,) = caplog.records
    assert "passed on without memory" in record.getMessage()
    assert "ada-7" not in record.getMessage()


def test_that_nobody_is_ever_named_is_said_once(
    ada: Memory, plain: OpenAI, caplog: pytest.LogCaptureFixture
) -> None:
    client: Any = wrap_openai(plain, memory=ada)
    for more in ({}, {"user": openai.NOT_GIVEN}):
        client.chat.completions.create(**(request() | more))
    assert [r.getMessage().count("no user_id was given") for r in caplog.records] == [1]


def test_the_asynchronous_client_does_the_same(ada: Memory, upstream: Upstream) -> None:
    async def run() -> list[bytes]:
        async with AsyncOpenAI(base_url=upstream.url, api_key="sk", max_retries=0) as plain:
            client: Any = wrap_openai(plain, user_id="ada", memory=ada)
            for each in (plain, client):
                await each.chat.completions.create(**request(IDLE))
            first, second = (seen.body for seen in upstream.seen[-2:])
            with pytest.raises(openai.BadRequestError):
                await client.chat.completions.create(**request(IDLE) | {"model": "400"})
            stream = await client.chat.completions.create(**request(stream=True))
            assert isinstance(stream, openai.AsyncStream)
            assert len([chunk async for chunk in stream]) == 6
            assert client.recenter.last.decision == "use"
            async with client.chat.completions.stream(**request(SAID)) as events:
                await events.get_final_completion()
            streaming = client.chat.completions.with_streaming_response
            async with streaming.create(**request("I have two cats.")) as response:
                assert (await response.parse()).choices[0].message.content == TEXT
            raw = await client.chat.completions.with_raw_response.create(**request("I cook."))
            assert raw.parse().choices[0].message.content == TEXT
            return [first, second]

    first, second = awaited(run())
    assert first == second
    begun = {turns[0]: len(turns) for turns in learned(ada)}
    assert begun == {
        ("user", SAID): 2,
        ("user", IDLE): 2,
        ("user", ASK): 2,
        ("user", "I have two cats."): 2,
        ("user", "I cook."): 2,
    }


def test_each_task_sees_its_own_last_decision(ada: Memory, upstream: Upstream) -> None:
    async def run() -> tuple[str, str]:
        async with AsyncOpenAI(base_url=upstream.url, api_key="sk") as plain:
            client: Any = wrap_openai(plain, memory=ada)

            async def one(name: str) -> str:
                await client.chat.completions.create(**request(user=name) | {"model": "slow"})
                return str(client.recenter.last.decision)

            first, second = await asyncio.gather(one("ada"), one("bob"))
            return first, second

    assert awaited(run()) == ("use", "unknown")
