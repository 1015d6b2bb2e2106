"""Signed links that open the page of one person, for some hours."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeTimedSerializer

from recenter.errors import InputError, RefusedError

HOURS = 24.0
"""For which a link, and the page that was opened with it, is good."""
LONGEST = 24.0 * 30
"""The most that may be asked for."""
ROOT = "/me"
"""Where the page lives on its server."""

_HOUR = 3600
_BEFORE = 3
"""Parts of a link before links could be ended."""


class Visit(NamedTuple):
    """Whose page is opened, and until when; times are seconds since 1970."""

    person: str
    """By pseudonym: a link in the log of a server between tells nobody who it was."""
    application: str
    until: float
    ended: int = 0
    """How often links of the person had been ended when it was made: see `PersonSide.end_links`."""


def page_secret(key: bytes) -> bytes:
    """Return what links and cookies are signed with, made of the home's key."""
    return hashlib.blake2b(b"links and cookies", key=key[:64], person=b"person page").digest()


def page_link(
    key: bytes,
    person: str,
    application: str,
    *,
    url: str,
    now: float,
    ended: int,
    hours: float = HOURS,
) -> tuple[str, Visit]:
    """Return a link that opens the page of a person, and what it opens.

    Args:
        key: the home's.
        person: by pseudonym.
        application: whose person it is.
        url: how people reach the server.
        now: seconds since 1970.
        ended: how often links of the person were ended so far.
        hours: for which it is good.

    Raises:
        InputError: the hours are not between 0 and 30 days.
    """
    if not 0 < hours <= LONGEST:
        raise InputError(
            f"must be more than 0 and at most {LONGEST:g}, got {hours}.", field="hours"
        )
    visit = Visit(person, application, float(int(now + hours * _HOUR)), ended)
    token = _signer(page_secret(key)).dumps(list(visit))
    return f"{url.rstrip('/')}{ROOT}/?link={token}", visit


def opened(secret: bytes, token: str, *, now: float) -> Visit:
    """Return what a link opens.

    Raises:
        RefusedError: 403, it was not made here, or its time is over.
    """
    try:
        # Whatever a link says of itself, its signature tells when it was made.
        held = _signer(secret).loads(token, max_age=int(LONGEST * _HOUR))
        # Those of earlier versions have no number: they go when links are first ended.
        person, application, until, ended = held if len(held) > _BEFORE else (*held, 0)
        visit = Visit(str(person), str(application), float(until), int(ended))
    except (BadSignature, ValueError, TypeError):
        raise RefusedError("this link is not good, or not any more.", status=403) from None
    if visit.until <= now:
        raise RefusedError("the time of this link is over.", status=403)
    return visit


def _signer(secret: bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="link")
