"""`/v1/chat/completions` and `/v1/models`, in front of an endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import aiohttp
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from recenter.errors import RecenterError
from recenter.memory import Context, Memory
from recenter.server.callers import (
    ByApplication,
    Caller,
    admitted,
    bearer,
    caller_of,
    no_key,
    require_application,
)
from recenter.server.problems import REFUSALS, told
from recenter.server.proxy.asked import Asked, Read, read
from recenter.server.proxy.hearing import learning
from recenter.server.proxy.passing import Passing
from recenter.server.proxy.upstream import Upstream, open_session

_CHATS = "/v1/chat/completions"
_KEPT = ("use", "nothing", "ask")
"""Decisions of which there is a receipt."""
_SMALL = 65_536
"""Bytes of a body that is read before it is known whether the key is good; the server holds as many
of any request.
"""
_LOOKING = 4


class Proxy:
    """What stands in front of an endpoint.

    The endpoint's status, headers and bytes are passed through; where nothing is used, its request
    is byte for byte the client's. A key of one person does not open these: they spend.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._session: aiohttp.ClientSession
        self._looking = ThreadPoolExecutor(_LOOKING, "recenter-looking")
        self.router = APIRouter(tags=["chat"], responses=dict(REFUSALS), lifespan=self._living)
        """The routes as they are documented."""
        self.router.post(_CHATS, response_class=Response)(self.chat_completions)
        self.router.get("/v1/models", response_class=Response)(self.models)

    @asynccontextmanager
    async def _living(self, _: FastAPI) -> AsyncIterator[None]:
        try:
            async with open_session(self._upstream) as self._session:
                yield
        finally:
            self._looking.shutdown(wait=False)

    async def chat_completions(self, request: Request, by: ByApplication) -> Response:
        """Answer as the endpoint does, with what is known of a person where it matters.

        The person is that of the header `X-User-Id`, or of the body's `user`; the conversation that
        of `X-Conversation-Id`. With `X-Recenter-Incognito: 1` nothing is used and nothing learned.
        `X-Recenter-Decision` says what was decided, `X-Recenter-Receipt` under which id it is kept.
        """
        found = read(await request.body(), request.headers)
        asked = None if found is None else Asked.of(by, found)
        return await self._passing(request, asked, None)

    async def models(self, request: Request, _: ByApplication) -> Response:
        """List the models of the endpoint, in its own words."""
        query = request.url.query
        sent = self._upstream.request("GET", "/models", query, request.headers.raw, b"")
        return Passing(self._session, sent, headers={}, heard=None)

    def ahead(self, app: ASGIApp) -> ASGIApp:
        """Return an app whose chats do without what other routes need: finding one among many,
        solving what it depends on, and a thread for each of that.
        """

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", _CHATS):
                await app(scope, receive, send)
                return
            scope["route"] = self.router.routes[0]
            request = Request(scope, receive)
            answer: Response
            try:
                answer = await self._chat(request)
            except (RecenterError, HTTPException) as error:
                answer = told(request, error)
            await answer(scope, receive, send)

        return serve

    async def _chat(self, request: Request) -> Response:
        given = await bearer(request)
        if given is None:
            raise no_key()
        key, memory = given.credentials, request.app.state.memory
        loop = asyncio.get_running_loop()
        # The key first, but where a body is small: then one look at the store tells both.
        told_size = request.headers.get("content-length", "")
        small = told_size.isdigit() and int(told_size) <= _SMALL
        found = read(await request.body(), request.headers) if small else None
        caller, context = await loop.run_in_executor(self._looking, _look, memory, key, found)
        by = require_application(admitted(request, caller))
        if not small:
            found = read(await request.body(), request.headers)
        asked = None if found is None else Asked.of(by, found)
        return await self._passing(request, asked, context)

    async def _passing(
        self, request: Request, asked: Asked | None, context: Context | None
    ) -> Response:
        """Return the endpoint's answer to what is asked, once it is decided what is used."""
        body = await request.body()
        if asked is not None:
            # One that uses nothing is false, and made all the same.
            context = await asked.decided() if context is None else context
            if context:
                body = asked.written(context)
            request.app.state.metrics.decided(context.decision)
        query = request.url.query
        sent = self._upstream.request("POST", "/chat/completions", query, request.headers.raw, body)
        heard = learning(asked, context)
        return Passing(self._session, sent, headers=_told(context), heard=heard)


def _look(memory: Memory, key: str, found: Read | None) -> tuple[Caller | None, Context | None]:
    """Return who asks, and what is used where that is plain: both from one turn at the store."""
    caller = caller_of(memory, key)
    if caller is None or caller.scope.person is not None or found is None:
        return caller, None
    return caller, Asked.of(caller, found).glanced()


def _told(context: Context | None) -> dict[str, str]:
    if context is None:
        return {}
    told: dict[str, str] = {"X-Recenter-Decision": context.decision}
    if context.decision in _KEPT:
        told["X-Recenter-Receipt"] = context.receipt_id
    return told
