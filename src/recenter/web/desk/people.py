"""The annotators of a study: how they work, and who is left out."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from recenter.errors import RefusedError
from recenter.study.agreement import consensus
from recenter.study.ledger import reading, running
from recenter.study.ledger.desk import Annotator, annotators
from recenter.study.quality import Quality, quality
from recenter.web.desk.progress import STATES
from recenter.web.desk.staff import Asked
from recenter.web.desk.words import brief, marks, moment, span

_LONGEST_REASON = 2_000


class Person(msgspec.Struct, frozen=True):
    """An annotator by number, as a row."""

    number: int
    state: str
    band: str
    joined: str
    seen: str
    minutes: float
    """Active, practice included."""
    excluded: bool
    flags: tuple[str, ...]


class Work(msgspec.Struct, frozen=True):
    """An annotator's work on a task, in words."""

    task: str
    number: int
    answers: int
    declined: int
    positive: str
    others_positive: str
    agreement: str
    model: str
    checks: str
    gold: str
    seconds: str
    others_seconds: str
    opened: str
    run: str
    repeated: str
    kappa: str
    flags: tuple[str, ...]
    excluded: bool


class Exclusion(msgspec.Struct, frozen=True):
    """That somebody was left out, as a row."""

    reason: str
    account: str
    at: str
    undone: str


def everyone(asked: Asked) -> Response:
    """Show everyone who came, and how they work on each task."""
    people, works = _all(asked)
    tasks = asked.desk.study.tasks
    return asked.page(
        "annotators",
        people=people,
        works={task.name: [one for one in works if one.task == task.name] for task in tasks},
        tasks=tasks,
    )


def one(asked: Asked) -> Response:
    """Show one annotator, with the form that leaves them out or takes them back."""
    annotator = _annotator(asked, int(asked.request.path_params["number"]))
    people, works = _all(asked)
    history = [
        Exclusion(reason, account, moment(at), moment(undone))
        for who, reason, account, at, undone in reading.exclusions(asked.desk)
        if who == annotator.id
    ]
    return asked.page(
        "annotator",
        person=next(person for person in people if person.number == annotator.number),
        works=[work for work in works if work.number == annotator.number],
        history=history,
        longest=_LONGEST_REASON,
    )


def exclude(asked: Asked) -> Response:
    """Leave an annotator out, and give their work to others if that was chosen."""
    annotator = _annotator(asked, int(asked.request.path_params["number"]))
    if _is_out(asked, annotator):
        raise RefusedError("they are left out already.", status=409)
    running.exclude(
        asked.desk,
        annotator.id,
        reason=str(asked.form.get("reason", ""))[:_LONGEST_REASON],
        account=asked.account.name,
        replace=asked.form.get("work") == "replace",
    )
    return asked.go(f"annotators/{annotator.number}")


def include(asked: Asked) -> Response:
    """Take the exclusion of an annotator back."""
    annotator = _annotator(asked, int(asked.request.path_params["number"]))
    running.include(asked.desk, annotator.id)
    return asked.go(f"annotators/{annotator.number}")


def _annotator(asked: Asked, number: int) -> Annotator:
    for annotator in annotators(asked.desk):
        if annotator.number == number:
            return annotator
    raise RefusedError("there is no annotator of this number.", status=404)


def _is_out(asked: Asked, annotator: Annotator) -> bool:
    return any(
        who == annotator.id and undone is None
        for who, _, _, _, undone in reading.exclusions(asked.desk)
    )


def _all(asked: Asked) -> tuple[list[Person], list[Work]]:
    desk = asked.desk
    rows, items = reading.answers(desk), reading.items(desk)
    out = reading.left_out(desk)
    active = reading.active_seconds(desk)
    works = []
    for task in desk.study.tasks:
        accuracy = consensus(task, rows, items).accuracy
        for found in quality(task, rows, items):
            model = accuracy.get(found.annotator)
            works.append(_work(task.name, found, brief(model) if model else "–"))
    people = [
        Person(
            number=annotator.number,
            state=STATES.get(annotator.state, annotator.state),
            band=annotator.band,
            joined=moment(annotator.joined),
            seen=moment(annotator.seen),
            minutes=active.get(annotator.id, 0.0) / 60,
            excluded=annotator.id in out,
            flags=tuple(
                flag for work in works if work.number == annotator.number for flag in work.flags
            ),
        )
        for annotator in annotators(desk)
    ]
    return people, works


def _work(task: str, found: Quality, model: str) -> Work:
    same, others = found.run_agreed
    return Work(
        task=task,
        number=found.number,
        answers=found.answers,
        declined=found.declined,
        positive=brief(found.positive),
        others_positive=brief(found.others_positive),
        agreement=brief(found.agreement),
        model=model,
        checks=marks(found.checks),
        gold=marks(found.gold),
        seconds=span(found.seconds),
        others_seconds=span(found.others_seconds),
        opened="–" if found.opened is None else f"{found.opened:.0%}",
        run=f"{found.run}; {same} of {others} agree" if others else str(found.run),
        repeated=brief(found.consistency.percent),
        kappa=brief(found.consistency.kappa),
        flags=tuple(flag.reason for flag in found.flags),
        excluded=found.excluded,
    )
