"""Webhooks: only what was signed, only once, only what is known."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import ConfigError, InputError
from recenter.study.prolific.webhooks import (
    EVENT_ID,
    OLDEST,
    SIGNATURE,
    TIMESTAMP,
    Changed,
    Ignored,
    check_signature,
    read_event,
)

SECRET = "a-secret-of-the-workspace"
NOW = 1_800_000_000.0
EVENT = {
    "event_type": "submission.status.change",
    "resource_id": "sub1",
    "status": "TIMED-OUT",
    "participant_id": "person1",
    "study_id": "study1",
}


def sign(body: bytes, timestamp: str, secret: str = SECRET) -> str:
    made = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(made).decode()


def delivery(
    payload: Any = EVENT, *, timestamp: str = "1800000000", event: str = "event1", **fields: str
) -> tuple[dict[str, str], bytes]:
    body = payload if isinstance(payload, bytes) else msgspec.json.encode(payload)
    return {
        EVENT_ID.lower(): event,
        TIMESTAMP.lower(): timestamp,
        SIGNATURE.lower(): sign(body, timestamp),
        **fields,
    }, body


class Memory:
    """Remembers the keys of what was applied, as a store would."""

    def __init__(self) -> None:
        self.keys: set[str] = set()

    def read(self, headers: dict[str, str], body: bytes, now: float = NOW) -> Changed | Ignored:
        found = read_event(headers, body, secret=SECRET, now=now, seen=self.keys.__contains__)
        if isinstance(found, Changed):
            self.keys |= set(found.keys)
        return found


def test_a_change_of_status_is_read() -> None:
    found = Memory().read(*delivery())
    assert isinstance(found, Changed)
    assert (found.submission, found.status, found.at) == ("sub1", "TIMED-OUT", NOW)
    assert (found.participant, found.study) == ("person1", "study1")
    stranger = Memory().read(*delivery({**EVENT, "status": "PONDERING"}))
    assert isinstance(stranger, Changed)
    assert stranger.status == "UNKNOWN"


def test_an_event_is_told_once_however_often_it_comes() -> None:
    memory = Memory()
    headers, body = delivery()
    assert isinstance(memory.read(headers, body), Changed)
    again = Ignored(reason="seen", event_type="submission.status.change")
    assert memory.read(headers, body) == again
    # A retry has another time and signature; a replay by a stranger has another id.
    assert memory.read(*delivery(timestamp="1800000060")) == again
    assert memory.read({**headers, EVENT_ID.lower(): "event2"}, body) == again
    # Another spelling of the same signature.
    signature = headers[SIGNATURE.lower()]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    spelt = signature[:-2] + letters[letters.index(signature[-2]) ^ 1] + "="
    assert (
        memory.read({**headers, SIGNATURE.lower(): spelt, EVENT_ID.lower(): "event3"}, body)
        == again
    )
    assert isinstance(memory.read(*delivery({**EVENT, "status": "RETURNED"}, event="e4")), Changed)


def test_other_events_are_passed_over() -> None:
    found = Memory().read(*delivery({"event_type": "study.status.change", "more": [1]}))
    assert found == Ignored(reason="other_type", event_type="study.status.change")


@pytest.mark.parametrize(
    "change",
    [
        {"signature": ""},
        {"signature": "not base64!"},
        {"signature": base64.b64encode(b"0" * 32).decode()},
        {"signature": sign(msgspec.json.encode(EVENT), "1800000000", "another secret")},
        {"timestamp": "1800000001"},
        {"body": b'{"event_type": "submission.status.change"}'},
    ],
)
def test_what_was_not_signed_with_the_secret_is_refused(change: dict[str, Any]) -> None:
    headers, body = delivery()
    headers[SIGNATURE.lower()] = change.get("signature", headers[SIGNATURE.lower()])
    headers[TIMESTAMP.lower()] = change.get("timestamp", headers[TIMESTAMP.lower()])
    with pytest.raises(InputError, match=SIGNATURE):
        Memory().read(headers, change.get("body", body))


@given(st.binary(max_size=200), st.text(max_size=30), st.text(max_size=50))
def test_a_guessed_signature_is_refused(body: bytes, timestamp: str, guess: str) -> None:
    with pytest.raises(InputError, match="not signed"):
        check_signature(body, timestamp=timestamp, signature=guess, secret=SECRET)


@given(st.binary(max_size=200), st.text(st.characters(codec="ascii"), min_size=1))
def test_what_was_signed_is_accepted(body: bytes, secret: str) -> None:
    check_signature(body, timestamp="1", signature=sign(body, "1", secret), secret=secret)


def test_an_empty_secret_lets_nothing_in() -> None:
    headers, body = delivery()
    headers[SIGNATURE.lower()] = sign(body, "1800000000", "")
    with pytest.raises(ConfigError, match="secret"):
        read_event(headers, body, secret="", now=NOW, seen=lambda _: False)


@pytest.mark.parametrize("name", [EVENT_ID, TIMESTAMP, SIGNATURE])
def test_a_header_that_is_missing_is_named(name: str) -> None:
    headers, body = delivery()
    del headers[name.lower()]
    with pytest.raises(InputError, match=f"{name}: the header is missing"):
        Memory().read(headers, body)


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("1800000000", NOW),
        ("1800000000.5", NOW + 0.5),
        ("2027-01-15T08:00:00Z", NOW),
        ("2027-01-15T09:00:00+01:00", NOW),
    ],
)
def test_times_are_read_in_both_forms(timestamp: str, at: float) -> None:
    found = Memory().read(*delivery(timestamp=timestamp))
    assert isinstance(found, Changed)
    assert found.at == at


@pytest.mark.parametrize("timestamp", ["soon", "nan", "inf", "2027-01-15T08:00:00", "1e400"])
def test_a_time_that_is_none_is_refused(timestamp: str) -> None:
    with pytest.raises(InputError, match="is no time"):
        Memory().read(*delivery(timestamp=timestamp))


@pytest.mark.parametrize(
    ("late", "fine"), [(-300, True), (-301, False), (OLDEST, True), (OLDEST + 1, False)]
)
def test_what_is_too_old_or_from_the_future_is_refused(late: float, fine: bool) -> None:
    if fine:
        assert isinstance(Memory().read(*delivery(), now=NOW + late), Changed)
        return
    with pytest.raises(InputError, match="s old"):
        Memory().read(*delivery(), now=NOW + late)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"{",
        b'{"event_type": 5}',
        b"\xff",
        b"[" * 9999,
        b" " * 70_000,
        {"event_type": "submission.status.change"},
    ],
)
def test_what_cannot_be_read_is_refused(payload: Any) -> None:
    with pytest.raises(InputError):
        Memory().read(*delivery(payload))
