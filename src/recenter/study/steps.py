"""What comes next for an annotator: a function of what they have done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from recenter.records import Record
from recenter.study.design import Study, Task
from recenter.study.ledger.desk import Annotator, PlaceRow, SlotRow

StepKind = Literal[
    "consent", "guidelines", "training", "work", "unblind", "finish", "screen", "end"
]


class Step(Record, frozen=True):
    """Where somebody is in a study."""

    kind: StepKind
    """`guidelines` comes before training and work of each task; `screen`: the training failed for
    the last time; `finish`: everything is done; `end`: their part has an outcome."""
    task: str | None = None
    slot: str | None = None
    attempt: int = 0
    """Of the training: how often it was done before."""


def tasks_of(study: Study, annotator: Annotator) -> list[Task]:
    """Return the tasks that somebody does, in order."""
    return [task for task in study.tasks if not task.groups or annotator.band in task.groups]


def next_step(
    study: Study,
    annotator: Annotator,
    slots: Sequence[SlotRow],
    *,
    guessed: Collection[str] = (),
) -> Step:
    """Return what somebody does next, from what they were given so far.

    `guessed` names the tasks of which they said which side was personalised.
    """
    if annotator.ended:
        return Step(kind="end")
    if annotator.consented is None:
        return Step(kind="consent")
    for task in tasks_of(study, annotator):
        step = _in_task(task, [slot for slot in slots if slot.task == task.name])
        if step is not None:
            return step
        if task.unblinding and task.question == "better" and task.name not in guessed:
            # A slot of a higher number may have been taken from them.
            done = [s for s in slots if (s.task, s.purpose, s.state) == (task.name, "work", "done")]
            return Step(kind="unblind", task=task.name, slot=done[-1].id)
    return Step(kind="finish")


def _in_task(task: Task, slots: Sequence[SlotRow]) -> Step | None:
    """Return the next step within a task; None where it is done."""
    trained = [slot for slot in slots if slot.purpose == "training"]
    worked = [slot for slot in slots if slot.purpose == "work" and slot.state in ("held", "done")]
    for slot in trained:
        if slot.state == "held":
            return Step(kind="training", task=task.name, slot=slot.id, attempt=len(trained) - 1)
    passed = task.training is None or any(slot.state == "passed" for slot in trained)
    if not passed and task.training and len(trained) >= task.training.tries:
        return Step(kind="screen", task=task.name)
    if not passed or not worked:
        return Step(kind="guidelines", task=task.name, attempt=len(trained))
    if worked[-1].state == "held":
        return Step(kind="work", task=task.name, slot=worked[-1].id)
    return None


def first_open(places: Sequence[PlaceRow]) -> int | None:
    """Return the position of the first place that is not done."""
    return next((place.position for place in places if place.done is None), None)
