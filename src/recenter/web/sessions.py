"""Who is asking at a study: its cookies, and links that let one person in."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from recenter.errors import RefusedError
from recenter.pages.sessions import Cookie, Session, check_form
from recenter.study.ledger.desk import Desk

__all__ = ["Session", "check_form", "current", "invitation", "invited", "start", "stop"]


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
    """Let a response begin a session of this kind, such as `annotator`; see `Cookie.start`."""
    return _cookie(desk, kind, days=days, secure=secure).start(response, who, known=known)


def stop(response: Response, desk: Desk, *, kind: str) -> None:
    """Let a response end the session."""
    _cookie(desk, kind).stop(response)


def current(request: Request, desk: Desk, *, kind: str, days: float) -> Session | None:
    """Return the session that a request belongs to; None without a cookie of ours in time."""
    return _cookie(desk, kind, days=days).current(request)


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


def _cookie(desk: Desk, kind: str, *, days: float = 0.0, secure: bool = False) -> Cookie:
    return Cookie(
        name=f"recenter_{kind}_{desk.id}",
        key=desk.key,
        salt=f"session/{kind}",
        path=f"/s/{desk.id}",
        days=days,
        secure=secure,
    )
