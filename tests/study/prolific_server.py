"""A real server on this machine that plays Prolific: its rules, its state and its bad days."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.study.prolific_documents import Exchange

TOKEN = "test-token-0123456789"
FEES, TAX = 0.33, 0.2
STEPS = {
    ("UNPUBLISHED", "PUBLISH"): "ACTIVE",
    ("ACTIVE", "PAUSE"): "PAUSED",
    ("PAUSED", "START"): "ACTIVE",
    ("ACTIVE", "STOP"): "COMPLETED",
    ("PAUSED", "STOP"): "COMPLETED",
}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """How one answer goes wrong."""

    status: int | None = None
    after: bool = False
    """Only after the request was carried out."""
    headers: dict[str, str] = {}
    text: str | None = None
    """Sent in place of the answer, as it is."""
    silence: float = 0
    """Seconds before anything is sent; longer than the test, where the client gives up first."""


class RefusedError(Exception):
    def __init__(self, detail: Any, *, status: int = 400, flat: bool = False) -> None:
        self.status = status
        error = {"status": status, "error_code": 140100, "title": "Error", "detail": detail}
        self.body = error if flat else {"error": error}


class Played:
    """The state of the platform, as a test sets it up and looks at it."""

    def __init__(self) -> None:
        self.currency = "GBP"
        self.largest_page = 100
        self.past_the_end = 404
        self.studies: dict[str, dict[str, Any]] = {}
        self.submissions: dict[str, dict[str, Any]] = {}
        self.bulks: dict[str, dict[str, Any]] = {}
        self.paid: list[str] = []
        """Bulk payments, once for each time that they were paid."""
        self.told: dict[str, str] = {}
        """What rejected people were told."""
        self.keys: list[dict[str, str]] = []
        self.faults: list[tuple[str, Fault]] = []
        self.exchanges: list[Exchange] = []
        self.url = ""
        self.ended = threading.Event()

    def fail(self, operation: str, *faults: Fault) -> None:
        """Let the next calls of an operation go wrong, one after the other."""
        self.faults += [(operation, fault) for fault in faults]

    def calls(self, method: str, ending: str) -> list[Exchange]:
        return [e for e in self.exchanges if e.method == method and e.path.endswith(ending)]

    def add_study(self, **fields: Any) -> str:
        study = {
            "id": f"study{len(self.studies) + 1:03d}",
            "name": "Rate replies",
            "description": "You rate replies of an assistant.",
            "external_study_url": "https://study.example.com/?x=1",
            "prolific_id_option": "url_parameters",
            "total_available_places": 10,
            "estimated_completion_time": 10,
            "reward": 150,
            "status": "UNPUBLISHED",
            "is_ready_to_publish": True,
            **fields,
        }
        self.studies[study["id"]] = study
        return str(study["id"])

    def add_submissions(self, study: str, count: int, status: str = "AWAITING REVIEW") -> list[str]:
        ids = []
        for _ in range(count):
            number = len(self.submissions) + 1
            self.submissions[f"sub{number:04d}"] = {
                "study_id": study,
                "participant": f"person{number:04d}",
                "status": status,
                "started_at": f"2026-03-01T10:{number // 60:02d}:{number % 60:02d}Z",
                "completed_at": None,
                "code": None,
            }
            ids.append(f"sub{number:04d}")
        return ids

    # The operations, by the names of the documents.

    def get_user(self, request: Request, body: Any) -> Any:
        return {"id": "account1", "email": "researcher@example.com"}

    def create_study(self, request: Request, body: Any) -> Any:
        if not body["completion_codes"]:
            raise RefusedError({"completion_codes": ["This field is required."]}, flat=True)
        fields = {**body, "status": "UNPUBLISHED", "is_ready_to_publish": True}
        return copy.deepcopy(self.studies[self.add_study(**fields)])

    def get_study(self, request: Request, body: Any) -> Any:
        return copy.deepcopy(self._study(request))

    def update_study(self, request: Request, body: Any) -> Any:
        study = self._study(request)
        if study["status"] != "UNPUBLISHED":
            if set(body) - {"internal_name", "total_available_places"}:
                raise RefusedError("Only some fields can be updated.")
            if body["total_available_places"] < study["total_available_places"]:
                raise RefusedError({"total_available_places": ["Only increasing is allowed."]})
            if study["status"] == "COMPLETED":
                study["status"] = "ACTIVE"
        study.update(body)
        return copy.deepcopy(study)

    def publish_study(self, request: Request, body: Any) -> Any:
        study = self._study(request)
        status = STEPS.get((study["status"], body["action"]))
        if status is None:
            raise RefusedError(f"Cannot {body['action']} a study that is {study['status']}.")
        study["status"] = status
        return copy.deepcopy(study)

    def get_study_cost(self, request: Request, body: Any) -> Any:
        study = self._study(request, flat=True)
        rewards = study["reward"] * study["total_available_places"]
        if study["status"] == "UNPUBLISHED" and request.query_params.get("is_projected") != "true":
            rewards = 0
        return {"rewards": self._breakdown(rewards), "bonuses": self._breakdown(0), "_links": {}}

    def calculate_study_cost(self, request: Request, body: Any) -> Any:
        parts = self._breakdown(body["reward"] * body["total_available_places"])
        return {"total_cost": sum(part["amount"] for part in parts.values())}

    def get_submissions(self, request: Request, body: Any) -> Any:
        query = request.query_params
        size = min(int(query.get("page_size", "20")), self.largest_page)
        begin = (int(query.get("page", "1")) - 1) * size
        mine = [
            {
                "id": name,
                "participant_id": one["participant"],
                "status": one["status"],
                "started_at": one["started_at"],
                "completed_at": one["completed_at"],
                "study_code": one["code"],
                "has_siblings": False,
            }
            for name, one in self.submissions.items()
            if one["study_id"] == query["study"]
        ]
        if begin and begin >= len(mine) and self.past_the_end != 200:
            raise RefusedError("Invalid page.", status=self.past_the_end, flat=True)
        return {"results": mine[begin : begin + size]}

    def get_submission(self, request: Request, body: Any) -> Any:
        return self._submission(request.path_params["id"])

    def transition_submission(self, request: Request, body: Any) -> Any:
        name = request.path_params["id"]
        if name not in self.submissions:
            raise RefusedError("Not found.", status=404)
        one = self.submissions[name]
        wanted = {"APPROVE": "APPROVED", "REJECT": "REJECTED"}[body["action"]]
        if body["action"] == "REJECT":
            if len(body.get("message", "")) < 100 or not body.get("rejection_category"):
                raise RefusedError({"message": ["It must be at least 100 chars long."]})
            self.told[name] = body["message"]
        if one["status"] not in ("AWAITING REVIEW", wanted):
            raise RefusedError(f"Cannot do this to a submission that is {one['status']}.")
        one["status"] = wanted
        return self._submission(name)

    def create_bonus_payments(self, request: Request, body: Any) -> Any:
        amount = 0
        for line in body["csv_bonuses"].splitlines():
            name, _, value = line.partition(",")
            if name not in self.submissions:
                raise RefusedError(f"{name} did not take part.")
            amount += round(float(value) * 100)
        parts = {key: part["amount"] for key, part in self._breakdown(amount).items()}
        bulk = {
            "id": f"bulk{len(self.bulks) + 1:03d}",
            "study": body["study_id"],
            "amount": amount,
            "fees": parts["fees"],
            "vat": parts["tax"],
            "total_amount": sum(parts.values()),
        }
        self.bulks[bulk["id"]] = bulk
        return bulk

    def pay_bonus_payments(self, request: Request, body: Any) -> Any:
        name = request.path_params["id"]
        if name not in self.bulks:
            raise RefusedError("Not found.", status=404)
        self.paid.append(name)  # As often as it is asked: the real one does so too.
        return "The payment is being processed."

    def get_study_jwks(self, request: Request, body: Any) -> Any:
        return {"keys": self.keys}

    def _study(self, request: Request, *, flat: bool = False) -> dict[str, Any]:
        name = request.path_params["id"]
        if name not in self.studies:
            raise RefusedError("Not found.", status=404, flat=flat)
        return self.studies[name]

    def _submission(self, name: str) -> dict[str, Any]:
        if name not in self.submissions:
            raise RefusedError("Not found.", status=404)
        one = self.submissions[name]
        return {
            "id": name,
            **{key: one[key] for key in ("study_id", "participant", "status", "started_at")},
            "completed_at": one["completed_at"],
            "entered_code": one["code"],
        }

    def _breakdown(self, rewards: float) -> dict[str, dict[str, Any]]:
        fees = rewards * FEES
        amounts = {"rewards": rewards, "fees": fees, "tax": fees * TAX}
        return {
            name: {"amount": amount, "currency": self.currency} for name, amount in amounts.items()
        }

    # How they are served.

    def endpoint(self, operation: str, status: int) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            raw = await request.body()
            body = json.loads(raw) if raw else None
            fault = self._fault(operation)
            if fault.silence:
                await self._silent(fault.silence)
            made = self._answer(request, operation, status, body, fault)
            self.exchanges.append(
                Exchange(
                    method=request.method,
                    path=request.url.path,
                    query=dict(request.query_params),
                    headers=dict(request.headers),
                    body=body,
                    status=made.status_code,
                    answer=None if fault.text is not None else json.loads(bytes(made.body)),
                    garbled=fault.text is not None,
                )
            )
            return made

        return answer

    def _answer(
        self, request: Request, operation: str, status: int, body: Any, fault: Fault
    ) -> Response:
        failed = fault.status is not None
        try:
            # The keys are for everybody.
            free = operation == "get_study_jwks"
            if not free and request.headers.get("authorization") != f"Token {TOKEN}":
                raise RefusedError("Invalid token.", status=401)
            if fault.after or (not failed and fault.text is None):
                content: Any = getattr(self, operation)(request, body)
        except RefusedError as error:
            return JSONResponse(error.body, error.status)
        if failed:
            status, content = fault.status or 500, {"error": {"title": "Fault", "detail": "Sorry."}}
        if fault.text is not None:
            return Response(fault.text, status, fault.headers, "application/json")
        return JSONResponse(content, status, fault.headers)

    def _fault(self, operation: str) -> Fault:
        for number, (name, fault) in enumerate(self.faults):
            if name == operation:
                del self.faults[number]
                return fault
        return Fault()

    async def _silent(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.ended.is_set():
            await asyncio.sleep(0.01)


ROUTES = (
    ("GET", "/api/v1/users/me/", "get_user", 200),
    ("POST", "/api/v1/studies/", "create_study", 201),
    ("GET", "/api/v1/studies/{id}/", "get_study", 200),
    ("PATCH", "/api/v1/studies/{id}/", "update_study", 200),
    ("POST", "/api/v1/studies/{id}/transition/", "publish_study", 200),
    ("GET", "/api/v1/studies/{id}/cost/", "get_study_cost", 200),
    ("POST", "/api/v1/study-cost-calculator/", "calculate_study_cost", 200),
    ("GET", "/api/v1/submissions/", "get_submissions", 200),
    ("POST", "/api/v1/submissions/bonus-payments/", "create_bonus_payments", 201),
    ("GET", "/api/v1/submissions/{id}/", "get_submission", 200),
    ("POST", "/api/v1/submissions/{id}/transition/", "transition_submission", 200),
    ("POST", "/api/v1/bulk-bonus-payments/{id}/pay/", "pay_bonus_payments", 202),
    ("GET", "/.well-known/study/jwks.json", "get_study_jwks", 200),
)


@contextlib.contextmanager
def serving() -> Iterator[Played]:
    played = Played()
    app = Starlette(
        routes=[
            Route(path, played.endpoint(operation, status), methods=[method])
            for method, path, operation, status in ROUTES
        ]
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        played.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield played
        finally:
            played.ended.set()
            server.should_exit = True
            thread.join()
