"""What is answered where something was refused or failed: one shape, and one table of statuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from recenter.errors import (
    InputError,
    ModelError,
    ModelTimeoutError,
    RateLimitedError,
    RecenterError,
    RefusedError,
    StoreError,
)
from recenter.pages.logs import fault_of


class Problem(BaseModel):
    """What went wrong, where in the request, and what to do."""

    what: str
    field: str | None = None
    cure: str | None = None


STATUSES: Sequence[tuple[type[RecenterError], int]] = (
    (InputError, 422),
    (RateLimitedError, 503),
    (ModelTimeoutError, 504),
    (ModelError, 502),
    (StoreError, 503),
    (RecenterError, 500),
)
"""Status of an error, by the first class that it is of."""

# What a store or a model says may quote paths, addresses or somebody's words.
_OURS: Mapping[int, str] = {
    500: "something went wrong on the server's side.",
    502: "a model that was asked gave no usable answer; nothing was stored.",
    503: "the store or a model cannot be reached now.",
    504: "a model that was asked did not answer in time; nothing was stored.",
}
_TRY_AGAIN = "Try again later; the server's log has the kind of error under the request's id."
_HTTP: Mapping[int, str] = {
    400: "the body is not JSON.",
    404: "there is no such route.",
    405: "this route does not take this method.",
    413: "the body is too large.",
    415: "the body is not sent as JSON.",
}
_AS_JSON = "Send the header `Content-Type: application/json`."
_WORDS: Mapping[str, str] = {
    # The only pattern that a request is held to asks for this; nobody should have to read it.
    "string_pattern_mismatch": "must hold more than spaces",
    "string_too_short": "must not be empty",
    "extra_forbidden": "this route takes no such field",
    "missing": "must be given",
}
REFUSALS: Mapping[int | str, dict[str, Any]] = {
    422: {
        "model": Problem,
        "description": "The request is not of the right shape, or asks what cannot be done.",
    },
    "default": {
        "model": Problem,
        "description": (
            "400: the body is not JSON. 401: no key that is known. 403: the key does not open this "
            "person. 404: there is nothing of this id that the key opens. 409: the person was "
            "forgotten. 413: the body is too large. 415: it is not sent as JSON. 429: the key "
            "asked too often. 500, 502, 503, 504: the server, a model or the store failed."
        ),
    },
}
"""Documentation of what every route may answer beside its result."""


def add_handlers(app: FastAPI) -> None:
    """Have errors of an app answered as problems."""
    app.add_exception_handler(RecenterError, _recenter_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)


def status_of(error: RecenterError) -> int:
    """Return the HTTP status that an error is answered with."""
    if isinstance(error, RefusedError):
        return error.status
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def problem_of(error: RecenterError) -> Problem:
    """Return an error as it is told: of the server's own faults, no more than their kind."""
    status = status_of(error)
    if status in _OURS:
        return Problem(what=_OURS[status], cure=_TRY_AGAIN)
    if isinstance(error, InputError):
        return Problem(what=error.reason, field=error.field, cure=error.cure)
    what = str(error).removesuffix(f" {error.cure}") if error.cure else str(error)
    return Problem(what=what, cure=error.cure)


def answer(status: int, problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return a problem as a response."""
    return JSONResponse(problem.model_dump(), status_code=status, headers=dict(headers or {}))


def fault() -> JSONResponse:
    """Return the answer to a request on which the server itself failed."""
    return answer(500, Problem(what=_OURS[500], cure=_TRY_AGAIN))


def told(request: Request, error: RecenterError | HTTPException) -> JSONResponse:
    """Return the answer to a request that was refused or failed, as for every route."""
    made = _recenter_error if isinstance(error, RecenterError) else _http_error
    return made(request, error)


def _recenter_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RecenterError):
        return fault()
    status = status_of(error)
    if status >= 500:
        request.state.fault = fault_of(error)
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 429:
        headers["Retry-After"] = str(request.app.state.limit.pause)
    return answer(status, problem_of(error), headers)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    if first.get("type") == "json_invalid":
        return answer(400, Problem(what=_HTTP[400], cure="Send JSON as UTF-8."))
    place = tuple(str(part) for part in first.get("loc", ()))
    if place == ("body",) and not _is_json(request):
        return answer(415, Problem(what=_HTTP[415], cure=_AS_JSON))
    what = _WORDS.get(str(first.get("type"))) or str(first.get("msg", "is not of the right shape"))
    told = what.removeprefix("Value error, ")
    field = ".".join(place[1:]) or None
    return answer(422, Problem(what=f"{told}.", field=field, cure="See /openapi.json."))


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def _http_error(_: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    what = _HTTP.get(status) or _OURS.get(status) or "this cannot be asked in this way."
    return answer(status, Problem(what=what), headers)
