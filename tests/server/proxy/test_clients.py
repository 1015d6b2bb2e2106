"""The official client through the proxy gives and raises what it does without."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from tests.events import awaited
from tests.openai_calls import ASK, CALLS, IDLE, both, request
from tests.server.proxy.conftest import Proxy
from tests.upstream import ANSWER

HOP = ("host", "connection")
CHATS = [name for name in CALLS if name != "responses"]


@pytest.fixture(scope="module")
def direct(proxy: Proxy) -> Iterator[OpenAI]:
    with OpenAI(base_url=proxy.upstream.url, api_key="sk-server", max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def through(proxy: Proxy) -> Iterator[OpenAI]:
    headers = {"X-User-Id": "ada"}
    with OpenAI(
        base_url=proxy.url, api_key=proxy.key, max_retries=0, default_headers=headers
    ) as client:
        yield client


@pytest.mark.parametrize("name", CHATS)
def test_the_client_sends_and_gets_what_it_does_without(
    proxy: Proxy, direct: OpenAI, through: OpenAI, name: str
) -> None:
    (given, sent), (same, as_sent) = both(proxy.upstream, CALLS[name], direct, through)
    assert (same, as_sent) == (given, sent)
    assert sent
    first, second = (
        {k: v for k, v in seen.headers.items() if k not in HOP} for seen in proxy.upstream.seen[-2:]
    )
    assert first == second


@pytest.mark.parametrize("model", ["m", "429"])
def test_status_and_headers_are_the_endpoints(direct: OpenAI, through: OpenAI, model: str) -> None:
    def headers(client: OpenAI) -> tuple[int, dict[str, str]]:
        create = client.chat.completions.with_raw_response.create
        try:
            raw: Any = create(**request(IDLE) | {"model": model})
        except openai.APIStatusError as error:
            raw = error.response
        return raw.status_code, {k.lower(): v for k, v in raw.headers.items()}

    (status, before), (same, after) = headers(direct), headers(through)
    assert status == same
    ours = {k: v for k, v in before.items() if k not in ("server", "date")}
    assert {k: after.get(k) for k in ours} == ours
    assert ours["x-request-id"] == "req_1"


def test_the_client_retries_as_it_does_without(proxy: Proxy, through: OpenAI) -> None:
    before = len(proxy.upstream.seen)
    client = through.with_options(max_retries=1)
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(**request(IDLE) | {"model": "500"})
    assert len(proxy.upstream.seen) == before + 2


def test_what_is_used_reaches_the_endpoint_of_the_client(proxy: Proxy, through: OpenAI) -> None:
    raw = through.chat.completions.with_raw_response.create(**request(ASK))
    assert raw.headers["x-recenter-decision"] == "use"
    assert "nurse" in proxy.upstream.seen[-1].json["messages"][0]["content"]
    assert raw.parse().choices[0].message.content == "".join(ANSWER)
    assert through.models.list().data[0].id == "m"


def test_the_asynchronous_client_does_the_same(proxy: Proxy) -> None:
    async def run(url: str, key: str) -> list[Any]:
        async with AsyncOpenAI(base_url=url, api_key=key, max_retries=0) as client:
            create: Any = client.chat.completions.create
            asked = request(IDLE, user="ada")
            plain, streams = await asyncio.gather(
                create(**asked),
                asyncio.gather(*(create(**asked, stream=True) for _ in range(8))),
            )
            found = [plain, [[chunk async for chunk in stream] for stream in streams]]
            for model in ("400", "401", "429", "500"):
                with pytest.raises(openai.APIStatusError) as error:
                    await create(**asked | {"model": model})
                found.append((str(error.value), error.value.status_code))
            with pytest.raises(openai.APITimeoutError):
                await create(**asked | {"model": "slow"}, timeout=0.1)
            return found

    direct = awaited(run(proxy.upstream.url, "sk"))
    assert awaited(run(proxy.url, proxy.key)) == direct
