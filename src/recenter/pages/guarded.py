"""What holds for every request to a server of pages."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 256_000
"""Bytes of a request; a page of decisions with notes is far smaller."""

LONGEST_PATH = 500
"""Characters of a path; every page has a shorter one."""

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Guarded:
    """Keeps bodies small and answers safe: headers that let a page load nothing from elsewhere.

    Only what lies under `static` may be kept by a browser.
    """

    def __init__(self, app: ASGIApp, *, static: str = "/static") -> None:
        self._app, self._static = app, static

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if len(scope["path"]) > LONGEST_PATH:
            await PlainTextResponse("there is no such page", status_code=404)(scope, receive, send)
            return
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if not told.isdigit() or int(told) > LARGEST_BODY:
            await PlainTextResponse("too large", status_code=413)(scope, receive, send)
            return
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST_BODY:
                raise HTTPException(413)
            return message

        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                if not scope["path"].startswith(self._static):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, limited, safe)
