"""Logging in with a name and a password, and out again."""

from __future__ import annotations

import math

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recenter.errors import RefusedError
from recenter.study.ledger import running
from recenter.study.ledger.running import Account
from recenter.web import sessions
from recenter.web.desk.passwords import check_password, renewed
from recenter.web.desk.staff import Asked, asking, begin, desk_page, end, here, refused
from recenter.web.desk.throttle import FREE, FREE_OF_ADDRESS, Throttle, address_key, name_key
from recenter.web.site import Site, site_of

_BEFORE = "desk_login"
"""Kind of the session of who has not logged in yet, so that this form is not forged either."""
_LONGEST_NAME = 100
_KNOWN_DAYS = 180.0
"""For which a browser in which somebody logged in is known as theirs."""


class Door:
    """Logs people in, and counts who fails."""

    def __init__(self) -> None:
        self._throttle = Throttle()

    def ask(self, request: Request) -> Response:
        """Show the form, or send on who is logged in."""
        asked = asking(request)
        if asked is not None:
            return _home(asked.site, asked.account)
        return _form(request)

    def log_in(self, request: Request, form: FormData) -> Response:
        """Begin a session, or say that name or password is wrong, which is the same for both."""
        site = site_of(request)
        try:
            _check_form(request, form)
            return self._log_in(request, site, form)
        except RefusedError as error:
            return refused(request, error)

    def _log_in(self, request: Request, site: Site, form: FormData) -> Response:
        name, password = str(form.get("name", "")), str(form.get("password", ""))
        name = name.strip()[:_LONGEST_NAME]
        # Who guesses elsewhere, at this name or from this address, does not keep out a browser that
        # is known as its owner's; that has failures of its own.
        known = sessions.current(request, site.desk, kind=_known(site, name), days=_KNOWN_DAYS)
        named = name_key(f"{name}/{known.nonce}" if known else name)
        address = None if known else address_key(request.client.host if request.client else "")
        keys = {named: FREE} | ({address: FREE_OF_ADDRESS} if address else {})
        now = site.desk.clock()
        wait = self._throttle.admit(keys, now)
        if wait:
            return _form(request, name=name, wait=wait, status=429)
        account = running.account(site.desk.database, name)
        if not check_password(account.hash if account else None, password) or account is None:
            return _form(
                request, name=name, wait=self._throttle.wait(keys, now), wrong=True, status=403
            )
        self._throttle.succeeded(named, address)
        if new := renewed(account.hash, password):
            account = msgspec.structs.replace(account, hash=new)
            running.put_account(site.desk.database, account)
        response = _home(site, account)
        begin(response, site, account)
        sessions.stop(response, site.desk, kind=_BEFORE)
        sessions.start(
            response,
            site.desk,
            name,
            kind=_known(site, name),
            days=_KNOWN_DAYS,
            secure=site.secure,
            known=known,
        )
        return response


def log_out(asked: Asked) -> Response:
    """End the session."""
    response = asked.go("login")
    end(response, asked)
    return response


def _home(site: Site, account: Account) -> Response:
    where = "" if account.role == "researcher" else "disagreements"
    return RedirectResponse(f"{here(site)}/{where}", status_code=303)


def _known(site: Site, name: str) -> str:
    """Return the kind of the cookie of a browser that an account has logged in with."""
    return f"desk_known_{site.desk.secret('known', name)[:12]}"


def _check_form(request: Request, form: FormData) -> None:
    desk = site_of(request).desk
    session = sessions.current(request, desk, kind=_BEFORE, days=1)
    if session is None:
        raise RefusedError(
            "this form is not of your session.",
            status=403,
            cure="Open the page again, and let it set a cookie.",
        )
    sessions.check_form(session, desk, form.get("csrf"))


def _form(
    request: Request, *, name: str = "", wait: float = 0.0, wrong: bool = False, status: int = 200
) -> Response:
    site = site_of(request)
    session = sessions.current(request, site.desk, kind=_BEFORE, days=1)
    # The form carries what the cookie says, so the cookie is made before the page.
    cookie = Response()
    made = session or sessions.start(
        cookie, site.desk, "", kind=_BEFORE, days=1, secure=site.secure
    )
    shown = desk_page(
        request,
        None,
        "login",
        csrf=made.form_token(site.desk),
        status=status,
        tried=name,
        wrong=wrong,
        wait=math.ceil(wait),
    )
    if session is None:
        shown.headers["Set-Cookie"] = cookie.headers["Set-Cookie"]
    if wait:
        shown.headers["Retry-After"] = str(math.ceil(wait))
    return shown
