"""What every page of a server shares: the study, how it is reached, how pages are rendered."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from recenter import __version__
from recenter.errors import RefusedError
from recenter.figures.look import environment
from recenter.study.ledger.desk import Desk
from recenter.study.prolific.tokens import Keys
from recenter.web.markdown import rendered

STATIC = Path(__file__).parent / "static"
DAYS = 14.0
"""For which an annotator's cookie lasts."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A study as a server serves it."""

    desk: Desk
    secure: bool = False
    """Whether it is reached over https, so that cookies go nowhere else."""
    url: str = ""
    """How annotators reach the server: signed links of Prolific are made for it."""
    keys: Keys | None = None
    """Prolific's, which its signed links are checked with."""
    hook_secret: str | None = None
    """That Prolific's webhooks are signed with; without one, none are taken."""

    @property
    def root(self) -> str:
        """Path of the study's pages."""
        return f"/s/{self.desk.id}"


def site_of(request: Request) -> Site:
    """Return the site that a request is for."""
    site: Site = request.app.state.site
    return site


def page(
    request: Request, template: str, *, status: int = 200, csrf: str = "", **values: Any
) -> HTMLResponse:
    """Return a template as a page."""
    site = site_of(request)
    text = (
        _environment()
        .get_template(template)
        .render(
            site=site,
            study=site.desk.study,
            root=site.root,
            csrf=csrf,
            version=__version__,
            **values,
        )
    )
    return HTMLResponse(text, status_code=status)


def refusal(request: Request, error: Exception) -> Response:
    """Return what was refused as a page, or as JSON to whoever sent JSON."""
    status = error.status if isinstance(error, RefusedError) else 500
    if "json" in request.headers.get("content-type", ""):
        return JSONResponse({"error": str(error)}, status_code=status)
    return page(request, "annotate/refused.html", status=status, reason=str(error))


@functools.cache
def _environment() -> Environment:
    """Return the environment of all pages; what is not marked safe is escaped."""
    made = environment("recenter.web")
    made.filters["markdown"] = rendered
    return made
