"""Routes for whoever runs the server."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from recenter.memory.queue import failures as failures_of
from recenter.server import told
from recenter.server.callers import ByApplication
from recenter.server.problems import REFUSALS

router = APIRouter(tags=["operating"], responses=dict(REFUSALS))


_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}}
}


@router.get("/healthz", response_class=Response, responses=_TEXT)
def healthz(request: Request) -> Response:
    """Tell whether the server runs and its store answers. Needs no key."""
    request.app.state.memory.engine.store.database.tables()
    return PlainTextResponse("ok")


@router.get("/metrics", response_class=Response, responses=_TEXT)
def metrics(request: Request, _: ByApplication) -> Response:
    """Return counters in Prometheus' text format: no texts, no ids."""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)


@router.get("/failures", response_model=told.Failures)
def failures(by: ByApplication) -> told.Failures:
    """Return the conversations of the application that could not be learned from, and why."""
    found = [
        told.Failure(
            conversation=task.item, person=task.person, attempts=task.attempts, error=task.error
        )
        for task in failures_of(by.memory.engine.store)
        if task.person is not None and by.owns(task.person)
    ]
    return told.Failures(results=found)
