"""Who is asking: signed cookies, and tokens that tie a form to them."""

from __future__ import annotations

import hmac
import secrets
from typing import Any, Protocol

import msgspec
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from recenter.errors import RefusedError

_DAYS = 86_400


class Keyed(Protocol):
    """Who can make secrets of words, and nobody else the same."""

    def secret(self, *about: str) -> str:
        """Return what only the holder of the key can make of these words."""


class Session(msgspec.Struct, frozen=True):
    """Somebody who came in, for as long as their cookie lasts."""

    who: str
    nonce: str

    def form_token(self, keyed: Keyed) -> str:
        """Return what every form of this session carries, against forged requests."""
        return keyed.secret("form", self.who, self.nonce)


class Cookie(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of session: how its cookie is named, signed and sent."""

    name: str
    key: bytes
    salt: str
    path: str
    days: float
    secure: bool = False

    def start(self, response: Response, who: str, *, known: Session | None = None) -> Session:
        """Let a response begin a session.

        Where one is known of the same person, it goes on, so that the forms they have open stay
        good.
        """
        session = known if known and known.who == who else Session(who, secrets.token_hex(8))
        response.set_cookie(
            self.name,
            self._signer.dumps([session.who, session.nonce]),
            max_age=int(self.days * _DAYS),
            path=self.path,
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )
        return session

    def stop(self, response: Response) -> None:
        """Let a response end the session."""
        response.delete_cookie(self.name, path=self.path)

    def current(self, request: Request) -> Session | None:
        """Return the session that a request belongs to; None without a cookie of ours in time."""
        cookie = request.cookies.get(self.name, "")
        try:
            who, nonce = self._signer.loads(cookie, max_age=int(self.days * _DAYS))
        except (BadSignature, ValueError, TypeError):
            return None
        return Session(str(who), str(nonce))

    @property
    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.key, salt=self.salt)


def check_form(session: Session, keyed: Keyed, given: Any) -> None:
    """Refuse a form that was not made for this session.

    Raises:
        RefusedError: its token is missing or of another session.
    """
    # Compared as bytes: what a form carries need not be ASCII.
    if not hmac.compare_digest(session.form_token(keyed).encode(), str(given or "").encode()):
        raise RefusedError(
            "this form is not of your session.", status=403, cure="Open the page again."
        )
