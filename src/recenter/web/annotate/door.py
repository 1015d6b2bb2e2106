"""How somebody comes in: by a link, from Prolific, or from any platform with an id in the URL."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recenter.errors import InputError, PlatformError, RefusedError
from recenter.study.ledger import joining
from recenter.study.ledger.desk import refused
from recenter.study.prolific.draft import PARAMETERS
from recenter.study.prolific.tokens import PARAMETER, verify_arrival
from recenter.web import sessions
from recenter.web.site import DAYS, Site, page, site_of

_PROLIFIC_ID = re.compile(r"[0-9a-f]{24}")
_LONGEST_ID = 200


def enter(request: Request) -> Response:
    """Let somebody in by what their URL says, and send them to what they do next.

    Raises:
        RefusedError: the URL does not say who it is, or nobody of that id may come in.
    """
    site = site_of(request)
    given = request.query_params
    raw = _raw_ids(site, given)
    known = sessions.current(request, site.desk, kind="annotator", days=DAYS)
    if raw is None:
        if known is None:
            return page(request, "annotate/door.html", status=403)
        return RedirectResponse(f"{site.root}/next", status_code=303)
    annotator = joining.join(site.desk, raw, band=raw.get("band"), signed=_is_signed(site, given))
    response = RedirectResponse(f"{site.root}/next", status_code=303)
    sessions.start(
        response,
        site.desk,
        annotator.id,
        kind="annotator",
        days=DAYS,
        secure=site.secure,
        known=known,
    )
    return response


def _raw_ids(site: Site, given: Mapping[str, str]) -> dict[str, str] | None:
    """Return the ids that a URL brings; None where it brings none."""
    recruitment = site.desk.study.recruitment
    if "link" in given:
        name, band = sessions.invited(site.desk, given["link"])
        return {"id": f"link/{name}"} | ({"band": band} if band else {})
    if recruitment.kind == "prolific" and any(name in given for name in PARAMETERS):
        return _prolific_ids(site, given)
    if recruitment.kind == "platform" and recruitment.parameter in given:
        value = given[recruitment.parameter]
        if len(value) > _LONGEST_ID or not re.fullmatch(recruitment.id_pattern, value):
            raise RefusedError("the id in the URL is not one of the platform.", status=403)
        return {"id": f"platform/{value}"}
    return None


def _prolific_ids(site: Site, given: Mapping[str, str]) -> dict[str, str]:
    ids = {name: given.get(name, "") for name in PARAMETERS}
    for name, value in ids.items():
        if not _PROLIFIC_ID.fullmatch(value):
            raise RefusedError(f"{name} in the URL is not an id of Prolific.", status=403)
    signed = site.desk.study.recruitment.signed
    if signed == "required" or (signed == "checked" and PARAMETER in given):
        _check_signed(site, given.get(PARAMETER, ""), ids)
    return {"id": f"prolific/{ids['PROLIFIC_PID']}"} | ids


def _is_signed(site: Site, given: Mapping[str, str]) -> bool:
    """Whether the ids of a URL were signed by the platform, and checked."""
    recruitment = site.desk.study.recruitment
    return recruitment.kind == "prolific" and recruitment.signed != "ignored" and PARAMETER in given


def _check_signed(site: Site, token: str, ids: Mapping[str, str]) -> None:
    """Refuse whom Prolific did not send here with these ids, just now.

    Raises:
        RefusedError: the token is missing or does not fit, or it cannot be checked at present.
    """
    again = "Open the study at Prolific again."
    if not token:
        raise RefusedError("the link is not signed by Prolific.", status=403, cure=again)
    try:
        if site.keys is None:
            raise PlatformError("the server was started without Prolific's keys.")
        verify_arrival(token, ids, keys=site.keys, audience=site.url)
    except InputError as error:
        raise RefusedError(error.reason, status=403, cure=again) from None
    except PlatformError as error:
        # The visitor need not know how Prolific is asked; the researcher does.
        refused(site.desk, f"signed links: {error}")
        raise RefusedError(
            "signed links cannot be checked just now.", status=503, cure=again
        ) from error
