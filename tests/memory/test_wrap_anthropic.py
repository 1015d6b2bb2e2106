"""Anthropic's official client with memory: as it is without, unless something is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import pytest
from anthropic import Anthropic, AsyncAnthropic
from pydantic import BaseModel

from recenter.errors import InputError
from recenter.memory import Context, Memory, wrap_anthropic
from tests.events import awaited
from tests.memory.test_wrap import SAID, TEXT, last, learned
from tests.openai_calls import ASK, IDLE
from tests.upstream import Upstream, scripted_upstream

TOOLS = [{"name": "weather", "input_schema": {"type": "object"}}]
IMAGE = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"},
}


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with scripted_upstream() as server:
        yield server


def arguments(upstream: Upstream) -> dict[str, Any]:
    return {"base_url": upstream.url.removesuffix("/v1"), "api_key": "sk-test", "max_retries": 0}


@pytest.fixture(scope="module")
def plain(upstream: Upstream) -> Iterator[Anthropic]:
    with Anthropic(**arguments(upstream)) as client:
        yield client


@pytest.fixture
def url(tmp_path: Any) -> str:
    # The stores differ in nothing that is tested here.
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def ada(memory: Memory) -> Memory:
    memory.add(SAID, user_id="ada")
    return memory


def request(text: str = ASK, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}]
    return {"model": "m", "max_tokens": 9, "messages": messages, **more}


def streamed(client: Any) -> list[str]:
    with client.messages.stream(**request(IDLE)) as stream:
        return list(stream.text_stream)


CALLS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda c: c.messages.create(**request(IDLE)),
    "system": lambda c: c.messages.create(
        **request(IDLE, system="Be brief.", stop_sequences=["X"])
    ),
    "blocks": lambda c: c.messages.create(
        **request(IDLE, system=[{"type": "text", "text": "Be brief."}])
    ),
    "stream": lambda c: list(c.messages.create(**request(IDLE, stream=True))),
    "helper": streamed,
    "tools": lambda c: c.messages.create(**request(IDLE, tools=TOOLS) | {"model": "tools"}),
    "image": lambda c: c.messages.create(
        model="m",
        max_tokens=9,
        messages=[{"role": "user", "content": [{"type": "text", "text": IDLE}, IMAGE]}],
    ),
    "generator": lambda c: c.messages.create(
        model="m", max_tokens=9, messages=(m for m in request(IDLE)["messages"])
    ),
    "unread": lambda c: c.messages.create(
        model="m", max_tokens=9, messages=[{"role": "no such role", "content": IDLE}]
    ),
    "raw": lambda c: c.messages.with_raw_response.create(**request(IDLE)).http_response.text,
    "count": lambda c: c.messages.count_tokens(model="m", messages=request(IDLE)["messages"]),
    "beta": lambda c: c.beta.messages.create(**request(IDLE)),
    "400": lambda c: c.messages.create(**request(IDLE) | {"model": "400"}),
    "429": lambda c: c.messages.create(**request(IDLE) | {"model": "429"}),
}


def given(upstream: Upstream, call: Callable[[Any], Any], client: Any) -> tuple[Any, bytes]:
    """Return what a call gives or raises, and the body that was sent."""
    before = len(upstream.seen)
    try:
        made = call(client)
    except anthropic.APIError as error:
        made = (type(error), str(error))
    return made, b"".join(seen.body for seen in upstream.seen[before:])


@pytest.mark.parametrize("name", CALLS)
def test_where_nothing_is_used_the_client_sends_and_gives_what_it_did(
    ada: Memory, upstream: Upstream, plain: Anthropic, name: str
) -> None:
    client = wrap_anthropic(plain, user_id="ada", memory=ada)
    assert type(client) is Anthropic
    alone, with_memory = (given(upstream, CALLS[name], each) for each in (plain, client))
    assert with_memory == alone
    assert alone[1]


def test_what_is_used_goes_before_the_message_and_is_told(
    ada: Memory, upstream: Upstream, plain: Anthropic
) -> None:
    told: list[Context] = []
    client: Any = wrap_anthropic(plain, user_id="ada", memory=ada, on_receipt=told.append)
    answer = client.messages.create(**request(system="Be brief."))
    assert "".join(part.text for part in answer.content) == TEXT
    sent = upstream.seen[-1].json
    assert "works nights as a nurse" in sent["messages"][-1]["content"]
    assert sent["messages"][-1]["content"].endswith(f"\n\n{ASK}")
    assert sent["system"] == "Be brief."
    assert last(client) is told[0]
    assert ada.receipt(told[0].receipt_id) is not None
    assert [("user", ASK), ("assistant", TEXT)] in learned(ada)


def test_streams_pass_and_are_learned_at_their_end_or_when_they_are_closed(
    memory: Memory, plain: Anthropic
) -> None:
    client: Any = wrap_anthropic(plain, memory=memory)

    def of(name: str) -> dict[str, Any]:
        return request(SAID, metadata={"user_id": name})

    stream = client.messages.create(**of("whole"), stream=True)
    assert isinstance(stream, anthropic.Stream)
    assert len(list(stream)) == 8
    assert learned(memory, "whole") == [[("user", SAID), ("assistant", TEXT)]]
    with client.messages.create(**of("half"), stream=True) as stream:
        next(stream)
    assert learned(memory, "half") == [[("user", SAID)]]
    with client.messages.stream(**of("helped")) as events:
        assert isinstance(events, anthropic.MessageStream)
        assert events.get_final_text() == TEXT
    assert learned(memory, "helped") == [[("user", SAID), ("assistant", TEXT)]]
    with client.messages.stream(**of("left")) as events:
        next(iter(events))
    assert learned(memory, "left") == [[("user", SAID)]]


def test_a_tool_loop_is_one_conversation_and_memory_stays_where_it_stood(
    ada: Memory, upstream: Upstream, plain: Anthropic
) -> None:
    client: Any = wrap_anthropic(plain, user_id="ada", memory=ada)
    messages: list[Any] = [{"role": "user", "content": ASK}]
    asked: Any = {"max_tokens": 9, "messages": messages, "tools": TOOLS}
    answer = client.messages.create(model="tools", **asked)
    first = upstream.seen[-1].json["messages"][0]
    assert "nurse" in first["content"]
    result = {"type": "tool_result", "tool_use_id": "call_1", "content": "secret 8 degrees"}
    messages += [{"role": "assistant", "content": answer.content}]
    messages += [{"role": "user", "content": [result]}]
    client.messages.create(model="m", **asked)
    sent = upstream.seen[-1].json["messages"]
    assert sent[0] == first
    assert sent[1]["content"][0]["id"] == "call_1"
    assert sent[2]["content"] == [result]
    assert [("user", ASK), ("assistant", TEXT)] in learned(ada)
    assert "secret" not in str(learned(ada))


def test_results_of_tools_stay_in_front_of_what_the_person_says_with_them(
    ada: Memory, upstream: Upstream, plain: Anthropic
) -> None:
    client: Any = wrap_anthropic(plain, user_id="ada", memory=ada)
    result = {"type": "tool_result", "tool_use_id": "call_1", "content": "8"}
    content = [result, {"type": "text", "text": ASK}]
    client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": content}])
    sent = upstream.seen[-1].json["messages"][0]["content"]
    assert [part["type"] for part in sent] == ["tool_result", "text", "text"]
    assert "nurse" in sent[1]["text"]
    assert sent[2] == content[1]


def test_tokens_are_counted_of_what_would_be_sent_and_no_receipt_is_kept(
    ada: Memory, upstream: Upstream, plain: Anthropic
) -> None:
    client: Any = wrap_anthropic(plain, user_id="ada", memory=ada)
    asked = request()["messages"]
    alone = plain.messages.count_tokens(model="m", messages=asked).input_tokens
    counted = client.messages.count_tokens(model="m", messages=asked).input_tokens
    client.messages.create(**request())
    assert upstream.seen[-1].json["messages"] == upstream.seen[-2].json["messages"]
    assert counted > alone
    assert len(ada.receipts("ada")) == 1


def test_structured_answers_raw_ones_and_options_keep_memory(
    ada: Memory, upstream: Upstream, plain: Anthropic
) -> None:
    class Shape(BaseModel):
        town: str

    client: Any = wrap_anthropic(plain, user_id="ada", memory=ada).with_options(max_retries=1)
    with pytest.raises(ValueError, match="JSON"):
        client.messages.parse(**request(), output_format=Shape)
    assert "nurse" in upstream.seen[-1].json["messages"][0]["content"]
    raw = client.messages.with_raw_response.create(**request())
    assert raw.parse().id == "msg_1"
    assert "nurse" in upstream.seen[-1].json["messages"][0]["content"]
    with client.beta.messages.stream(**request()) as events:
        assert events.get_final_message().id == "msg_1"
    assert "nurse" in upstream.seen[-1].json["messages"][0]["content"]
    assert client.copy().recenter is client.recenter


def test_nobody_incognito_and_failure_change_nothing(
    ada: Memory, tmp_path: Any, upstream: Upstream, plain: Anthropic
) -> None:
    (tmp_path / "broken.db").write_bytes(b"not a database, " * 100)
    with Memory({"store": f"sqlite:///{tmp_path / 'broken.db'}"}) as broken:
        for client in (
            wrap_anthropic(plain, memory=ada),
            wrap_anthropic(plain, user_id="ada", memory=ada, incognito=True),
            wrap_anthropic(plain, user_id="ada", memory=broken),
        ):
            client.messages.create(**request())
            assert upstream.seen[-1].json["messages"] == request()["messages"]
    assert learned(ada) == [[("user", SAID)]]


def test_the_asynchronous_client_does_the_same(ada: Memory, upstream: Upstream) -> None:
    async def run() -> list[bytes]:
        async with AsyncAnthropic(**arguments(upstream)) as plain:
            client: Any = wrap_anthropic(plain, user_id="ada", memory=ada)
            for each in (plain, client):
                await each.messages.create(**request(IDLE))
            first, second = (seen.body for seen in upstream.seen[-2:])
            stream = await client.messages.create(**request(stream=True))
            assert len([event async for event in stream]) == 8
            assert client.recenter.last.decision == "use"
            async with client.messages.stream(**request(SAID)) as events:
                assert await events.get_final_text() == TEXT
            counted = await client.messages.count_tokens(model="m", messages=request()["messages"])
            assert "nurse" in upstream.seen[-1].json["messages"][0]["content"]
            assert counted.input_tokens > 0
            return [first, second]

    first, second = awaited(run())
    assert first == second
    begun = {turns[0]: len(turns) for turns in learned(ada)}
    assert begun == {("user", SAID): 2, ("user", IDLE): 2, ("user", ASK): 2}


def test_only_clients_can_be_wrapped() -> None:
    with pytest.raises(InputError, match="expected a client of the anthropic package, got str"):
        wrap_anthropic("sk-...")
