"""Reading what was sent by a form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

Handler = Callable[[Request], Awaitable[Response]]


def with_form(handle: Callable[[Request, FormData], Response]) -> Handler:
    """Return a route that reads a form, then handles it in a thread: the database may wait."""

    async def run(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=1_000)
        return await run_in_threadpool(handle, request, form)

    return run
