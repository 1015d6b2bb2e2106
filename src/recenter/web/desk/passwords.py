"""Passwords of researchers and adjudicators, of which only a hash is kept."""

from __future__ import annotations

import functools
import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from recenter.errors import InputError, RefusedError

LEAST, MOST = 12, 200
"""Characters of a password."""
_HASHER = PasswordHasher()
_AT_ONCE, _PATIENCE = threading.BoundedSemaphore(3), 10.0
"""Each hash takes 64 MiB: so many are made at a time, and seconds that the next one waits."""


def hash_password(text: str) -> str:
    """Return what is stored of a password, by argon2id.

    Raises:
        InputError: it is shorter than `LEAST` characters or longer than `MOST`.
    """
    if not LEAST <= len(text) <= MOST:
        raise InputError(
            f"has {len(text)} characters; {LEAST} to {MOST} are allowed.",
            field="password",
            cure="Several words that do not belong together are easy to remember.",
        )
    return _HASHER.hash(_plain(text))


def check_password(hash: str | None, text: str) -> bool:
    """Return whether a password is the one of a stored hash; None stands for nobody's.

    Takes the same time for nobody as for somebody, so that it does not tell which names there are.

    Raises:
        RefusedError: too many are being checked at once.
    """
    unknown = _nobodys()
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise RefusedError(
            "too many are logging in just now.", status=503, cure="Try again in a moment."
        )
    try:
        _HASHER.verify(hash or unknown, _plain(text[: MOST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _AT_ONCE.release()
    return hash is not None


def renewed(hash: str, text: str) -> str | None:
    """Return a new hash of a password whose hash was made with other settings than today's."""
    return _HASHER.hash(_plain(text)) if _HASHER.check_needs_rehash(hash) else None


def _plain(text: str) -> bytes:
    """Return the bytes of a password: the same whichever way a keyboard composes an accent."""
    return unicodedata.normalize("NFC", text).encode("utf-8", errors="replace")


@functools.cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_hex(16))
