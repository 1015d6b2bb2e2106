"""Chats are answered ahead of other routes, and what holds for every route holds for them."""

from __future__ import annotations

import json
import logging

import httpx
import pytest

from recenter.memory import Memory
from recenter.memory.keys import keys, new_key, revoke_key
from recenter.pages.logs import JsonLines
from recenter.server.app import ROUTERS, make_app
from recenter.server.proxy import Proxy as InFront
from recenter.server.proxy import Upstream as Endpoint
from tests.openai_calls import ASK
from tests.server.proxy.conftest import APPLICATION, Proxy, serving

BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": ASK}]}).encode()


def test_a_revoked_key_opens_nothing_more(proxy: Proxy) -> None:
    database = proxy.memory.engine.store.database
    key = new_key(database, APPLICATION, label="short", now=1.0)
    headers = {"Authorization": f"Bearer {key}", "X-User-Id": "ada"}
    url = f"{proxy.url}/chat/completions"
    assert httpx.post(url, content=BODY, headers=headers).status_code == 200
    id = next(found.id for found in keys(database) if found.label == "short")
    assert revoke_key(database, id, now=2.0)
    before = len(proxy.upstream.seen)
    for size in (len(BODY), 100_000):
        refused = httpx.post(url, content=BODY.ljust(size), headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert set(refused.json()) == {"what", "field", "cure"}
    assert len(proxy.upstream.seen) == before


@pytest.mark.parametrize("size", [len(BODY), 100_000])
def test_limits_hold_for_small_bodies_and_large_ones(proxy: Proxy, size: int) -> None:
    front = InFront(Endpoint(url=proxy.upstream.url))
    app = make_app(
        Memory({"store": proxy.memory.engine.settings.store_url}),
        routers=(*ROUTERS, front.router),
        ahead=(front.ahead,),
        largest_body=150_000,
        per_minute=2,
    )
    headers = proxy.headers("pat")
    with serving(app) as url:
        url = f"{url}/v1/chat/completions"
        too_large = httpx.post(url, content=iter([BODY.ljust(200_000)]), headers=headers)
        got = [httpx.post(url, content=BODY.ljust(size), headers=headers) for _ in range(2)]
    assert too_large.status_code == 413
    assert [answer.status_code for answer in got] == [200, 429]
    assert got[1].headers["retry-after"] == "30"
    assert proxy.upstream.seen[-1].body == BODY.ljust(size)


def test_what_a_person_chooses_holds_from_the_next_message_on(proxy: Proxy) -> None:
    def decision() -> str:
        url, headers = f"{proxy.url}/chat/completions", proxy.headers("ada")
        answer = httpx.post(url, content=BODY, headers=headers, timeout=30)
        return str(answer.headers["x-recenter-decision"])

    proxy.until(lambda: decision() == "use")
    proxy.memory.choose("ada", paused=True)
    assert decision() == "paused"
    proxy.memory.choose("ada", paused=False)
    proxy.until(lambda: decision() == "use")


def test_a_chat_is_logged_with_its_route_and_key(
    proxy: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "recenter.server"):
        url, headers = f"{proxy.url}/chat/completions?q=ada", proxy.headers("pat")
        answer = httpx.post(url, content=BODY, headers=headers)
        proxy.until(lambda: any(r.name == "recenter.server" for r in caplog.records))
    lines = [JsonLines().format(r) for r in caplog.records if r.name == "recenter.server"]
    told = json.loads(lines[-1])
    assert told["route"] == "/v1/chat/completions"
    assert told["key"] in {key.id for key in keys(proxy.memory.engine.store.database)}
    assert (told["status"], told["method"]) == (200, "POST")
    assert "pat" not in lines[-1]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_pseudonym_of_another_application_opens_nobody(proxy: Proxy) -> None:
    clinic = proxy.memory.of_application("clinic")
    clinic.add("I work nights as a nurse.", user_id="ada")
    database = proxy.memory.engine.store.database
    key = new_key(database, "", label="first start", now=1.0)
    before = len(proxy.upstream.seen)
    for size in (len(BODY), 100_000):
        refused = httpx.post(
            f"{proxy.url}/chat/completions",
            content=BODY.ljust(size),
            headers={"Authorization": f"Bearer {key}", "X-User-Id": clinic.person("ada")},
        )
        assert refused.status_code == 403
    assert len(proxy.upstream.seen) == before


@pytest.mark.parametrize(
    ("said", "decision"),
    [("1", "incognito"), ("on", "incognito"), ("TRUE,1", "incognito"), ("0", "use"), ("", "use")],
)
def test_who_asks_for_incognito_in_any_words_gets_it(
    proxy: Proxy, said: str, decision: str
) -> None:
    headers = proxy.headers("ada") | {"X-Recenter-Incognito": said}
    answer = httpx.post(f"{proxy.url}/chat/completions", content=BODY, headers=headers)
    assert answer.headers["x-recenter-decision"] == decision
