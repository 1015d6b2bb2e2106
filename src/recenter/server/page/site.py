"""Who asks for a page, whether it is theirs, and how pages are rendered."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from jinja2 import Environment
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from recenter import __version__
from recenter.errors import InputError, RecenterError, RefusedError
from recenter.figures.look import environment
from recenter.importers.pseudonym import pseudonym
from recenter.memory import ledger
from recenter.memory.engine import Engine
from recenter.memory.keys import KEY_PREFIX, find_key
from recenter.memory.mine import Mine
from recenter.pages.forms import Handler, with_form
from recenter.pages.logs import fault_of
from recenter.pages.sessions import Cookie, Session, check_form
from recenter.pages.throttle import FREE_OF_ADDRESS, Throttle, address_key
from recenter.server.limits import RateLimit
from recenter.server.page import words
from recenter.server.page.links import LONGEST, ROOT, Visit, opened, page_secret

_DAY = 86_400
_HOURS = 24
_BY_KEY = 3600.0
"""Seconds for which a session lasts that a key began; the next request begins another."""
_OURS = "something went wrong on our side. What you decided before is saved."


class Site(NamedTuple):
    """The person's page as a server serves it."""

    engine: Engine
    limit: RateLimit
    throttle: Throttle
    secure: bool = False
    """Whether it is reached over https, so that cookies go nowhere else."""

    @property
    def key(self) -> bytes:
        """What cookies and links are signed with."""
        return page_secret(self.engine.key)

    def secret(self, *about: str) -> str:
        """Return what only this page can make of these words."""
        return pseudonym(self.key, *about)

    def cookie(self, days: float = LONGEST / _HOURS) -> Cookie:
        """Return how sessions are kept."""
        return Cookie(
            name="recenter_me",
            key=self.key,
            salt="session",
            path=ROOT,
            days=days,
            secure=self.secure,
        )


class Asked(NamedTuple):
    """Somebody at their own page."""

    request: Request
    site: Site
    session: Session
    visit: Visit
    form: FormData
    begun: bool = False
    """Whether a key that came with this request began the session."""

    @property
    def mine(self) -> Mine:
        """What is theirs."""
        return Mine(self.site.engine, self.visit.person, self.visit.application)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a template as a page for them."""
        return person_page(self.site, self, template, status=status, **values)

    def go(self, where: str, *, at: str = "", **query: str) -> Response:
        """Send them to a page after what they did; `at` is the place on it."""
        asked = f"?{urlencode(query)}" if query else ""
        place = f"#{at}" if at else ""
        return RedirectResponse(f"{ROOT}/{where}{asked}{place}", status_code=303)

    def said(self, name: str) -> str:
        """Return a field of the form, empty where there is none."""
        return str(self.form.get(name) or "")


Page = Callable[[Asked], Response]


def shown(site: Site, handle: Page) -> Callable[[Request], Response]:
    """Return a route that shows a page to who is in."""

    def run(request: Request) -> Response:
        return _answered(site, request, FormData(), handle, form=False)

    return run


def sent(site: Site, handle: Page) -> Handler:
    """Return a route that takes a form of who is in, if it is of their session."""

    def run(request: Request, form: FormData) -> Response:
        return _answered(site, request, form, handle, form=True)

    read = with_form(run)

    async def route(request: Request) -> Response:
        try:
            return await read(request)
        except HTTPException as error:
            reason = "this is too much at once, or cannot be read."
            return refused(site, RefusedError(reason, status=error.status_code))

    return route


def _answered(
    site: Site, request: Request, given: FormData, handle: Page, *, form: bool
) -> Response:
    asked = None
    try:
        asked = asking(site, request, given)
        if asked is None:
            raise RefusedError(
                "this page opens with a link of your own.",
                status=403,
                cure="Ask for one where you use the assistant.",
            )
        if not site.limit.admits(asked.visit.person):
            raise RefusedError("this is too fast.", status=429, cure="Wait a minute, then go on.")
        if form:
            check_form(asked.session, site, given.get("csrf"))
        response = handle(asked)
    except RecenterError as error:
        if not isinstance(error, RefusedError | InputError):
            # The server's log has where it arose.
            request.state.fault = fault_of(error)
        response = refused(site, error, asked)
    if asked is not None and asked.begun:
        site.cookie(_BY_KEY / _DAY).start(response, asked.session.who, known=asked.session)
    return response


def asking(site: Site, request: Request, form: FormData | None = None) -> Asked | None:
    """Return who asks, by the key that the host application sends with a request, or else by their
    cookie; None if nobody, their time is over, or it was ended.

    Raises:
        RefusedError: the key is not known, is of a whole application, or such were tried too fast.
    """
    asked = _by_cookie(site, request, form or FormData())
    owner = _by_key(site, request)
    # The cookie may be of somebody who used this browser before.
    if owner is None or (asked is not None and asked.visit[:2] == owner):
        return asked
    ended = ledger.links_ended(site.engine.store.database, owner[0])
    visit = Visit(*owner, until=site.engine.clock() + _BY_KEY, ended=ended)
    session = Session(_who(visit), secrets.token_hex(8))
    return Asked(request, site, session, visit, form or FormData(), begun=True)


def _by_key(site: Site, request: Request) -> tuple[str, str] | None:
    """Return the person and application of the key in a request; None where there is none."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    key = key.strip()
    # What else stands there is of servers between.
    if kind.casefold() != "bearer" or not key.startswith(KEY_PREFIX):
        return None
    tried, now = _address(request), site.engine.clock()
    if site.throttle.wait(tried, now):
        raise RefusedError("this is too fast.", status=429, cure="Wait, then open it again.")
    scope = find_key(site.engine.reading.database, key)
    if scope is None:
        site.throttle.admit(tried, now)
        raise RefusedError("the key that came along is not known.", status=401)
    if scope.person is None:
        raise RefusedError(
            "the key that came along is of a whole application.",
            status=403,
            cure="The application has to send a key of this person, or a link.",
        )
    return scope.person, scope.application


def _address(request: Request) -> dict[str, int]:
    return {address_key(request.client.host if request.client else ""): FREE_OF_ADDRESS}


def _who(visit: Visit) -> str:
    return f"{visit.person}/{visit.until:.0f}+{visit.ended}/{visit.application}"


def _by_cookie(site: Site, request: Request, form: FormData) -> Asked | None:
    session = site.cookie().current(request)
    if session is None:
        return None
    person, time, application = (*session.who.split("/", 2), "", "")[:3]
    until, _, ended = time.partition("+")
    if not until or float(until) <= site.engine.clock():
        return None
    visit = Visit(person, application, float(until), int(ended or 0))
    asked = Asked(request, site, session, visit, form)
    return asked if asked.mine.links_ended() == visit.ended else None


def enter(site: Site, request: Request) -> Response:
    """Exchange a link for a cookie at once, so that it stays in no history."""
    now = site.engine.clock()
    keys = _address(request)
    if site.throttle.wait(keys, now):
        error = RefusedError("this is too fast.", status=429, cure="Wait, then open it again.")
        return refused(site, error)
    try:
        visit = opened(site.key, request.query_params["link"], now=now)
        if ledger.links_ended(site.engine.store.database, visit.person) != visit.ended:
            raise RefusedError("this link was ended.", status=403, cure="Ask for a new one.")
    except RecenterError as error:
        if isinstance(error, RefusedError):
            site.throttle.admit(keys, now)
        else:
            request.state.fault = fault_of(error)
        return refused(site, error)
    response = RedirectResponse(f"{ROOT}/", status_code=303)
    let_in(site, response, visit)
    return response


def let_in(site: Site, response: Response, visit: Visit) -> None:
    """Let a response open the page for what is left of a visit's time."""
    days = (visit.until - site.engine.clock()) / _DAY
    site.cookie(days).start(response, _who(visit))


def refused(site: Site, error: Exception, asked: Asked | None = None) -> Response:
    """Return what was refused as a page; what is our fault is told to nobody but the log."""
    if isinstance(error, RefusedError):
        status, reason = error.status, str(error)
    elif isinstance(error, InputError):
        status, reason = 422, " ".join(filter(None, (error.reason, error.cure)))
    else:
        status, reason = 500, _OURS
    made = person_page(site, asked, "refused", status=status, reason=words.sentence(reason))
    if status == 429:
        made.headers["Retry-After"] = "60"
    return made


def person_page(
    site: Site, asked: Asked | None, template: str, *, status: int = 200, **values: Any
) -> Response:
    """Return a template as a page."""
    text = (
        _environment()
        .get_template(f"person/{template}.html")
        .render(
            root=ROOT,
            csrf=asked.session.form_token(site) if asked else "",
            application=asked.visit.application if asked else "",
            inside=asked is not None,
            paused=asked is not None and asked.mine.choices().paused,
            until=words.moment(asked.visit.until) if asked else "",
            at=template,
            version=__version__,
            **values,
        )
    )
    return HTMLResponse(text, status_code=status)


@functools.cache
def _environment() -> Environment:
    made = environment("recenter.server.page")
    made.filters["unmasked"] = words.unmasked
    return made
