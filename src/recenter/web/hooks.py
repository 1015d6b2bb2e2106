"""What platforms tell of those who came from them. The answer says nothing of anybody."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from recenter.errors import InputError
from recenter.study.ledger.desk import Desk, refused
from recenter.study.ledger.leaving import release_once
from recenter.study.prolific.statuses import gives_back
from recenter.study.prolific.webhooks import Changed, read_event
from recenter.web.site import site_of


async def prolific(request: Request) -> Response:
    """Take a message of Prolific; who left there is released here."""
    site = site_of(request)
    if site.hook_secret is None:
        raise HTTPException(404)
    body = await request.body()
    return await run_in_threadpool(_take, site.desk, request.headers, body, site.hook_secret)


def _take(desk: Desk, headers: Mapping[str, str], body: bytes, secret: str) -> Response:
    try:
        # The store remembers what was applied, in the transaction that applies it.
        event = read_event(headers, body, secret=secret, now=desk.clock(), seen=lambda _: False)
    except InputError as error:
        refused(desk, f"/hooks/prolific: {error}")
        return PlainTextResponse("not accepted", status_code=400)
    if isinstance(event, Changed) and event.participant and gives_back(event.status):
        release_once(
            desk,
            desk.pseudonym(f"prolific/{event.participant}"),
            came_with={"SESSION_ID": event.submission},
            keys=event.keys,
        )
    return PlainTextResponse("ok")
