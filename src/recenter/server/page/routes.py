"""Where the pages of a person are."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from recenter.errors import RefusedError
from recenter.memory.people import People
from recenter.pages.guarded import Guarded
from recenter.pages.look import SHARED
from recenter.pages.throttle import Throttle
from recenter.server.limits import RateLimit
from recenter.server.page import answers, choosing, known
from recenter.server.page.links import ROOT
from recenter.server.page.site import Page, Site, asking, enter, refused, sent, shown

STATIC = Path(__file__).parent / "static"
PER_MINUTE = 120
"""How often one person may ask, which is faster than anybody reads."""

_SHOWN: dict[str, Page] = {
    "/memory/{id:str}": known.one,
    "/memory/{id:str}/forget": known.before_forgetting,
    "/answers": answers.overview,
    "/answers/{id:str}": answers.one,
    "/choices": choosing.overview,
    "/forget-me": choosing.before_forgetting,
}
_SENT: dict[str, Page] = {
    "/memory/{id:str}/words": known.reword,
    "/memory/{id:str}/review": known.review,
    "/memory/{id:str}/forget": known.forget,
    "/answers/{id:str}/correct": answers.correct,
    "/answers/{id:str}/reply": answers.reply,
    "/choices/pause": choosing.pause,
    "/choices/topics": choosing.topics,
    "/choices/cloud": choosing.cloud,
    "/choices/keep": choosing.keep,
    "/choices/links": choosing.end_links,
    "/download": choosing.download,
    "/forget-me": choosing.forget,
    "/leave": choosing.leave,
}


def page_mount(memory: People, *, secure: bool = False, per_minute: int = PER_MINUTE) -> Mount:
    """Return the person's page, to be put among the routes of a server.

    Args:
        memory: whose engine holds the people of all applications.
        secure: whether it is reached over https, so that cookies go nowhere else.
        per_minute: how often one person may ask.
    """
    site = Site(memory.engine, RateLimit(per_minute), Throttle(), secure)

    def door(request: Request) -> Response:
        if "link" in request.query_params:
            return enter(site, request)
        return shown(site, known.overview)(request)

    def unknown(request: Request) -> Response:
        error = RefusedError("there is no such page.", status=404)
        try:
            return refused(site, error, asking(site, request))
        except RefusedError as of_key:
            return refused(site, of_key)

    return Mount(
        ROOT,
        routes=[
            Route("/", door),
            Mount("/static/shared", StaticFiles(directory=SHARED)),
            Mount("/static", StaticFiles(directory=STATIC)),
            *(Route(path, shown(site, page)) for path, page in _SHOWN.items()),
            *(Route(path, sent(site, page), methods=["POST"]) for path, page in _SENT.items()),
            Route("/{rest:path}", unknown),
        ],
        middleware=[Middleware(Guarded, static=f"{ROOT}/static/")],
    )
