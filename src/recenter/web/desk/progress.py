"""How far a study is: places, people, minutes and money, from what the ledger holds."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from recenter.records import Record
from recenter.study.design import Payment, Study
from recenter.study.ledger.desk import Annotator
from recenter.study.ledger.reading import Answered
from recenter.study.ledger.running import Coverage

STATES: Mapping[str, str] = {
    "joined": "came, have not agreed yet",
    "working": "at work",
    "paused": "paused",
    "completed": "completed",
    "screened_out": "screened out by the training",
    "failed_checks": "failed checks",
    "no_consent": "did not agree",
    "withdrawn": "withdrew their answers",
    "returned": "left at their platform",
    "technical": "ended by a technical fault",
    "full": "came when all work was given out",
}
"""What the states of an annotator's part mean."""


class TaskProgress(Record, frozen=True):
    """How far the work of a task is."""

    name: str
    wording: str
    items: int
    done: int
    held: int
    open: int
    places: int
    """Answers that are planned: of one person to one item."""
    minutes: float
    """Active minutes of work so far, of everyone."""

    @property
    def left_out(self) -> int:
        """Answers that were handed in by somebody who is left out, and not given to others."""
        return max(0, self.places - self.done - self.held - self.open)

    @property
    def percent(self) -> int:
        """Part of them that is done; not 100 before all are."""
        return self.done * 100 // self.places if self.places else 0


class Progress(Record, frozen=True):
    """How far a study is."""

    tasks: tuple[TaskProgress, ...]
    states: tuple[tuple[str, int], ...]
    """In words, with the number of annotators."""
    completed: int
    median_minutes: float | None
    """Active minutes of those who completed, practice included: it is paid work."""
    currency: str
    cost: float | None
    """What the completed parts cost with the platform's fee; None where nothing is paid."""
    per_hour: float | None
    """What the median of them was paid an hour."""
    least_per_hour: float
    """What the study file promises."""


def progress(
    study: Study,
    coverage: Iterable[Coverage],
    annotators: Sequence[Annotator],
    rows: Iterable[Answered],
    active: Mapping[str, float],
) -> Progress:
    """Return how far a study is; `active` are the seconds of each annotator, practice included."""
    by_task = _minutes(rows)
    counts = Counter(one.state for one in annotators)
    finished = [one.id for one in annotators if one.state == "completed"]
    times = [active[id] / 60 for id in finished if active.get(id)]
    median = statistics.median(times) if times else None
    pay = study.payment
    return Progress(
        tasks=tuple(
            TaskProgress(
                name=one.task,
                wording=study.task(one.task).asks.wording,
                items=one.items,
                done=one.done,
                held=one.held,
                open=one.open,
                places=one.wanted,
                minutes=by_task.get(one.task, 0.0),
            )
            for one in coverage
        ),
        states=tuple((words, counts[state]) for state, words in STATES.items() if counts[state]),
        completed=len(finished),
        median_minutes=median,
        currency=pay.currency if pay else "",
        cost=_cost(pay, len(finished)),
        per_hour=pay.amount * 60 / median if pay and median else None,
        least_per_hour=pay.least_per_hour if pay else 0.0,
    )


def _minutes(rows: Iterable[Answered]) -> dict[str, float]:
    """Return minutes of work by task; a page's time stands on each of its answers."""
    pages = {(row.task, row.slot, row.position): row.active_ms for row in rows}
    by_task: Counter[str] = Counter()
    for (task, *_), milliseconds in pages.items():
        by_task[task] += milliseconds
    return {task: total / 60_000 for task, total in by_task.items()}


def _cost(pay: Payment | None, completed: int) -> float | None:
    return None if pay is None else completed * pay.amount * (1 + pay.fee)
