"""The server of memory: routers, errors, and what holds for every request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from recenter import __version__
from recenter.memory import Memory
from recenter.server.guard import Guard
from recenter.server.lapsing import HOUR, Lapsing
from recenter.server.limits import RateLimit
from recenter.server.metrics import Metrics
from recenter.server.page.routes import page_mount
from recenter.server.problems import add_handlers
from recenter.server.routes import answers, memories, operating, people

ROUTERS: Sequence[APIRouter] = (
    memories.router,
    answers.router,
    people.router,
    operating.router,
)
"""All that is served."""

LARGEST_BODY = 8_000_000
"""Bytes of a request: a long conversation, with pictures that are passed on."""
PER_MINUTE = 600


def make_app(
    memory: Memory,
    *,
    routers: Sequence[APIRouter] = ROUTERS,
    ahead: Sequence[Callable[[ASGIApp], ASGIApp]] = (),
    hosts: Sequence[str] = ("*",),
    largest_body: int = LARGEST_BODY,
    per_minute: int = PER_MINUTE,
    lapse_every: float = HOUR,
    url: str | None = None,
) -> FastAPI:
    """Return the server of a memory, which it closes when it ends.

    Args:
        memory: whose store, models and threads serve all applications.
        routers: what is served; see `callers` for who asks.
        ahead: what answers some requests before they are routed, and passes on the others.
        hosts: names that it answers to.
        largest_body: bytes of a request.
        per_minute: how often a key may ask; 0 sets no limit.
        lapse_every: seconds between two rounds of retention.
        url: how people reach it, for the links to their pages; None where they reach it as it is.
    """
    metrics = Metrics(memory)
    app = FastAPI(
        title="Recenter",
        summary="Memory that mostly stays quiet and shows its evidence.",
        version=__version__,
        # The usual page of documentation loads its scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        lifespan=_living(memory, lapse_every),
    )
    app.state.memory = memory
    app.state.metrics = metrics
    app.state.limit = RateLimit(per_minute)
    app.state.url = url
    add_handlers(app)
    for router in routers:
        app.include_router(router)
    secure = url is not None and url.startswith("https://")
    app.router.routes.append(page_mount(memory, secure=secure))
    for one in ahead:
        app.add_middleware(one)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.add_middleware(Guard, largest_body=largest_body, told=metrics.answered)
    return app


def _living(
    memory: Memory, lapse_every: float
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        """Learn and remove what has lapsed as long as the server runs; end in order."""
        lapsing = Lapsing(memory, seconds=lapse_every)
        # Or the first answers might be given without memory, because it came too late.
        memory.engine.warm()
        memory.engine.worker.start()
        lapsing.start()
        try:
            yield
        finally:
            await run_in_threadpool(lapsing.stop)
            await run_in_threadpool(memory.close)

    return living
