"""What Prolific's webhooks say: signed, not too old, each event once."""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import hmac
import math
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from recenter.errors import ConfigError, InputError
from recenter.records import Record
from recenter.study.prolific.statuses import SubmissionStatus, submission_status

EVENT_ID = "X-Event-ID"
TIMESTAMP = "X-Prolific-Request-Timestamp"
SIGNATURE = "X-Prolific-Request-Signature"

OLDEST = 24 * 3600
"""Seconds that a delivery may lag: a failed one is tried again, later and later."""

_AHEAD = 300
_LONGEST = 64 * 1024
_STATUS_CHANGE = "submission.status.change"


class Changed(Record, frozen=True):
    """A submission has another status."""

    submission: str
    status: SubmissionStatus
    at: float
    """Seconds since 1970, by Prolific: what came late may be older than what came first."""
    keys: tuple[str, str]
    """To be remembered for a day with what the event changes, so that it is not applied again."""
    participant: str | None = None
    study: str | None = None


class Ignored(Record, frozen=True):
    """An event about which there is nothing to do; it is to be answered with 200."""

    reason: Literal["seen", "other_type"]
    event_type: str | None = None


class _Payload(msgspec.Struct):
    event_type: str
    resource_id: str | None = None
    status: str | None = None
    participant_id: str | None = None
    study_id: str | None = None


def read_event(
    headers: Mapping[str, str],
    body: bytes,
    *,
    secret: str,
    now: float,
    seen: Callable[[str], bool],
    oldest: float = OLDEST,
) -> Changed | Ignored:
    """Return what a delivery says.

    The id of the event is not part of what is signed. Therefore an event has two keys, its id
    and a digest of what is signed, and is known by either.

    Args:
        headers: of the request; names in any case.
        body: as it was received, byte for byte.
        secret: of the workspace.
        now: seconds since 1970.
        seen: whether a key is remembered; it only looks.
        oldest: seconds that a delivery may lag; remember keys for at least as long.

    Raises:
        ConfigError: the secret is empty.
        InputError: the signature, the time or the body cannot be accepted.
    """
    named = {name.lower(): value for name, value in headers.items()}
    timestamp, signature, event = (
        _header(named, name) for name in (TIMESTAMP, SIGNATURE, EVENT_ID)
    )
    check_signature(body, timestamp=timestamp, signature=signature, secret=secret)
    at = _time(timestamp)
    if not -_AHEAD <= now - at <= oldest:
        raise InputError(
            f"the event is {now - at:.0f} s old; accepted is up to {oldest:.0f} s.",
            field=TIMESTAMP,
            cure="Is the clock of this machine right?",
        )
    keys = (f"event:{event}", f"signed:{hashlib.sha256(timestamp.encode() + body).hexdigest()}")
    payload = _payload(body)
    if any(seen(key) for key in keys):
        return Ignored(reason="seen", event_type=payload.event_type)
    if payload.event_type != _STATUS_CHANGE:
        return Ignored(reason="other_type", event_type=payload.event_type)
    if not payload.resource_id or not payload.status:
        raise InputError("the event names no submission or no status.", field="resource_id, status")
    return Changed(
        submission=payload.resource_id,
        status=submission_status(payload.status),
        at=at,
        keys=keys,
        participant=payload.participant_id,
        study=payload.study_id,
    )


def check_signature(body: bytes, *, timestamp: str, signature: str, secret: str) -> None:
    """Refuse what was not signed with the secret: HMAC-SHA256 of timestamp and body, in base64.

    Raises:
        ConfigError: the secret is empty: anybody could sign.
        InputError: the signature is another.
    """
    if not secret:
        raise ConfigError("the secret of the webhooks is empty.", cure="Make one at Prolific.")
    signed = timestamp.encode("utf-8", "replace") + body
    made = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        given = b""
    if not hmac.compare_digest(made, given):
        raise InputError("the event was not signed with this secret.", field=SIGNATURE)


def _payload(body: bytes) -> _Payload:
    if len(body) > _LONGEST:
        raise InputError(f"the event has more than {_LONGEST} bytes.")
    try:
        return msgspec.json.decode(body, type=_Payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"the event cannot be read: {error}.") from None


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name.lower(), "")
    if not value:
        raise InputError("the header is missing.", field=name)
    return value


def _time(text: str) -> float:
    """Return seconds since 1970, from such a number or from ISO 8601 with an offset."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            when = datetime.datetime.fromisoformat(text)
        except ValueError:
            when = None
        seconds = when.timestamp() if when is not None and when.tzinfo else math.nan
    if not math.isfinite(seconds):
        raise InputError(f"{text[:40]!r} is no time.", field=TIMESTAMP)
    return seconds
