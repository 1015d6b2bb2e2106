"""Routes for whoever runs the server."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from recenter.server.callers import ByApplication
from recenter.server.problems import REFUSALS

router = APIRouter(tags=["operating"], responses=dict(REFUSALS))


@router.get("/healthz", response_class=PlainTextResponse)
def healthz(request: Request) -> str:
    """Tell whether the server runs and its store answers. Needs no key."""
    request.app.state.memory.engine.store.database.tables()
    return "ok"


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request, _: ByApplication) -> Response:
    """Return counters in Prometheus' text format: no texts, no ids."""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
