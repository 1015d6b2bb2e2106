"""How somebody comes in: by a link, from Prolific, or from any platform with an id in the URL."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recenter.errors import RefusedError
from recenter.study.ledger import joining
from recenter.study.ledger.desk import refused
from recenter.web import sessions
from recenter.web.site import DAYS, Site, page, site_of

_PROLIFIC = ("PROLIFIC_PID", "STUDY_ID", "SESSION_ID")
_PROLIFIC_ID = re.compile(r"[0-9a-f]{24}")
_LONGEST_ID = 200


def enter(request: Request) -> Response:
    """Let somebody in by what their URL says, and send them to what they do next.

    Raises:
        RefusedError: the URL does not say who it is, or nobody of that id may come in.
    """
    site = site_of(request)
    given = request.query_params
    try:
        raw = _raw_ids(site, given)
    except RefusedError as error:
        refused(site.desk, str(error))
        raise
    if raw is None:
        known = sessions.current(request, site.desk, kind="annotator", days=DAYS)
        if known is None:
            return page(request, "annotate/door.html", status=403)
        return RedirectResponse(f"{site.root}/next", status_code=303)
    annotator = joining.join(site.desk, raw, band=raw.get("band"))
    response = RedirectResponse(f"{site.root}/next", status_code=303)
    sessions.start(
        response, site.desk, annotator.id, kind="annotator", days=DAYS, secure=site.secure
    )
    return response


def _raw_ids(site: Site, given: Mapping[str, str]) -> dict[str, str] | None:
    """Return the ids that a URL brings; None where it brings none."""
    recruitment = site.desk.study.recruitment
    if "link" in given:
        name, band = sessions.invited(site.desk, given["link"])
        return {"id": f"link/{name}"} | ({"band": band} if band else {})
    if recruitment.kind == "prolific" and any(name in given for name in _PROLIFIC):
        return _prolific_ids(given)
    if recruitment.kind == "platform" and recruitment.parameter in given:
        value = given[recruitment.parameter]
        if len(value) > _LONGEST_ID or not re.fullmatch(recruitment.id_pattern, value):
            raise RefusedError("the id in the URL is not one of the platform.", status=403)
        return {"id": f"platform/{value}"}
    return None


def _prolific_ids(given: Mapping[str, str]) -> dict[str, str]:
    ids = {name: given.get(name, "") for name in _PROLIFIC}
    for name, value in ids.items():
        if not _PROLIFIC_ID.fullmatch(value):
            raise RefusedError(f"{name} in the URL is not an id of Prolific.", status=403)
    return {"id": f"prolific/{ids['PROLIFIC_PID']}"} | ids
