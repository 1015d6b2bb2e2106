"""What a study will take and show, before anything is spent: people, minutes, money, intervals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal

from recenter.errors import InputError
from recenter.records import Record
from recenter.study import blocks
from recenter.study.design import Study, Task
from recenter.study.expect import Expected, Rating, YesNo, expect
from recenter.study.items import Item, Kind
from recenter.study.plan import Plan

_INTRODUCTION = 180
"""Seconds for consent and guidelines, of every annotator."""


class TaskOutlook(Record, frozen=True):
    """What is planned of one task."""

    task: str
    question: str
    items: int
    decisions: int
    """Of all items, once each."""
    people: int
    """Remembered people whose items these are; of a pooled page, all of them."""
    slots: int
    overlap: int
    pages: Mapping[Kind, int]
    """Of the longest slot, by what they are for; the training stands first."""
    minutes: float
    """Of the longest slot, with its training."""
    design: blocks.Overlap
    expected: tuple[Expected, ...]


class Outlook(Record, frozen=True):
    """What is planned of a study."""

    tasks: tuple[TaskOutlook, ...]
    annotators: int
    """As many as can be given all slots of every task; those with fewer slots end earlier."""
    minutes: float
    """Of an annotator who does all tasks that are theirs, in the group that has most to do."""
    per_hour: Decimal | None
    """What they earn, in units of the currency; other groups earn more. None: nothing is paid."""
    rewards: Decimal
    """Of all annotators."""
    fee: Decimal
    """The platform's."""
    currency: str | None

    @property
    def total(self) -> Decimal:
        """Everything that is paid."""
        return self.rewards + self.fee


def outlook(study: Study, plan: Plan, *, simulate: bool = True) -> Outlook:
    """Return what a plan will take and show.

    Raises:
        InputError: the pay per hour would be less than the study promises.
    """
    tasks = tuple(_of_task(study, task, plan, simulate) for task in study.tasks)
    annotators = study.annotators or _needed(study, {one.task: one.slots for one in tasks})
    minutes = _INTRODUCTION / 60 + _most_to_do(study, {one.task: one.minutes for one in tasks})
    rewards = fee = Decimal(0)
    per_hour = None
    if study.payment is not None:
        amount = Decimal(str(study.payment.amount))
        per_hour = (amount * 60 / Decimal(str(minutes))).quantize(Decimal("0.01"))
        least = Decimal(str(study.payment.least_per_hour))
        if per_hour < least:
            needed = (least * Decimal(str(minutes)) / 60).quantize(Decimal("0.01"), ROUND_CEILING)
            raise InputError(
                f"{amount} for about {minutes:.0f} minutes is {per_hour} an hour, below {least}.",
                field="payment.amount",
                cure=f"Pay at least {needed}, or give each annotator less to do.",
            )
        rewards = amount * annotators
        fee = (rewards * Decimal(str(study.payment.fee))).quantize(Decimal("0.01"), ROUND_CEILING)
    return Outlook(
        tasks=tasks,
        annotators=annotators,
        minutes=minutes,
        per_hour=per_hour,
        rewards=rewards,
        fee=fee,
        currency=study.payment.currency if study.payment else None,
    )


def _needed(study: Study, slots: Mapping[str, int]) -> int:
    """Return how many annotators hold all slots, in groups that share only some of the tasks."""
    need = dict.fromkeys(study.recruitment.groups, 0)
    for task in study.tasks:
        if len(task.groups) == 1:
            (group,) = task.groups
            need[group] = max(need[group], slots[task.name])
    for task in study.tasks:
        # What several groups do, and those who are needed anyway cannot, falls to the first.
        if len(task.groups) > 1:
            short = slots[task.name] - sum(need[group] for group in set(task.groups))
            need[task.groups[0]] += max(0, short)
    everyones = [slots[task.name] for task in study.tasks if not task.groups]
    return max(sum(need.values()), *everyones, 1)


def _most_to_do(study: Study, minutes: Mapping[str, float]) -> float:
    """Return the minutes of work in the group that has most of it."""
    # Without groups, everyone is of the one that has no name.
    return max(
        sum(minutes[task.name] for task in study.tasks if not task.groups or group in task.groups)
        for group in study.recruitment.groups or ("",)
    )


def _of_task(study: Study, task: Task, plan: Plan, simulate: bool) -> TaskOutlook:
    mine = [one for one in plan.items if one.task == task.name]
    work = [one.item for one in mine if one.kind == "work"]
    parts = {one.item.id: len(one.item.parts) for one in mine}
    lessons = [one.item.id for one in mine if one.kind == "training"]
    slots = [slot for slot in plan.slots if slot.task == task.name]
    longest = max(slots, key=lambda slot: sum(parts[item] for item, _ in slot.places))
    decisions = sum(parts[item] for item, _ in longest.places) + sum(parts[i] for i in lessons)
    pages: dict[Kind, int] = {"training": len(lessons)} if lessons else {}
    for _, kind in longest.places:
        pages[kind] = pages.get(kind, 0) + 1
    dealt = [
        blocks.Slot(
            number=slot.number,
            items=tuple(item for item, kind in slot.places if kind == "work"),
        )
        for slot in slots
    ]
    named = [blocks.Item(id=item.id, person=item.person or item.id) for item in work]
    return TaskOutlook(
        task=task.name,
        question=task.question,
        items=len(work),
        decisions=sum(parts[item.id] for item in work),
        people=len({person for item in work for person in item.people}),
        slots=len(slots),
        overlap=task.overlap,
        pages=pages,
        minutes=decisions * task.seconds / 60,
        design=blocks.describe(dealt, named),
        expected=_expected(study, task, work, dealt) if simulate else (),
    )


def _expected(
    study: Study, task: Task, work: list[Item], dealt: list[blocks.Slot]
) -> tuple[Expected, ...]:
    """Simulate the study, each decision of a page as one of the person it is about."""
    items = [
        blocks.Item(id=f"{item.id}/{part.name}", person=part.person or item.person or item.id)
        for item in work
        for part in item.parts
    ]
    named = {item.id: [f"{item.id}/{part.name}" for part in item.parts] for item in work}
    slots = [
        blocks.Slot(number=slot.number, items=tuple(x for one in slot.items for x in named[one]))
        for slot in dealt
    ]
    supposed = Rating() if task.asks.subject == "reply_pair" else YesNo()
    return expect(slots, items, supposed, seed=study.seed)
