"""`/v1/chat/completions` and `/v1/models`, in front of an endpoint."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI, Request, Response

from recenter.memory import Context
from recenter.memory.answers import CHAT, Heard
from recenter.server.callers import ByApplication
from recenter.server.problems import REFUSALS
from recenter.server.proxy.asked import Asked, read
from recenter.server.proxy.passing import Hear, Passing
from recenter.server.proxy.upstream import Upstream

_KEPT = ("use", "nothing", "ask")
"""Decisions of which there is a receipt."""


def proxy_router(upstream: Upstream) -> APIRouter:
    """Return the routes in front of an endpoint.

    The endpoint's status, headers and bytes are passed through; where nothing is used, its request
    is byte for byte the client's. A key of one person does not open these: they spend.
    """
    # No connection is kept from a client because others are open.
    client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None))

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        async with client:
            yield

    router = APIRouter(tags=["chat"], responses=dict(REFUSALS), lifespan=living)

    @router.post("/v1/chat/completions", response_class=Response)
    async def chat_completions(request: Request, by: ByApplication) -> Response:
        """Answer as the endpoint does, with what is known of a person where it matters.

        The person is that of the header `X-User-Id`, or of the body's `user`; the conversation that
        of `X-Conversation-Id`. With `X-Recenter-Incognito: 1` nothing is used and nothing learned.
        `X-Recenter-Decision` says what was decided, `X-Recenter-Receipt` under which id it is kept.
        """
        body = await request.body()
        asked = read(body, request.headers, by.memory)
        context = None if asked is None else await asked.decided()
        if asked is not None and context:
            body = asked.written(context)
        if context is not None:
            request.app.state.metrics.decided(context.decision)
        query = request.url.query
        sent = upstream.request("POST", "/chat/completions", query, request.headers.raw, body)
        return Passing(client, sent, headers=_told(context), heard=_learning(asked))

    @router.get("/v1/models", response_class=Response)
    async def models(request: Request, _: ByApplication) -> Response:
        """List the models of the endpoint, in its own words."""
        query = request.url.query
        sent = upstream.request("GET", "/models", query, request.headers.raw, b"")
        return Passing(client, sent, headers={}, heard=None)

    return router


def _told(context: Context | None) -> dict[str, str]:
    if context is None:
        return {}
    told: dict[str, str] = {"X-Recenter-Decision": context.decision}
    if context.decision in _KEPT:
        told["X-Recenter-Receipt"] = context.receipt_id
    return told


def _learning(asked: Asked | None) -> Hear | None:
    """Return what reads the answer, off the path, and has the conversation learned from."""
    if asked is None or asked.incognito:
        return None
    return lambda answer: _hear(answer, Heard(CHAT, asked.messages, asked.learn))


def _hear(answer: httpx.Response | None, heard: Heard) -> None:
    try:
        if answer is None:
            heard.broken()
        elif "text/event-stream" in answer.headers.get("content-type", ""):
            for line in answer.text.split("\n"):
                data = line.removeprefix("data:").strip()
                if line.startswith("data:") and data != "[DONE]":
                    heard.take(json.loads(data))
            heard.end()
        else:
            heard.whole(answer.json())
    except (ValueError, TypeError, AttributeError, httpx.HTTPError):
        heard.broken()  # Not as this interface has it.
