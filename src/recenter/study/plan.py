"""From a study and its items to the slots that annotators will be given."""

from __future__ import annotations

from collections.abc import Mapping

from recenter.provenance import digest
from recenter.records import Record
from recenter.study import blocks
from recenter.study.design import Study, Task
from recenter.study.items import Item, Kind
from recenter.study.repeats import arrange


class TaskItems(Record, frozen=True):
    """The items of a task, by what they are for."""

    work: tuple[Item, ...]
    training: tuple[Item, ...] = ()
    checks: tuple[Item, ...] = ()
    gold: tuple[Item, ...] = ()


class PlannedItem(Record, frozen=True):
    """An item with its task and what it is for: work, training, check or gold."""

    task: str
    kind: str
    item: Item


class PlannedSlot(Record, frozen=True):
    """What one annotator will see of a task, in order: (item, kind)."""

    task: str
    number: int
    places: tuple[tuple[str, Kind], ...]


class Plan(Record, frozen=True):
    """All items and slots of a study."""

    items: tuple[PlannedItem, ...]
    slots: tuple[PlannedSlot, ...]

    @property
    def content(self) -> str:
        """Digest: another plan may not take the place of one that somebody works by."""
        return digest(self.items, self.slots)


def make_plan(study: Study, items: Mapping[str, TaskItems]) -> Plan:
    """Return the plan of a study, from the items of each task by its name.

    Raises:
        InputError: the items cannot be dealt as the study says; tells what to change.
    """
    planned: list[PlannedItem] = []
    slots: list[PlannedSlot] = []
    for task in study.tasks:
        given = items[task.name]
        for kind, some in (
            ("work", given.work),
            ("training", given.training),
            ("check", given.checks),
            ("gold", given.gold),
        ):
            planned += [PlannedItem(task=task.name, kind=kind, item=item) for item in some]
        slots += deal_task(study, task, given)
    return Plan(items=tuple(planned), slots=tuple(slots))


def deal_task(study: Study, task: Task, items: TaskItems) -> list[PlannedSlot]:
    """Return the slots of one task.

    Raises:
        InputError: see `blocks.deal`.
    """
    dealt = blocks.deal(
        [_dealt(item) for item in items.work],
        overlap=task.overlap,
        size=min(task.per_annotator, len(items.work)),
        seed=study.seed,
    )
    return [
        PlannedSlot(
            task=task.name,
            number=number,
            places=_places(study, task, items, slot),
        )
        for number, slot in enumerate(dealt, 1)
    ]


def _dealt(item: Item) -> blocks.Item:
    strata = sorted({part.stratum or "" for part in item.parts})
    return blocks.Item(
        id=item.id, person=item.person or "", group=" ".join(strata), apart=item.apart
    )


def _places(
    study: Study, task: Task, items: TaskItems, slot: blocks.Slot
) -> tuple[tuple[str, Kind], ...]:
    # Between fewer than two items there is no room for anything.
    room = len(slot.items) > 1
    places = arrange(
        slot,
        repeat=task.repeat,
        checks=[item.id for item in items.checks] if room else [],
        gold=_gold(task, items, slot.number) if room else [],
        every=task.checks.every if task.checks else None,
        seed=study.seed,
    )
    return tuple((place.item, place.kind) for place in places)


def _gold(task: Task, items: TaskItems, number: int) -> list[str]:
    """Return the gold items of a slot: others in each, all of them about equally often."""
    ids = [item.id for item in items.gold]
    count = min(len(ids), task.gold.per_annotator) if task.gold else 0
    return [ids[(number * count + place) % len(ids)] for place in range(count)]
