"""What holds for every request: small bodies, safe answers, an id, one line in the log."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recenter.pages.logs import fault_of
from recenter.server.problems import Problem, answer, fault

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_log = logging.getLogger("recenter.server")

Told = Callable[[str, str, int, float], None]
"""Takes method, route, status and seconds of a request that was answered."""


class Guard:
    """Serves requests with what holds for all of them. Texts and ids of people are never logged:
    of a path only the route is, of an error only its class and where it arose.
    """

    def __init__(self, app: ASGIApp, *, largest_body: int, told: Told) -> None:
        self._app, self._largest, self._told = app, largest_body, told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._largest)
        try:
            if exchange.is_too_large:
                problem = Problem(
                    what="the body is too large.", cure=f"Send at most {self._largest} bytes."
                )
                await answer(413, problem)(scope, receive, exchange.send)
            else:
                await self._app(scope, exchange.receive, exchange.send)
        # Whatever it is must not reach the server's own log, which would print what it quotes.
        except Exception as error:  # noqa: BLE001
            scope.setdefault("state", {})["fault"] = fault_of(error)
            if not exchange.status:
                await fault()(scope, receive, exchange.send)
        finally:
            self._tell(exchange, scope)

    def _tell(self, exchange: _Exchange, scope: Scope) -> None:
        seconds = time.perf_counter() - exchange.began
        route = getattr(scope.get("route"), "path", "") or ""
        state = scope.get("state", {})
        failed = state.get("fault")
        self._told(scope["method"], route, exchange.status, seconds)
        line = {
            "request": exchange.id,
            "method": scope["method"],
            "route": route or None,
            "status": exchange.status,
            "ms": round(seconds * 1000, 1),
            "key": state.get("key"),
        }
        if failed is not None:
            line |= {"error": failed.kind, "where": failed.where}
        _log.log(logging.ERROR if failed else logging.INFO, "request", extra={"fields": line})


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, largest: int) -> None:
        self._receive, self._send, self._largest = receive, send, largest
        self.id = secrets.token_hex(8)
        self.began = time.perf_counter()
        self.status = 0
        self._read = 0
        told = dict(scope["headers"]).get(b"content-length", b"0")
        self.is_too_large = not told.isdigit() or int(told) > largest

    async def receive(self) -> Message:
        """Pass a part of the body on, as long as it is not too large."""
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > self._largest:
            raise HTTPException(413)
        return message

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, with the headers of all; a route may set its own."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            # That of an endpoint whose answer is passed on stays: its own log has it.
            headers.setdefault("X-Request-Id", self.id)
        await self._send(message)
