"""What goes through the proxy is the client's and the endpoint's own, byte for byte."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from recenter.errors import ConfigError
from recenter.memory import Memory, ledger
from recenter.memory.keys import new_key
from recenter.memory.queue import MASK
from recenter.server.proxy import Upstream as Endpoint
from recenter.server.proxy.upstream import proxy_to
from recenter.server.serve import Serving, app_of
from tests.openai_calls import ASK, IDLE
from tests.server.proxy.conftest import APPLICATION, SAID, Proxy, serving
from tests.upstream import ANSWER

TEXT = "".join(ANSWER)
# Written as no library would, so that a body that was read and written again is told.
BODY = b'{ "model":"m",\n "user": "%s", "n":1.0, "messages":[ {"content": "%s","role":"user"}] }'


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=30) as client:
        yield client


def body(text: str = ASK, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def post(http: httpx.Client, proxy: Proxy, made: Any, **headers: str) -> httpx.Response:
    given = {"content": made} if isinstance(made, bytes) else {"json": made}
    url = f"{proxy.url}/chat/completions"
    return http.post(url, headers={**proxy.headers(), **headers}, **given)


@pytest.mark.parametrize(
    ("user", "text", "decision"),
    [
        ("ada", IDLE, "nothing"),
        ("bob", ASK, "unknown"),
        ("pat", ASK, "paused"),
        ("", ASK, None),
    ],
)
def test_where_nothing_is_used_the_endpoint_gets_the_clients_bytes(
    proxy: Proxy, http: httpx.Client, user: str, text: str, decision: str | None
) -> None:
    sent = BODY % (user.encode(), text.encode())
    answer = post(http, proxy, sent, **{"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert proxy.upstream.seen[-1].body == sent
    assert answer.headers.get("x-recenter-decision") == decision
    assert ("x-recenter-receipt" in answer.headers) == (decision == "nothing")


def test_what_is_used_is_told_and_its_receipt_kept(proxy: Proxy, http: httpx.Client) -> None:
    answer = post(http, proxy, body(tools=[1], seed=2**70), **{"X-User-Id": "ada"})
    sent = proxy.upstream.seen[-1].json
    assert "works nights as a nurse" in sent["messages"][0]["content"]
    assert {**sent, "messages": 0} == {**body(tools=[1], seed=2**70), "messages": 0}
    assert answer.headers["x-recenter-decision"] == "use"
    receipt = proxy.memory.receipt(answer.headers["x-recenter-receipt"])
    assert receipt is not None
    assert (receipt.application, receipt.outcome) == (APPLICATION, "use")


def test_the_endpoint_hears_nothing_that_is_for_the_proxy(proxy: Proxy, http: httpx.Client) -> None:
    headers = {"X-User-Id": "ada", "X-Conversation-Id": "c", "X-Recenter-Incognito": "1"}
    answer = post(http, proxy, body(), **headers, **{"X-Of-Client": "yes"})
    assert answer.headers["x-recenter-decision"] == "incognito"
    seen = proxy.upstream.seen[-1]
    assert seen.headers["authorization"] == "Bearer sk-server"
    assert seen.headers["x-of-client"] == "yes"
    assert not {name.lower() for name in headers} & set(seen.headers)
    assert proxy.key not in str(seen)
    post(http, proxy, body(), **{"X-Upstream-Authorization": "Bearer sk-own"})
    assert proxy.upstream.seen[-1].headers["authorization"] == "Bearer sk-own"


@pytest.mark.parametrize(
    "broken", [b"{", b"[]", b'{"model": "m"}', b'{"messages": 3, "model":"m"}']
)
def test_what_cannot_be_read_is_the_endpoints_to_refuse(
    proxy: Proxy, http: httpx.Client, broken: bytes
) -> None:
    before = len(proxy.upstream.seen)
    post(http, proxy, broken, **{"X-User-Id": "ada", "Content-Type": "application/json"})
    assert [seen.body for seen in proxy.upstream.seen[before:]] == [broken]


def test_streams_come_as_they_are_sent_and_are_learned_from(
    proxy: Proxy, http: httpx.Client
) -> None:
    asked = body(SAID, stream=True)
    headers = proxy.headers("streamer", **{"X-Conversation-Id": "one"})
    direct = http.post(f"{proxy.upstream.url}/chat/completions", json=asked)
    url = f"{proxy.url}/chat/completions"
    with http.stream("POST", url, json=asked, headers=headers) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        assert b"".join(answer.iter_raw()) == direct.content
    assert proxy.learned("streamer") == [[("user", SAID), ("assistant", TEXT)]]
    grown = [*asked["messages"], {"role": "assistant", "content": TEXT}]
    more = {"model": "m", "messages": [*grown, {"role": "user", "content": "I cook."}]}
    post(http, proxy, more, **headers)
    proxy.until(lambda: [len(turns) for turns in proxy.learned("streamer")] == [4])


def test_a_packed_answer_is_passed_packed_and_learned_from(
    proxy: Proxy, http: httpx.Client
) -> None:
    asked = body(SAID) | {"model": "gzip"}
    url = f"{proxy.url}/chat/completions"
    direct = http.post(f"{proxy.upstream.url}/chat/completions", json=asked)
    with http.stream("POST", url, json=asked, headers=proxy.headers("packer")) as answer:
        packed = b"".join(answer.iter_raw())
    assert gzip.decompress(packed) == direct.content
    assert proxy.learned("packer") == [[("user", SAID), ("assistant", TEXT)]]


def test_an_answer_that_breaks_off_breaks_off_for_the_client(
    proxy: Proxy, http: httpx.Client
) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        post(http, proxy, body(SAID) | {"model": "cut"}, **{"X-User-Id": "cut"})
    assert proxy.learned("cut") == [[("user", SAID)]]


def test_what_is_packed_a_thousandfold_or_not_as_it_says_is_passed_and_not_read(
    proxy: Proxy, http: httpx.Client
) -> None:
    url = f"{proxy.url}/chat/completions"
    for model in ("bomb", "unpacked"):
        asked = body(SAID) | {"model": model}
        with http.stream("POST", url, json=asked, headers=proxy.headers(model)) as answer:
            assert len(b"".join(answer.iter_raw())) < 100_000
        assert proxy.learned(model) == [[("user", SAID)]]


def test_many_and_long_headers_are_passed_back(proxy: Proxy, http: httpx.Client) -> None:
    answer = post(http, proxy, body() | {"model": "headers"})
    assert len(answer.headers.get_list("x-many")) == 200
    assert len(answer.headers["x-long"]) == 60_000


def test_a_password_of_the_machine_s_netrc_is_not_sent(
    proxy: Proxy, http: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login ada password secret\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert post(http, proxy, body()).status_code == 200
    assert proxy.upstream.seen[-1].headers["authorization"] == "Bearer sk-server"


@pytest.mark.parametrize(
    ("named", "proxy_"),
    [
        ({"HTTPS_PROXY": "http://there:3128"}, "http://there:3128"),
        ({"ALL_PROXY": "there:3128"}, "http://there:3128"),
        ({"HTTP_PROXY": "http://there:3128"}, None),
        ({"HTTPS_PROXY": "http://there:3128", "NO_PROXY": "example.com"}, None),
        ({}, None),
    ],
)
def test_the_proxy_of_the_environment_is_used(
    named: dict[str, str], proxy_: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_proxies(monkeypatch, named)
    assert proxy_to("https://api.example.com/v1") == proxy_
    assert proxy_to("https://localhost/v1") is None
    assert proxy_to("https://127.0.0.1:8/v1") is None


def test_a_proxy_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_proxies(monkeypatch, {"ALL_PROXY": "socks5://user:secret@there:1080"})
    with pytest.raises(ConfigError, match=r"socks5://.*only http://") as caught:
        proxy_to("https://api.example.com/v1")
    assert "secret" not in str(caught.value)


def _set_proxies(monkeypatch: pytest.MonkeyPatch, named: dict[str, str]) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in named.items():
        monkeypatch.setenv(name, value)


def test_an_endpoint_that_has_moved_is_the_clients_to_follow(
    proxy: Proxy, http: httpx.Client
) -> None:
    answer = post(http, proxy, body() | {"model": "moved"})
    assert (answer.status_code, answer.headers["location"][-10:]) == (307, "/elsewhere")


def test_a_query_and_headers_reach_the_endpoint_as_they_were_written(
    proxy: Proxy, http: httpx.Client
) -> None:
    url = f"{proxy.url}/chat/completions?a=%2f%20+b&a=;"
    more = {b"X-Odd": "é ☾".encode(), b"X-Latin": b"\xe9", b"Expect": b"100-continue"}
    headers = {name.encode(): value.encode() for name, value in proxy.headers().items()} | more
    assert http.post(url, json=body(), headers=headers).status_code == 200
    seen = proxy.upstream.seen[-1]
    assert seen.path == "/v1/chat/completions?a=%2f%20+b&a=;"
    assert seen.headers["x-odd"].encode("latin-1").decode() == "é ☾"
    assert "x-latin" in seen.headers
    assert "expect" not in seen.headers


def test_a_client_that_leaves_ends_the_endpoints_work(proxy: Proxy, http: httpx.Client) -> None:
    asked = body(SAID, stream=True) | {"model": "endless"}
    url = f"{proxy.url}/chat/completions"
    with http.stream("POST", url, json=asked, headers=proxy.headers("leaver")) as answer:
        next(answer.iter_raw())
    assert proxy.upstream.gone.wait(10)
    assert proxy.learned("leaver") == [[("user", SAID)]]


def test_nothing_is_learned_of_who_is_paused_or_of_what_is_incognito(
    proxy: Proxy, http: httpx.Client
) -> None:
    before = proxy.learned("pat")
    post(http, proxy, body("I have two cats."), **{"X-User-Id": "pat"})
    quiet = {"X-User-Id": "quiet", "X-Recenter-Incognito": "1"}
    post(http, proxy, body("I have two cats."), **quiet)
    post(http, proxy, body("I have two dogs."), **{"X-User-Id": "quiet"})
    assert proxy.learned("quiet") == [[("user", "I have two dogs."), ("assistant", TEXT)]]
    assert proxy.learned("pat") == before


def test_what_was_said_during_a_pause_is_masked_when_it_is_sent_again(
    proxy: Proxy, http: httpx.Client
) -> None:
    cats, dogs = "I have two cats.", "I have two dogs."
    who = {"X-User-Id": "napper"}
    memory, person = proxy.memory, proxy.memory.person("napper")
    memory.choose("napper", paused=True)
    post(http, proxy, body(cats), **who)
    proxy.until(lambda: bool(ledger.traces(memory.engine.store.database, person)))
    memory.choose("napper", paused=False)
    said = [{"role": "user", "content": cats}, {"role": "assistant", "content": TEXT}]
    asked = [*said, {"role": "user", "content": dogs}]
    post(http, proxy, {"model": "m", "messages": asked}, **who)
    masked = [("user", MASK * len(cats)), ("assistant", MASK * len(TEXT))]
    assert proxy.learned("napper") == [[*masked, ("user", dogs), ("assistant", MASK * len(TEXT))]]


def test_an_absent_endpoint_is_told_as_one(proxy: Proxy) -> None:
    endpoint = Endpoint(url="http://127.0.0.1:9/v1")
    memory = Memory({"store": proxy.memory.engine.settings.store_url})
    with serving(app_of(memory, Serving(upstream=endpoint))) as url, httpx.Client() as http:
        answer = http.post(f"{url}/v1/chat/completions", json=body(), headers=proxy.headers())
    assert answer.status_code == 502
    assert answer.json()["error"]["code"] == "unreachable"


def test_large_images_pass_where_that_is_said(proxy: Proxy) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 9_000_000}}
    asked = {"model": "m", "messages": [{"role": "user", "content": [image]}]}
    memory = Memory({"store": proxy.memory.engine.settings.store_url})
    larger = Serving(upstream=Endpoint(url=proxy.upstream.url), largest_body=10_000_000)
    with httpx.Client(timeout=60) as http:
        assert post(http, proxy, asked).status_code == 413
        with serving(app_of(memory, larger)) as url:
            path = f"{url}/v1/chat/completions"
            assert http.post(path, json=asked, headers=proxy.headers()).status_code == 200
        assert proxy.upstream.seen[-1].json == asked


def test_only_keys_of_an_application_open_it(proxy: Proxy, http: httpx.Client) -> None:
    url = f"{proxy.url}/chat/completions"
    assert http.post(url, json=body()).status_code == 401
    person = proxy.memory.person("ada")
    database = proxy.memory.engine.store.database
    own = new_key(database, APPLICATION, person=person, now=proxy.memory.engine.clock())
    refused = http.post(url, json=body(), headers={"Authorization": f"Bearer {own}"})
    assert refused.status_code == 403
    listed = http.get(f"{proxy.url}/models", headers=proxy.headers())
    assert json.loads(listed.content)["data"][0]["id"] == "m"


@pytest.mark.parametrize("url", ["ftp://example.com", "example.com/v1", "http://", "http://a/v1?b"])
def test_an_address_of_an_endpoint_is_checked_first(url: str) -> None:
    with pytest.raises(ConfigError, match="is no address of an endpoint"):
        Endpoint(url=url)


def test_an_address_of_an_endpoint_holds_no_password() -> None:
    with pytest.raises(ConfigError, match="may not hold a name and a password") as caught:
        Endpoint(url="https://user:secret@example.com/v1")
    assert "secret" not in str(caught.value)
