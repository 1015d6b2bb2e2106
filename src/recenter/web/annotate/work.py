"""The pages of the work itself, and how what is done on them is saved."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from recenter import formats
from recenter.errors import InputError, RefusedError
from recenter.study.design import Task
from recenter.study.ledger import joining, reading, saving
from recenter.study.ledger.desk import refused
from recenter.study.ledger.events import Event, EventKind, Sent
from recenter.study.ledger.opening import current_texts
from recenter.study.ledger.reading import Shown
from recenter.web import sessions
from recenter.web.annotate.here import Here, here, posted
from recenter.web.annotate.view import place_page, side_pages
from recenter.web.site import DAYS, page, site_of

_PAIRS_AT_END = 3
_TEMPLATES = {
    "attribute": "annotate/supported.html",
    "attribute_query": "annotate/relevant.html",
    "reply_pair": "annotate/better.html",
}


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a page has not been told to be saved yet, in the order in which it was done."""

    slot: Annotated[str, Meta(max_length=40)]
    """Of the page, so that what is sent late is not taken for what is shown now."""
    events: Annotated[tuple[msgspec.Raw, ...], Meta(min_length=1, max_length=50)]
    """Each a `Sent`, read on its own: one that cannot be read takes no other with it."""


class _Named(msgspec.Struct, frozen=True):
    """What is left of an event that cannot be read."""

    id: str


async def events(request: Request) -> Response:
    """Save what a page tells, and say what was saved and what cannot be.

    What is refused is refused for good: sending it again would not help.
    """
    body = await request.body()
    return await run_in_threadpool(_save_all, request, body)


def _save_all(request: Request, body: bytes) -> Response:
    site = site_of(request)
    session = sessions.current(request, site.desk, kind="annotator", days=DAYS)
    if session is None:
        raise RefusedError("nobody is logged in here.", status=403)
    sessions.check_form(session, site.desk, request.headers.get("x-form"))
    batch = formats.decode(body, Batch)
    saved: list[str] = []
    lost: dict[str, str] = {}
    status, at = 200, 0.0
    for raw in batch.events:
        try:
            sent = formats.decode(bytes(raw), Sent)
            # Where the study has them is not worked out: a save checks itself what is allowed.
            event = Event(slot=batch.slot, **msgspec.structs.asdict(sent))
            at = saving.save(site.desk, session.who, event).at
            saved.append(sent.id)
        except RefusedError as error:
            lost[sent.id], status = str(error), error.status
            refused(site.desk, f"event: {error}")
        except InputError as error:
            lost |= dict.fromkeys(_id_of(bytes(raw)), error.reason)
            status = 422
            refused(site.desk, f"event: {error.reason}")
    return JSONResponse(
        {"saved": saved, "refused": lost, "at": at}, status_code=200 if saved else status
    )


def _id_of(raw: bytes) -> tuple[str, ...]:
    """Return the id of an event that cannot be read, if it has one."""
    try:
        return (formats.decode(raw, _Named).id,)
    except InputError:
        return ()


def show(request: Request) -> Response:
    """Show a place of what somebody is at."""
    asked = here(request)
    position = int(request.path_params["position"])
    if asked.step.kind != request.path_params["purpose"] or asked.step.slot is None:
        return RedirectResponse(f"{asked.site.root}/next", status_code=303)
    shown = reading.shown(asked.desk, asked.annotator.id, asked.step.slot, position)
    if asked.step.kind == "training" and shown.place.done is not None:
        return RedirectResponse(f"{asked.site.root}/feedback/{shown.slot.id}/{position}", 303)
    _event(asked, shown, "shown")
    return _place(request, asked, shown)


def hand_in(request: Request, form: FormData) -> Response:
    """Save a page as a form, mark it done, and go on; or show what is missing."""
    asked = posted(request, form)
    position = int(request.path_params["position"])
    slot = str(form.get("slot", ""))
    shown = reading.shown(asked.desk, asked.annotator.id, slot, position)
    _save_form(asked, shown, form)
    missing = saving.submit(asked.desk, asked.annotator.id, slot, position)
    if missing:
        shown = reading.shown(asked.desk, asked.annotator.id, slot, position)
        return _place(request, asked, shown, missing=missing)
    if shown.slot.purpose == "training":
        return RedirectResponse(f"{asked.site.root}/feedback/{slot}/{position}", 303)
    return RedirectResponse(f"{asked.site.root}/next", status_code=303)


def feedback(request: Request) -> Response:
    """Show the right answers to a training item that was handed in.

    Raises:
        RefusedError: it was not handed in, or is none.
    """
    asked = here(request)
    slot, position = request.path_params["slot"], int(request.path_params["position"])
    shown = reading.shown(asked.desk, asked.annotator.id, slot, position)
    if shown.slot.purpose != "training" or shown.place.done is None:
        raise RefusedError("there is no feedback on this.", status=403)
    task = asked.desk.study.task(shown.slot.task)
    return page(
        request,
        "annotate/feedback.html",
        csrf=asked.csrf,
        task=task,
        question=task.asks,
        place=place_page(task, shown, feedback=True),
        state=shown.slot.state,
        left=_tries_left(asked, task),
    )


def _tries_left(asked: Here, task: Task) -> int:
    slots = joining.held(asked.desk, asked.annotator.id)
    used = sum((slot.task, slot.purpose) == (task.name, "training") for slot in slots)
    return task.training.tries - used if task.training else 0


def sides(request: Request) -> Response:
    """Ask which side was personalised, of the last pairs that somebody rated."""
    asked = here(request)
    if asked.step.kind != "unblind" or asked.step.slot is None:
        return RedirectResponse(f"{asked.site.root}/next", status_code=303)
    last = _last_pairs(asked)
    return page(
        request,
        "annotate/sides.html",
        csrf=asked.csrf,
        slot=asked.step.slot,
        pairs=side_pages([(shown.place, shown.item) for shown in last]),
    )


def guess(request: Request, form: FormData) -> Response:
    """Save what somebody thinks which side was personalised."""
    asked = posted(request, form)
    if asked.step.kind == "unblind":
        for shown in _last_pairs(asked):
            answer = str(form.get(f"side-{shown.place.position}") or "cannot_tell")
            _event(asked, shown, "unblind", answer=answer)
    return RedirectResponse(f"{asked.site.root}/next", status_code=303)


def _last_pairs(asked: Here) -> list[Shown]:
    slot = asked.step.slot or ""
    rows = [row for row in reading.places(asked.desk, slot) if row.kind == "work"]
    return [
        reading.shown(asked.desk, asked.annotator.id, slot, row.position)
        for row in rows[-_PAIRS_AT_END:]
    ]


def _place(
    request: Request, asked: Here, shown: Shown, *, missing: tuple[str, ...] = ()
) -> Response:
    task = asked.desk.study.task(shown.slot.task)
    return page(
        request,
        _TEMPLATES[task.asks.subject],
        status=422 if missing else 200,
        csrf=asked.csrf,
        task=task,
        question=task.asks,
        place=place_page(task, shown, missing=missing),
        slot=shown.slot,
        guide=current_texts(asked.desk)[task.name][1],
    )


def _save_form(asked: Here, shown: Shown, form: FormData) -> None:
    """Save what a form says and is not saved yet: all of it, where no script ran."""
    for part in shown.item.parts:
        answer = form.get(f"answer-{part.name}")
        if not answer:
            continue
        question = asked.desk.study.task(shown.slot.task).asks
        # Where no script hides it, a failure mode may be chosen beside an answer without one.
        negative = answer in question.values and answer not in question.positive
        failure = str(form.get(f"failure-{part.name}") or "") or None if negative else None
        note = str(form.get(f"note-{part.name}") or "").replace("\r\n", "\n").strip() or None
        told = reading.Given(answer=str(answer), failure=failure, note=note)
        if shown.given.get(part.name) != told:
            _event(
                asked, shown, "answer", part=part.name, answer=told.answer,
                failure=told.failure, note=told.note,
            )  # fmt: skip


def _event(asked: Here, shown: Shown, kind: EventKind, **told: Any) -> None:
    event = Event(
        id=f"srv_{secrets.token_hex(12)}",
        slot=shown.slot.id,
        position=shown.place.position,
        kind=kind,
        seq=reading.last_seq(asked.desk, asked.annotator.id) + 1,
        **told,
    )
    saving.save(asked.desk, asked.annotator.id, event)
