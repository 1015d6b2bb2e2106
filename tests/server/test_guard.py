"""What holds for every request: limits, headers, logs, faults; and what is counted."""

from __future__ import annotations

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from prometheus_client.parser import text_string_to_metric_families

from recenter.errors import ModelError, ModelTimeoutError, RateLimitedError, StoreError
from recenter.memory import Memory
from recenter.pages.logs import JsonLines
from recenter.server.app import ROUTERS
from recenter.server.limits import RateLimit
from tests.server.serving import ASK, SAID, asking, key_of, served

faulty = APIRouter()
ERRORS = {
    "model": (ModelError("it said: Ada is ill"), 502),
    "slow": (ModelTimeoutError("https://models.example.com"), 504),
    "limited": (RateLimitedError("Ada"), 503),
    "store": (StoreError("/home/ada/recenter.db"), 503),
    "bug": (ValueError("Ada is ill"), 500),
}


@faulty.get("/faulty/{name}")
def fail(name: str) -> None:
    """Fail as the name says."""
    raise ERRORS[name][0]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """One database is enough for what has nothing to do with it."""
    return f"sqlite:///{tmp_path}/store.db"


@pytest.mark.parametrize("path", ["/healthz", "/memories?user_id=ada", "/nowhere"])
def test_every_answer_is_safe_to_receive_and_has_an_id(shop: httpx.Client, path: str) -> None:
    headers = shop.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert len(headers["x-request-id"]) == 16
    assert "server" not in headers


def test_pages_of_other_origins_may_not_read(shop: httpx.Client) -> None:
    asked = {
        "Origin": "https://example.com",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    for answer in (shop.options("/memories", headers=asked), shop.get("/healthz", headers=asked)):
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_name_that_is_not_the_servers_is_refused(memory: Memory) -> None:
    with served(memory, hosts=["127.0.0.1"]) as address:
        assert httpx.get(f"{address}/healthz").status_code == 200
        other = httpx.get(f"{address}/healthz", headers={"Host": "evil.example.com"})
        assert other.status_code == 400


@pytest.mark.parametrize("streamed", [False, True])
def test_a_body_that_is_too_large_is_refused(memory: Memory, streamed: bool) -> None:
    body = json.dumps({"user_id": "ada", "messages": "x" * 2000}).encode()
    with (
        served(memory, largest_body=1000) as address,
        asking(address, key_of(memory, "shop")) as shop,
    ):
        content = iter([body]) if streamed else body
        answer = shop.post("/memories", content=content, headers={"content-type": "text/json"})
        assert answer.status_code == 413
        assert "too large" in answer.json()["what"]


def test_a_key_that_asks_too_often_waits_and_others_do_not(memory: Memory) -> None:
    with served(memory, per_minute=3) as address:
        with asking(address, key_of(memory, "shop")) as shop:
            params = {"user_id": "ada"}
            got = [shop.get("/memories", params=params) for _ in range(4)]
        assert [answer.status_code for answer in got] == [200, 200, 200, 429]
        assert got[-1].headers["retry-after"] == "20"
        with asking(address, key_of(memory, "shop")) as other:
            assert other.get("/memories", params=params).status_code == 200


def test_a_bucket_fills_again_steadily_and_never_over_the_brim() -> None:
    now = [0.0]
    limit = RateLimit(60, clock=lambda: now[0])
    assert sum(limit.admits("a") for _ in range(100)) == 60
    now[0] = 1.5
    assert [limit.admits("a") for _ in range(2)] == [True, False]
    now[0] = 1000.0
    assert sum(limit.admits("a") for _ in range(100)) == 60
    assert all(RateLimit(0).admits("a") for _ in range(100))


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_faults_of_the_server_are_told_by_kind_and_quote_nothing(
    memory: Memory, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with served(memory, routers=[faulty]) as address, caplog.at_level(logging.INFO):
        answer = httpx.get(f"{address}/faulty/{name}")
    error, status = ERRORS[name]
    assert answer.status_code == status
    assert set(answer.json()) == {"what", "field", "cure"}
    lines = [JsonLines().format(r) for r in caplog.records if r.name.startswith("recenter")]
    log = "\n".join(lines)
    for secret in ("Ada", "ada", "models.example.com", "Traceback"):
        assert secret not in answer.text
        assert secret not in log
    (line,) = [json.loads(text) for text in lines]
    assert line["error"] == type(error).__name__
    assert line["route"] == "/faulty/{name}"
    assert any(place.startswith("test_guard.py:") for place in line["where"])
    assert line["request"] == answer.headers["x-request-id"]


def test_the_log_has_no_texts_and_no_ids_of_people(
    memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    key = key_of(memory, "shop")
    with (
        caplog.at_level(logging.DEBUG, "recenter"),
        served(memory) as address,
        asking(address, key) as shop,
    ):
        made = shop.post("/memories", json={"user_id": "ada-7", "messages": SAID}).json()
        id = made["results"][0]["id"]
        shop.get(f"/memories/{id}")
        shop.get("/people/ada-7/export")
        shop.get("/memories", params={"user_id": "ada-7"})
        shop.get("/nowhere/ada-7")
        shop.post("/memories", json={"user_id": "ada-7", "messages": [{"role": "nurse"}]})
    lines = [JsonLines().format(r) for r in caplog.records if r.name.startswith("recenter")]
    told = [json.loads(line) for line in lines]
    assert {"/people/{user_id:path}/export", "/memories/{memory_id}", None} <= {
        line.get("route") for line in told
    }
    person = memory.of_application("shop").person("ada-7")
    for secret in ("ada-7", "nurse", id, person, key):
        assert not [line for line in lines if secret in line]


def test_what_is_counted_has_no_texts_and_no_ids(memory: Memory) -> None:
    with served(memory) as address, asking(address, key_of(memory, "shop")) as shop:
        made = shop.post("/memories", json={"user_id": "ada-7", "messages": SAID}).json()
        shop.post("/context", json={"user_id": "ada-7", "messages": ASK})
        shop.post("/context", json={"user_id": "bob", "messages": ASK})
        shop.get("/nowhere/ada-7")
        shop.request("MADE-UP-ada-7", "/memories")
        text = shop.get("/metrics").text
    for secret in ("ada-7", made["results"][0]["id"], "nurse", "shop"):
        assert secret not in text
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["recenter_decisions_total", "use"] == 1
    assert found["recenter_decisions_total", "unknown"] == 1
    assert found["recenter_requests_total", "/context", "200", "POST"] == 2
    assert found["recenter_requests_total", "", "404", "GET"] == 1
    assert found["recenter_conversations", "open"] == 0
    assert found["recenter_request_seconds_count", "/context", "POST"] == 2


def test_a_request_in_hand_is_answered_before_the_server_ends(memory: Memory) -> None:
    slow, begun = APIRouter(), threading.Event()

    @slow.get("/slow")
    def answer_late() -> str:
        begun.set()
        time.sleep(0.5)
        return "late"

    with ThreadPoolExecutor(1) as pool:
        with served(memory, routers=[slow]) as address:
            waiting = pool.submit(httpx.get, f"{address}/slow")
            assert begun.wait(10)
        assert waiting.result(10).json() == "late"


def test_what_is_still_to_be_written_is_written_before_the_server_ends(
    memory: Memory, url: str
) -> None:
    before = set(threading.enumerate())
    with served(memory) as address, asking(address, key_of(memory, "shop")) as shop:
        shop.post("/memories", json={"user_id": "ada", "messages": SAID})
        shop.post("/context", json={"user_id": "ada", "messages": ASK})
    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith("recenter-"):
            thread.join(60)  # What is in hand, such as loading a model, is not cut off.
            assert not thread.is_alive(), thread.name
    with Memory({"store": url}) as again:
        assert len(again.of_application("shop").receipts("ada")) == 1


def test_no_page_of_documentation_is_loaded_from_elsewhere(shop: httpx.Client) -> None:
    for path in ("/docs", "/redoc"):
        assert shop.get(path).status_code == 404
    assert shop.get("/openapi.json").json()["info"]["title"] == "Recenter"


def test_no_two_routers_serve_the_same() -> None:
    served_at = [(m, r.path) for t in ROUTERS for r in t.routes for m in r.methods]  # type: ignore[attr-defined]
    assert len(served_at) == len(set(served_at))


def test_the_models_are_loaded_before_somebody_asks(memory: Memory) -> None:
    read: list[str] = []
    embedder = memory.engine.decider.embedder
    embed = embedder.embed

    def reading(texts: list[str]) -> object:
        read.extend(texts)
        return embed(texts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(embedder), "embed", lambda _, texts: reading(texts))
        with served(memory) as address, asking(address, None) as client:
            assert client.get("/healthz").status_code == 200
            until = time.monotonic() + 10
            while not read and time.monotonic() < until:
                time.sleep(0.01)
    assert read
