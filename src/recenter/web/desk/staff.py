"""Who asks for a researcher's page, and whether it is theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recenter.errors import InputError, RefusedError
from recenter.pages.forms import Handler, with_form
from recenter.study.ledger import logouts, running
from recenter.study.ledger.desk import Desk
from recenter.study.ledger.running import Account, Role
from recenter.web import sessions
from recenter.web.site import Site, page, site_of

KIND = "desk"
DAYS = 0.5
"""For which a session lasts."""
EVERYONE: tuple[Role, ...] = ("researcher", "adjudicator")
RESEARCHERS: tuple[Role, ...] = ("researcher",)


class Asked(msgspec.Struct, frozen=True):
    """Somebody of the researcher's side at the door of a page."""

    request: Request
    site: Site
    session: sessions.Session
    account: Account
    form: FormData = FormData()
    """What they sent, where they did."""

    @property
    def desk(self) -> Desk:
        """The study."""
        return self.site.desk

    def page(self, template: str, **values: Any) -> Response:
        """Return a template of the researcher's side as a page for them."""
        return desk_page(self.request, self, template, **values)

    def go(self, where: str = "") -> Response:
        """Send them to a page after what they did."""
        return RedirectResponse(f"{here(self.site)}/{where}", status_code=303)


Page = Callable[[Asked], Response]


def here(site: Site) -> str:
    """Return the path of the researcher's side."""
    return f"{site.root}/desk"


def begin(response: Response, site: Site, account: Account) -> None:
    """Let a response begin the session of an account."""
    who = f"{_mark(site.desk, account)}/{account.name}"
    sessions.start(response, site.desk, who, kind=KIND, days=DAYS, secure=site.secure)


def end(response: Response, asked: Asked) -> None:
    """Let a response end a session, also for whoever has a copy of its cookie."""
    logouts.end_session(asked.desk, asked.session.nonce, lasts=DAYS * 86_400)
    sessions.stop(response, asked.desk, kind=KIND)


def asking(request: Request) -> Asked | None:
    """Return who asks, by their cookie and by what their account may today; None if nobody."""
    site = site_of(request)
    session = sessions.current(request, site.desk, kind=KIND, days=DAYS)
    if session is None or logouts.is_ended(site.desk, session.nonce):
        return None
    mark, _, name = session.who.partition("/")
    account = running.account(site.desk.database, name)
    if account is None or mark != _mark(site.desk, account):
        return None
    return Asked(request, site, session, account)


def shown(handle: Page, roles: tuple[Role, ...]) -> Callable[[Request], Response]:
    """Return a route that shows a page to these roles; others log in or are refused."""

    def run(request: Request) -> Response:
        asked = asking(request)
        if asked is None:
            return RedirectResponse(f"{here(site_of(request))}/login", status_code=303)
        try:
            _check_role(asked, roles)
            return handle(asked)
        except (RefusedError, InputError) as error:
            return refused(request, error, asked)

    return run


def sent(handle: Page, roles: tuple[Role, ...]) -> Handler:
    """Return a route that takes a form of these roles, if it is of their session."""

    def run(request: Request, form: FormData) -> Response:
        asked = asking(request)
        try:
            if asked is None:
                raise RefusedError("nobody is logged in here.", status=403, cure="Log in first.")
            _check_role(asked, roles)
            sessions.check_form(asked.session, asked.desk, form.get("csrf"))
            return handle(msgspec.structs.replace(asked, form=form))
        except (RefusedError, InputError) as error:
            return refused(request, error, asked)

    return with_form(run)


def refused(request: Request, error: Exception, asked: Asked | None = None) -> Response:
    """Return what was refused as a page."""
    status = error.status if isinstance(error, RefusedError) else 422
    return desk_page(request, asked, "refused", status=status, reason=str(error))


def unknown(request: Request) -> Response:
    """Say that there is no such page."""
    error = RefusedError("there is no such page.", status=404)
    return refused(request, error, asking(request))


def desk_page(
    request: Request, asked: Asked | None, template: str, *, csrf: str = "", **values: Any
) -> Response:
    """Return a template of the researcher's side as a page."""
    site = site_of(request)
    return page(
        request,
        f"desk/{template}.html",
        csrf=asked.session.form_token(asked.desk) if asked else csrf,
        account=asked.account if asked else None,
        here=here(site),
        at=template,
        **values,
    )


def _mark(desk: Desk, account: Account) -> str:
    """Return what ties a session to a password: a new one ends the sessions of the old."""
    return desk.secret("desk", account.name, account.hash)


def _check_role(asked: Asked, roles: tuple[Role, ...]) -> None:
    if asked.account.role not in roles:
        raise RefusedError(f"this is not for {asked.account.role}s.", status=403)
