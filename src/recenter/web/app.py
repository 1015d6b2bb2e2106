"""The server of a study: routes, errors, and what holds for every request."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from recenter.errors import InputError, RefusedError
from recenter.pages.forms import with_form
from recenter.pages.guarded import Guarded
from recenter.pages.look import SHARED
from recenter.study.ledger.desk import refused
from recenter.web import hooks, sessions
from recenter.web.annotate import door, flow, work
from recenter.web.desk.routes import desk_routes
from recenter.web.site import DAYS, STATIC, Site, page, refusal, site_of


def create_app(site: Site, *, hosts: tuple[str, ...] = ("*",)) -> Starlette:
    """Return the server of a study; `hosts` are the names it answers to."""
    app = Starlette(
        routes=[
            Route("/", lambda request: RedirectResponse(site_of(request).root)),
            Route("/healthz", _healthy),
            Mount("/static/shared", StaticFiles(directory=SHARED)),
            Mount("/static", StaticFiles(directory=STATIC)),
            Mount(site.root, routes=_study_routes()),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)),
            Middleware(Guarded),
        ],
        exception_handlers={
            RefusedError: _refused,
            InputError: _bad_input,
            HTTPException: _http_error,
            Exception: _fault,
        },
    )
    app.state.site = site
    return app


def _study_routes() -> list[Route | Mount]:
    return [
        Mount("/desk", routes=desk_routes()),
        Route("/", door.enter),
        Route("/next", flow.go_on),
        Route("/consent", flow.consent),
        Route("/consent", with_form(flow.agree), methods=["POST"]),
        Route("/guidelines", flow.guidelines),
        Route("/begin", with_form(flow.begin), methods=["POST"]),
        Route("/{purpose:str}/{position:int}", work.show),
        Route("/{purpose:str}/{position:int}", with_form(work.hand_in), methods=["POST"]),
        Route("/feedback/{slot:str}/{position:int}", work.feedback),
        Route("/events", work.events, methods=["POST"]),
        Route("/sides", work.sides),
        Route("/sides", with_form(work.guess), methods=["POST"]),
        Route("/pause", with_form(flow.pause), methods=["POST"]),
        Route("/withdraw", flow.leave),
        Route("/withdraw", with_form(flow.withdraw), methods=["POST"]),
        Route("/done", flow.done),
        Route("/hooks/prolific", hooks.prolific, methods=["POST"]),
    ]


def _healthy(request: Request) -> Response:
    site_of(request).desk.database.tables()
    return PlainTextResponse("ok")


def _refused(request: Request, error: Exception) -> Response:
    _count(request, str(error))
    return refusal(request, error)


def _bad_input(request: Request, error: Exception) -> Response:
    # The field may be a name that the sender chose; the reason has what they wrote in quotes.
    _count(request, error.reason if isinstance(error, InputError) else str(error))
    return refusal(request, RefusedError(str(error), status=422))


def _count(request: Request, reason: str) -> None:
    """Count what was refused at the door, or to somebody who is in; others write nothing."""
    site = site_of(request)
    at_door = request.url.path == f"{site.root}/"
    if at_door or sessions.current(request, site.desk, kind="annotator", days=DAYS):
        refused(site.desk, reason)


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = "there is no such page." if status == 404 else "this cannot be asked in this way."
    return page(request, "annotate/refused.html", status=status, reason=words)


def _fault(request: Request, _: Exception) -> Response:
    """Say that it is our fault; the error itself goes to the log alone."""
    words = "something went wrong on our side. What you answered before is saved."
    if "json" in request.headers.get("content-type", ""):
        return JSONResponse({"error": words}, status_code=500)
    return page(request, "annotate/refused.html", status=500, reason=words)
