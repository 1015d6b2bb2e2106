"""From consent to the code at the end: the pages around the work."""

from __future__ import annotations

import time

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recenter.errors import RefusedError
from recenter.study.design import Task
from recenter.study.ledger import joining, reading, saving
from recenter.study.ledger.opening import current_texts
from recenter.study.steps import first_open, tasks_of
from recenter.web.annotate.ending import ending
from recenter.web.annotate.here import Here, here, posted
from recenter.web.site import page


def go_on(request: Request) -> Response:
    """Send somebody to what they do next."""
    asked = here(request)
    step = asked.step
    if step.kind == "screen":
        joining.end(asked.desk, asked.annotator.id, "screened_out")
        return _to(asked, "done")
    if step.kind == "finish":
        joining.end(asked.desk, asked.annotator.id, "completed")
        return _to(asked, "done")
    if step.kind in ("training", "work") and step.slot is not None:
        position = first_open(reading.places(asked.desk, step.slot))
        if position is None:
            saving.settle(asked.desk, asked.annotator.id, step.slot)
            return _to(asked, "next")
        return _to(asked, f"{step.kind}/{position}")
    ways = {"consent": "consent", "guidelines": "guidelines", "unblind": "sides", "end": "done"}
    return _to(asked, ways[step.kind])


def consent(request: Request) -> Response:
    """Show what somebody agrees to."""
    asked = here(request)
    if asked.annotator.ended:
        return _to(asked, "done")
    study = asked.desk.study
    return page(
        request,
        "annotate/consent.html",
        csrf=asked.csrf,
        text=current_texts(asked.desk)[""][1],
        given=asked.annotator.consented is not None,
        tasks=tasks_of(study, asked.annotator),
    )


def agree(request: Request, form: FormData) -> Response:
    """Take somebody's consent, or that they do not give it."""
    asked = posted(request, form)
    if form.get("agree") == "yes":
        joining.agree(asked.desk, asked.annotator.id)
    elif asked.annotator.consented is None:
        joining.end(asked.desk, asked.annotator.id, "no_consent")
    return _to(asked, "next")


def guidelines(request: Request) -> Response:
    """Show the guidelines of the task that somebody is at, before they begin."""
    asked = here(request)
    if asked.step.kind != "guidelines":
        return _to(asked, "next")
    task = asked.task
    return page(
        request,
        "annotate/guidelines.html",
        csrf=asked.csrf,
        text=current_texts(asked.desk)[task.name][1],
        question=task.asks,
        task=task,
        attempt=asked.step.attempt,
        trained=_trained(asked, task),
        number=[one.name for one in tasks_of(asked.desk.study, asked.annotator)].index(task.name)
        + 1,
        count=len(tasks_of(asked.desk.study, asked.annotator)),
    )


def begin(request: Request, form: FormData) -> Response:
    """Give somebody the training of their task, or its work; or tell them that none is left."""
    asked = posted(request, form)
    if asked.step.kind != "guidelines":
        return _to(asked, "next")
    if asked.task.training is not None and not _trained(asked, asked.task):
        joining.train(asked.desk, asked.annotator, asked.task)
    elif joining.claim(asked.desk, asked.annotator, asked.task) is None:
        # Whoever handed work in is not one who came too late, and is paid for it.
        slots = joining.held(asked.desk, asked.annotator.id)
        worked = any(slot.purpose == "work" and slot.state == "done" for slot in slots)
        joining.end(asked.desk, asked.annotator.id, "completed" if worked else "full")
    return _to(asked, "next")


def pause(request: Request, form: FormData) -> Response:
    """Keep somebody's work until they come back."""
    asked = posted(request, form)
    until = saving.pause(asked.desk, asked.annotator.id)
    return page(
        request,
        "annotate/paused.html",
        until=time.strftime("%d %B %Y, %H:%M UTC", time.gmtime(until)),
    )


def leave(request: Request) -> Response:
    """Ask once more whether somebody's answers are to be removed."""
    asked = here(request)
    return page(request, "annotate/withdraw.html", csrf=asked.csrf)


def withdraw(request: Request, form: FormData) -> Response:
    """Remove somebody's answers."""
    asked = posted(request, form)
    saving.withdraw(asked.desk, asked.annotator.id)
    return _to(asked, "done?removed=1")


def done(request: Request) -> Response:
    """Show how somebody's part ended, with the code of that end, if it takes one, and no other.

    Raises:
        RefusedError: it has not ended.
    """
    asked = here(request)
    if not asked.annotator.ended:
        raise RefusedError(
            "there is no code yet: your part has not ended.", status=409, cure="Go on with it."
        )
    state = asked.annotator.state
    return page(
        request,
        "annotate/done.html",
        csrf=asked.csrf,
        end=ending(
            asked.desk,
            asked.annotator,
            left_out=asked.annotator.id in reading.left_out(asked.desk),
            removed="removed" in request.query_params,
        ),
        may_withdraw=state not in ("withdrawn", "no_consent"),
    )


def _trained(asked: Here, task: Task) -> bool:
    slots = joining.held(asked.desk, asked.annotator.id)
    return any(slot.task == task.name and slot.state == "passed" for slot in slots)


def _to(asked: Here, where: str) -> Response:
    return RedirectResponse(f"{asked.site.root}/{where}", status_code=303)
