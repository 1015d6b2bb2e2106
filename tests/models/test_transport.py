from __future__ import annotations

import datetime
import email.utils
import gzip
import json
import logging
import threading
import time
from typing import Any

import pytest

from recenter.errors import (
    ConfigError,
    ModelError,
    ModelHTTPError,
    ModelTimeoutError,
    ModelUnavailableError,
    RateLimitedError,
    UnreadableAnswerError,
)
from recenter.models.providers import Endpoint
from recenter.models.transport import Patience, Transport
from tests.models.endpoint import (
    Answer,
    Handler,
    events,
    hang_up,
    raw,
    refusal,
    serving,
    stall,
)

OK = raw('{"ok": 1}')
KEY = "sk-very-secret"


class Waits(list[float]):
    """A sleep that takes no time and remembers."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def _transport(url: str, waits: Waits | None = None, **patience: Any) -> Transport:
    quick: dict[str, Any] = {"connect": 2, "read": 0.3, "total": 5, **patience}
    endpoint = Endpoint(name="test:m", model="m", base_url=url, key=KEY, key_env="TEST_KEY")
    return Transport(
        endpoint, patience=Patience(**quick), sleep=Waits() if waits is None else waits
    )


@pytest.mark.parametrize(
    "bad",
    [
        *(refusal(status, "try again") for status in (408, 409, 425, 429, 500, 502, 503, 529)),
        hang_up,
        raw('{"ok"', length=100),
        raw('{"error": {"message": "overloaded", "code": 503}}'),
        raw("", status=500),
        raw("<html>Bad gateway</html>", status=502, kind="text/html"),
    ],
)
def test_what_may_pass_is_tried_again(bad: Answer) -> None:
    waits = Waits()
    with serving(bad, bad, OK) as server:
        assert _transport(server.url, waits).post("/x", {}) == {"ok": 1}
        assert len(server.requests) == 3
    assert len(waits) == 2


@pytest.mark.parametrize(
    ("bad", "kind", "told", "requests"),
    [
        (refusal(429, "slow down"), RateLimitedError, "answered 429: slow down", 5),
        (refusal(429, "insufficient_quota"), RateLimitedError, "no credit", 1),
        (refusal(500, "oops"), ModelHTTPError, "answered 500: oops", 5),
        (hang_up, ModelUnavailableError, "connection broke", 5),
        (raw('{"ok"', length=100), ModelUnavailableError, "connection broke", 5),
        (stall, ModelTimeoutError, r"said nothing for 0\.3 s", 1),
        (refusal(400, "no such field"), ModelHTTPError, "answered 400: no such field", 1),
        (refusal(401, "bad key"), ModelHTTPError, "Check the key in TEST_KEY", 1),
        (refusal(403, "no"), ModelHTTPError, "Check the key in TEST_KEY", 1),
        (refusal(404, "no"), ModelHTTPError, "Check the model's name, 'm'", 1),
        (raw("", status=302, headers={"Location": "http://127.0.0.1:1/"}), ModelHTTPError,
         "not followed", 1),
        (raw("rubbish"), UnreadableAnswerError, "not a JSON object", 1),
        (raw('{"ok": '), UnreadableAnswerError, "not a JSON object", 1),
        (raw("[1]"), UnreadableAnswerError, "not a JSON object", 1),
        (raw(b"\xff\xfe\x00"), UnreadableAnswerError, "not a JSON object", 1),
        (raw("[" * 100_000), UnreadableAnswerError, "not a JSON object", 1),
        (raw("<html></html>", kind="text/html; charset=utf-8"), ModelHTTPError, "web page", 1),
        (raw(b"zip?", headers={"Content-Encoding": "gzip"}), UnreadableAnswerError, "unpack", 1),
    ],
)  # fmt: skip
def test_what_stays_wrong_is_a_typed_error(
    bad: Answer, kind: type[ModelError], told: str, requests: int
) -> None:
    with serving(bad) as server:
        with pytest.raises(ModelError, match=told) as caught:
            _transport(server.url).post("/x", {})
        assert type(caught.value) is kind
        assert len(server.requests) == requests
    assert caught.value.__cause__ is None


def test_an_absent_server_is_unavailable_with_the_address() -> None:
    with serving(OK) as server:
        url = server.url
    with pytest.raises(ModelUnavailableError, match=rf"{url} cannot be reached.*Is it running"):
        _transport(url).post("/x", {})


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("7", 7, 7),
        ("0", 0, 0),
        ("1.5", 1.5, 1.5),
        ("86400", 60, 60),
        ("-3", 0, 0),
        ("nan", 0, 60),
        ("soon", 0, 60),
        ("Wed, 21 Oct 2030 07:28:00 +99999999999999999999", 0, 60),
    ],
)
def test_the_wait_is_the_one_asked_for_up_to_a_limit(header: str, low: float, high: float) -> None:
    waits = Waits()
    with serving(refusal(429, "wait", Retry_After=header), OK) as server:
        _transport(server.url, waits).post("/x", {})
    assert low <= waits[0] <= high


@pytest.mark.parametrize(("seconds", "low", "high"), [(-60, 0, 0), (30, 20, 30), (3600, 60, 60)])
@pytest.mark.parametrize("zone", ["GMT", "-0000"])
def test_the_wait_may_be_given_as_a_time(
    seconds: float, low: float, high: float, zone: str
) -> None:
    # From now, not from when the tests were collected.
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    header = email.utils.format_datetime(when, usegmt=True).replace("GMT", zone)
    waits = Waits()
    with serving(refusal(429, "wait", Retry_After=header), OK) as server:
        _transport(server.url, waits).post("/x", {})
    assert low <= waits[0] <= high


def test_backoff_grows_and_has_a_limit() -> None:
    waits = Waits()
    with serving(refusal(500, "oops")) as server, pytest.raises(ModelHTTPError):
        _transport(server.url, waits, attempts=40, longest_wait=8).post("/x", {})
    assert len(waits) == 39
    assert max(waits) <= 8
    assert max(waits[:2]) <= 2 < max(waits)


def test_an_answer_that_never_ends_is_cut_by_time_and_by_size() -> None:
    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**9))
        handler.end_headers()
        handler.close_connection = True
        while not handler.server.ended.wait(0.02):
            handler.wfile.write(b" ")

    with serving(drip) as server:
        with pytest.raises(ModelTimeoutError, match=r"not done after 0\.2 s"):
            _transport(server.url, total=0.2).post("/x", {})
        with pytest.raises(UnreadableAnswerError, match="more than 3 bytes"):
            _transport(server.url, largest=3).post("/x", {})


def test_a_packed_answer_is_measured_unpacked() -> None:
    bomb = raw(gzip.compress(b" " * 10**7), headers={"Content-Encoding": "gzip"})
    with serving(bomb) as server, pytest.raises(UnreadableAnswerError, match="more than 1000"):
        _transport(server.url, largest=1000).post("/x", {})


def test_the_key_is_sent_and_never_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(refusal(401, f"{KEY} is not a key"), hang_up) as server:
        transport = _transport(server.url, attempts=2)
        errors = []
        for _ in range(2):
            with pytest.raises(ModelError) as caught:
                transport.post("/x", {})
            errors.append(caught.value)
        assert server.requests[0][1]["Authorization"] == f"Bearer {KEY}"
    assert "*** is not a key" in str(errors[0])
    assert KEY not in caplog.text + "".join(f"{error!r}{error.__dict__}" for error in errors)


def test_a_key_is_not_told_in_part_where_an_error_is_cut() -> None:
    with serving(refusal(400, "x" * 295 + KEY)) as server, pytest.raises(ModelError) as caught:
        _transport(server.url).post("/x", {})
    assert "x" * 295 in str(caught.value)
    assert KEY[:5] not in str(caught.value)


def test_what_is_on_this_machine_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(OK) as proxy, serving(OK) as server:
        for name in ("http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert _transport(server.url).post("/x", {}) == {"ok": 1}
        assert not proxy.requests


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "odd://127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_is_told(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(ConfigError, match=r"proxy for http://models\.test/v1 cannot be used"):
        _transport("http://models.test/v1")


def test_a_redirect_does_not_carry_the_key_away() -> None:
    with serving(OK) as other:
        away = raw("", status=307, headers={"Location": other.url})
        with serving(away) as server, pytest.raises(ModelHTTPError, match="not followed"):
            _transport(server.url).post("/x", {})
        assert not other.requests


def test_events_come_one_by_one_with_any_line_end_and_unicode_left_alone() -> None:
    odd = json.dumps({"text": "a\u2028b\x85c"}, ensure_ascii=False)
    with serving(events(odd, '{"n": 2}')) as server:
        found = list(_transport(server.url).stream("/x", {}))
    assert found == [{"text": "a\u2028b\x85c"}, {"n": 2}, {"done": True}]


def test_events_without_data_and_a_byte_order_mark_are_passed_over() -> None:
    data = b'\xef\xbb\xbfdata: {"n": 1}\n\ndata:\n\ndata: \n\nid: 7\n\ndata: {"n": 2}\n\n'
    with serving(raw(data, kind="text/event-stream")) as server:
        assert list(_transport(server.url).stream("/x", {})) == [{"n": 1}, {"n": 2}]


def test_a_stream_is_tried_again_only_before_its_first_event() -> None:
    with serving(refusal(503, "busy"), events('{"n": 1}')) as server:
        assert len(list(_transport(server.url).stream("/x", {}))) == 2
    broken = raw('data: {"n": 1}\n\n', kind="text/event-stream", length=10**6)
    with serving(broken) as server:
        found: list[object] = []
        with pytest.raises(ModelUnavailableError, match="connection broke"):
            found.extend(_transport(server.url).stream("/x", {}))
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        ('{"error": {"message": "overloaded"}}', ModelHTTPError),
        ('{"error": {"message": "slow", "code": 429}}', RateLimitedError),
        ('{"n": ', UnreadableAnswerError),
    ],
)
def test_errors_inside_a_stream_are_raised(second: str, kind: type[ModelError]) -> None:
    with serving(events('{"n": 1}', second)) as server:
        stream = _transport(server.url).stream("/x", {})
        assert next(stream) == {"n": 1}
        with pytest.raises(kind):
            next(stream)
        assert len(server.requests) == 1


def test_a_stall_within_a_stream_is_a_timeout() -> None:
    def begin(handler: Handler) -> None:
        raw('data: {"n": 1}\n\n', kind="text/event-stream", length=10**6)(handler)
        handler.wfile.flush()
        stall(handler)

    with serving(begin) as server:
        stream = _transport(server.url).stream("/x", {})
        assert next(stream) == {"n": 1}
        with pytest.raises(ModelTimeoutError):
            next(stream)


def test_threads_share_a_transport() -> None:
    def echo(handler: Handler) -> None:
        time.sleep(0.01)
        raw(json.dumps(handler.body))(handler)

    with serving(echo) as server:
        transport = _transport(server.url)
        found: dict[int, object] = {}
        threads = [
            threading.Thread(target=lambda n=n: found.update({n: transport.post("/x", {"n": n})}))
            for n in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {n: {"n": n} for n in range(20)}
