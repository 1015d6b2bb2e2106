"""How carefully each annotator of a task works, with what looks wrong said in words.

Nobody is left out by a figure: a researcher reads these and decides.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from recenter.records import Record
from recenter.stats.ceiling import leave_one_out
from recenter.stats.clustered import clustered_share
from recenter.stats.estimate import Estimate
from recenter.stats.kappa import cohen_kappa
from recenter.study.agreement import (
    Columns,
    Items,
    columns,
    counted,
    kappa_weights,
    oriented,
    part_of,
)
from recenter.study.design import Task
from recenter.study.item_rows import DECLINES
from recenter.study.ledger.reading import Answered, Guessed

FAST = 1 / 3
"""Part of the others' time below which a median is too fast."""
LONG_RUN = 10
"""So many same answers in a row are looked at."""
MANY_DECLINED = 1 / 2
"""Part of the decisions above which what was declined is looked at."""
_DECIDED = 5
"""Decisions before that is looked at."""
_TIMED = 3
"""Places that a median of times needs."""

Place = tuple[str, int, int]
"""Task, number of the slot, position: one page that somebody handed in."""


class Marks(Record, frozen=True):
    """Answers to what has a right one."""

    right: int = 0
    wrong: int = 0

    @property
    def n(self) -> int:
        """All of them."""
        return self.right + self.wrong


class Consistency(Record, frozen=True):
    """How far somebody says the same of a part that returns to them."""

    percent: Estimate
    kappa: Estimate
    """Cohen's, of the first time and the second; linearly weighted where the scale has an order."""


class Flag(Record, frozen=True):
    """What looks wrong, with its reason."""

    kind: Literal["too_fast", "straight_lining", "below_gold", "declines"]
    reason: str


class Quality(Record, frozen=True):
    """What there is to say of one annotator's work on one task."""

    annotator: str
    number: int
    state: str
    excluded: bool
    answers: int
    """To the work, those that were declined left out."""
    declined: int
    positive: Estimate
    """Share of the answers that count as a yes."""
    others_positive: Estimate
    """The same, of what others answered to the same parts."""
    agreement: Estimate
    """Share of the answers that are what most of the others say."""
    checks: Marks
    gold: Marks
    seconds: float | None
    """Median active seconds of a decision; None below three timed pages."""
    others_seconds: float | None
    """Median of the others' medians."""
    opened: float | None
    """Share of the pages with evidence on which it was opened; None where a task has none."""
    run: int
    """Longest run of one and the same answer; what was declined ends one."""
    run_agreed: tuple[int, int]
    """Of that run: the others' answers that are the same, and all of the others' answers."""
    consistency: Consistency
    flags: tuple[Flag, ...] = ()


class Unblinding(Record, frozen=True):
    """Whether annotators could tell which reply was personalised."""

    right: int
    wrong: int
    cannot_tell: int
    annotators: int
    rate: Estimate
    """Share of right guesses among those who guessed, by annotator; .5 is chance."""
    told_apart: bool | None
    """Whether .5 is outside the interval; None without one."""


def quality(task: Task, rows: Iterable[Answered], items: Items) -> list[Quality]:
    """Return the work of everyone who handed in anything of a task, in the order of arrival.

    Also of those who are left out; they are held against the others, and nobody against them.
    """
    mine: dict[str, list[Answered]] = {}
    for row in rows:
        if row.task == task.name and row.done is not None and part_of(items, row) is not None:
            mine.setdefault(row.annotator, []).append(row)
    everyone = [row for some in mine.values() for row in some]
    base: dict[tuple[str, str], list[Answered]] = {}
    for row in counted(task, everyone, items):
        base.setdefault((row.item, row.part), []).append(row)
    medians = {name: _seconds(some) for name, some in mine.items()}
    counting = {row.annotator for some in base.values() for row in some}
    found = []
    for name, some in mine.items():
        others = [
            seconds
            for other, seconds in medians.items()
            if seconds is not None and other != name and other in counting
        ]
        pace = (medians[name], statistics.median(others) if others else None)
        found.append(_quality(task, some, base, items, pace))
    return sorted(found, key=lambda one: one.number)


def consistency(task: Task, rows: Iterable[Answered], items: Items) -> Consistency:
    """Return how far the annotators of these rows repeat themselves, where a part returned."""
    first: dict[tuple[str, str, str], Answered] = {}
    again: dict[tuple[str, str, str], Answered] = {}
    for row in rows:
        if row.task == task.name and _answered(row) and row.kind in ("work", "repeat"):
            where = first if row.kind == "work" else again
            where.setdefault((row.annotator, row.item, row.part), row)
    both = [key for key in again if key in first and part_of(items, again[key]) is not None]
    one = columns(task.asks, [first[key] for key in both], items)
    two = columns(task.asks, [again[key] for key in both], items)
    same = [a == b for a, b in zip(one.answers, two.answers, strict=True)]
    return Consistency(
        percent=clustered_share(same, one.people),
        kappa=cohen_kappa(one.answers, two.answers, one.people, weights=kappa_weights(task)),
    )


def unblinding(
    task: Task, guesses: Iterable[Guessed], *, left_out: Collection[str] = ()
) -> Unblinding:
    """Return whether the annotators of a task could tell which side was personalised."""
    kept = [one for one in guesses if one.task == task.name and one.annotator not in left_out]
    dared = [(one.annotator, one.side == one.said) for one in kept if one.said != "cannot_tell"]
    rate = clustered_share([hit for _, hit in dared], [who for who, _ in dared])
    right = sum(hit for _, hit in dared)
    known = rate.low is not None and rate.high is not None
    return Unblinding(
        right=right,
        wrong=len(dared) - right,
        cannot_tell=len(kept) - len(dared),
        annotators=len({one.annotator for one in kept}),
        rate=rate,
        told_apart=not (rate.low or 0) <= 0.5 <= (rate.high or 0) if known else None,
    )


def decliners(rows: Iterable[Answered]) -> frozenset[str]:
    """Return the annotators who decline more than half of their decisions on a task."""
    mine: dict[tuple[str, str], list[Answered]] = {}
    for row in rows:
        mine.setdefault((row.task, row.annotator), []).append(row)
    return frozenset(who for (_, who), some in mine.items() if _declines(*_declined(some)))


def fast_seconds(rows: Iterable[Answered]) -> float | None:
    """Return the seconds below which a decision is fast beside the others of its task.

    A third of the median of the annotators' medians; None where nobody's is known. Who is left
    out, or whose work went to others, is not among them.
    """
    mine: dict[str, list[Answered]] = {}
    for row in rows:
        # Not by `counts`: a page took its time for what was declined on it as well.
        if not row.excluded and row.slot_state != "replaced":
            mine.setdefault(row.annotator, []).append(row)
    known = [seconds for some in mine.values() if (seconds := _seconds(some)) is not None]
    return FAST * statistics.median(known) if known else None


def seconds_of(rows: Iterable[Answered]) -> dict[Place, float]:
    """Return the active seconds of a decision on each page that was handed in and timed."""
    pages: dict[Place, list[Answered]] = {}
    for row in rows:
        if row.done is not None and row.active_ms:
            pages.setdefault((row.task, row.slot, row.position), []).append(row)
    return {place: some[0].active_ms / 1000 / len(some) for place, some in pages.items()}


def _quality(
    task: Task,
    rows: Sequence[Answered],
    base: Mapping[tuple[str, str], Sequence[Answered]],
    items: Items,
    pace: tuple[float | None, float | None],
) -> Quality:
    who = rows[0]
    first = {(row.item, row.part): row for row in reversed(rows) if row.kind == "work"}
    own = [row for row in rows if first.get((row.item, row.part)) is row and _answered(row)]
    others = [
        other
        for row in own
        for other in base.get((row.item, row.part), ())
        if other.annotator != who.annotator
    ]
    left = leave_one_out(*_long(columns(task.asks, [*own, *others], items)))
    at = [place for place, rater in enumerate(left.raters) if rater == who.annotator]
    run, run_agreed = _longest_run(task, first.values(), base, items)
    found = Quality(
        annotator=who.annotator,
        number=who.number,
        state=who.state,
        excluded=who.excluded,
        answers=len(own),
        declined=_declined(rows)[0],
        positive=_positive(task, own, items),
        others_positive=_positive(task, others, items),
        agreement=clustered_share(
            [bool(left.rest[place] == left.answers[place]) for place in at],
            [left.clusters[place] for place in at],
        ),
        checks=_marks(task, rows, items, "check"),
        gold=_marks(task, rows, items, "gold"),
        seconds=pace[0],
        others_seconds=pace[1],
        opened=_opened(task, rows, items),
        run=run,
        run_agreed=run_agreed,
        consistency=consistency(task, rows, items),
    )
    return _flagged(task, found, _declined(rows))


def _declined(rows: Iterable[Answered]) -> tuple[int, int]:
    """Return how many decisions of the work were declined, and how many were handed in."""
    asked = [row for row in rows if row.done is not None and row.kind in ("work", "repeat")]
    return sum(row.answer in DECLINES for row in asked), len(asked)


def _declines(declined: int, asked: int) -> bool:
    return asked >= _DECIDED and declined > MANY_DECLINED * asked


def _answered(row: Answered) -> bool:
    return row.done is not None and row.answer not in DECLINES


def _long(told: Columns) -> tuple[Sequence[object], ...]:
    return told.parts, told.raters, told.answers, told.people


def _positive(task: Task, rows: Sequence[Answered], items: Items) -> Estimate:
    told = columns(task.asks, rows, items)
    return clustered_share(
        [task.asks.values[answer] in task.asks.positive for answer in told.answers], told.people
    )


def _seconds(rows: Iterable[Answered]) -> float | None:
    # Checks say themselves how they are answered, and what returns is known already.
    timed = seconds_of(row for row in rows if row.kind in ("work", "gold"))
    return statistics.median(timed.values()) if len(timed) >= _TIMED else None


def _marks(
    task: Task, rows: Iterable[Answered], items: Items, kind: Literal["check", "gold"]
) -> Marks:
    hits = []
    for row in rows:
        part = part_of(items, row) if row.kind == kind else None
        # Gold looks like work, where declining is no wrong answer; a check says how to answer it.
        if kind == "gold" and row.answer in DECLINES:
            continue
        if part is not None and part.key:
            hits.append(_as_written(task, row) in part.key)
    return Marks(right=hits.count(True), wrong=hits.count(False))


def _as_written(task: Task, row: Answered) -> str:
    """Return an answer as the key of its item has it.

    The key of a gold item is about the replies in the order of the file; a check names the answer
    that is to be given, whichever side it is on.
    """
    values = task.asks.values
    if task.asks.subject != "reply_pair" or row.kind == "check" or row.answer not in values:
        return row.answer
    return values[-1 - values.index(oriented(row, task.asks))]


def _opened(task: Task, rows: Iterable[Answered], items: Items) -> float | None:
    if task.asks.subject != "attribute" or not task.evidence:
        return None
    pages = {
        (row.slot, row.position): row.opened > 0
        for row in rows
        if row.kind == "work" and items[row.item][0].evidence
    }
    return sum(pages.values()) / len(pages) if pages else None


def _longest_run(
    task: Task,
    own: Iterable[Answered],
    base: Mapping[tuple[str, str], Sequence[Answered]],
    items: Items,
) -> tuple[int, tuple[int, int]]:
    """Return the longest run of one answer as it was clicked, and how far others agree with it."""
    best: list[Answered] = []
    run: list[Answered] = []

    def shown(row: Answered) -> tuple[float, int, int, int]:
        names = [part.name for part in items[row.item][0].parts]
        return row.done or 0, row.slot, row.position, names.index(row.part)

    for row in sorted(own, key=shown):
        if not _answered(row):
            run = []
            continue
        run = [*run, row] if run and run[-1].answer == row.answer else [row]
        best = run if len(run) > len(best) else best
    same = [
        oriented(other, task.asks) == oriented(row, task.asks)
        for row in best
        for other in base.get((row.item, row.part), ())
        if other.annotator != row.annotator
    ]
    return len(best), (sum(same), len(same))


def _flagged(task: Task, found: Quality, declined: tuple[int, int]) -> Quality:
    flags = []
    mine, theirs = found.seconds, found.others_seconds
    if mine is not None and theirs is not None and mine < FAST * theirs:
        reason = f"Too fast: {mine:.1f} s for a decision at the median, the others {theirs:.1f} s."
        flags.append(Flag(kind="too_fast", reason=reason))
    same, others = found.run_agreed
    if found.run >= LONG_RUN and 2 * same < others:
        reason = (
            f"Straight-lining: one and the same answer {found.run} times in a row; of the others' "
            f"{others} answers there, {same} agree."
        )
        flags.append(Flag(kind="straight_lining", reason=reason))
    needed = task.gold.needed if task.gold else None
    if needed is not None and found.gold.n and found.gold.right < needed * found.gold.n:
        reason = (
            f"Below gold: {found.gold.right} of {found.gold.n} gold answers right; "
            f"{needed:.0%} are needed."
        )
        flags.append(Flag(kind="below_gold", reason=reason))
    if _declines(*declined):
        reason = f"Declines: {declined[0]} of {declined[1]} decisions were declined."
        flags.append(Flag(kind="declines", reason=reason))
    return msgspec.structs.replace(found, flags=tuple(flags))
