"""Who is asking: signed cookies, and tokens that tie a form to them."""

from __future__ import annotations

import hmac
import secrets
from typing import Any

import msgspec
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from recenter.errors import RefusedError
from recenter.study.ledger.desk import Desk

_DAYS = 86_400


class Session(msgspec.Struct, frozen=True):
    """Somebody who came in, for as long as their cookie lasts."""

    who: str
    nonce: str

    def form_token(self, desk: Desk) -> str:
        """Return what every form of this session carries, against forged requests."""
        return desk.secret("form", self.who, self.nonce)


def start(
    response: Response,
    desk: Desk,
    who: str,
    *,
    kind: str,
    days: float,
    secure: bool,
    known: Session | None = None,
) -> Session:
    """Let a response begin a session of this kind, such as `annotator`.

    Where one is known of the same person, it goes on, so that the forms they have open stay good.
    """
    session = known if known and known.who == who else Session(who, secrets.token_hex(8))
    response.set_cookie(
        _name(desk, kind),
        _signer(desk, kind).dumps([session.who, session.nonce]),
        max_age=int(days * _DAYS),
        path=f"/s/{desk.id}",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return session


def stop(response: Response, desk: Desk, *, kind: str) -> None:
    """Let a response end the session."""
    response.delete_cookie(_name(desk, kind), path=f"/s/{desk.id}")


def current(request: Request, desk: Desk, *, kind: str, days: float) -> Session | None:
    """Return the session that a request belongs to; None without a cookie of ours in time."""
    cookie = request.cookies.get(_name(desk, kind), "")
    try:
        who, nonce = _signer(desk, kind).loads(cookie, max_age=int(days * _DAYS))
    except (BadSignature, ValueError, TypeError):
        return None
    return Session(str(who), str(nonce))


def check_form(session: Session, desk: Desk, given: Any) -> None:
    """Refuse a form that was not made for this session.

    Raises:
        RefusedError: its token is missing or of another session.
    """
    # Compared as bytes: what a form carries need not be ASCII.
    if not hmac.compare_digest(session.form_token(desk).encode(), str(given or "").encode()):
        raise RefusedError(
            "this form is not of your session.", status=403, cure="Open the page again."
        )


def invitation(desk: Desk, name: str, band: str = "") -> str:
    """Return the token of a link that lets one person in, as often as they like."""
    return URLSafeSerializer(desk.key, salt="link").dumps([name, band])


def invited(desk: Desk, token: str) -> tuple[str, str]:
    """Return whom a link was made for, and their band.

    Raises:
        RefusedError: the link was not made by this study.
    """
    try:
        name, band = URLSafeSerializer(desk.key, salt="link").loads(token)
    except (BadSignature, ValueError, TypeError):
        raise RefusedError("this link was not made by the study.", status=403) from None
    return str(name), str(band)


def _name(desk: Desk, kind: str) -> str:
    return f"recenter_{kind}_{desk.id}"


def _signer(desk: Desk, kind: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(desk.key, salt=f"session/{kind}")
