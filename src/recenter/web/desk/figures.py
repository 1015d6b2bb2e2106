"""The page on which the agreement of a task is seen while it grows."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import msgspec
from markupsafe import Markup
from starlette.responses import Response

from recenter.errors import MissingExtraError, RefusedError
from recenter.figures.inline import inline_svg
from recenter.figures.record import Dot, Dots
from recenter.stats.estimate import Estimate
from recenter.study.agreement import (
    Agreement,
    Items,
    Label,
    agreement,
    by_guidelines,
    by_stratum,
    consensus,
    pair_kappas,
    pairs_in_common,
)
from recenter.study.design import Task
from recenter.study.estimates import weighted_yes
from recenter.study.items import OVERALL
from recenter.study.ledger import reading
from recenter.study.ledger.reading import Answered
from recenter.study.quality import Consistency, consistency, unblinding
from recenter.web.desk.reasons import numbered
from recenter.web.desk.staff import Asked
from recenter.web.desk.words import Figure, answer_words, figure

_PAIRS = 30
_DRAWING = threading.Lock()
"""Matplotlib keeps its settings for the whole process: one picture at a time."""


class Split(msgspec.Struct, frozen=True):
    """A group of answers with its own agreement."""

    name: str
    parts: int
    answers: int
    people: int
    percent: Figure
    alpha: Figure


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """The tables of the page."""

    figures: list[Figure]
    prevalence: list[Figure]
    weighted: list[Figure]
    asked: list[Split]
    """Of two replies, what was said all in all beside what was said of single statements."""
    guidelines: list[Split]
    strata: list[Split]
    guesses: list[Figure]
    pairs: list[tuple[int, int, Figure]]

    @property
    def all(self) -> Iterator[Figure]:
        """Every figure in the order of the page: one table of versions says nothing of its own."""
        yield from (*self.figures, *self.prevalence, *self.weighted)
        splits = self.guidelines if len(self.guidelines) > 1 else []
        asked = self.asked if len(self.asked) > 1 else []
        for split in (*asked, *splits, *self.strata):
            yield from (split.percent, split.alpha)
        yield from self.guesses
        yield from (kappa for _, _, kappa in self.pairs)


class Agreed(msgspec.Struct, frozen=True):
    """What the answers to the parts with two or more say together, in counts."""

    most: int
    """Parts of which one answer is given most often."""
    ties: int
    entropy: float | None
    """Mean, in bits."""
    differing: int
    """Parts on which the model says another thing than is said most often."""
    model: bool
    """Whether there is one."""


def figures(asked: Asked) -> Response:
    """Show how far the annotators of a task agree, with n beside everything."""
    task = task_of(asked, asked.request.query_params.get("task", ""))
    desk = asked.desk
    given, items = reading.answers(desk), reading.items(desk)
    rows = [row for row in given if row.part == OVERALL or task.asks.subject != "reply_pair"]
    whole = agreement(task, rows, items)
    repeated = consistency(task, [row for row in rows if row.counts], items)
    told = _figures(whole, repeated)
    pairs = pairs_in_common(task, rows, items)
    kappas = pair_kappas(task, rows, items, pairs[:_PAIRS])
    asks_sides = task.asks.subject == "reply_pair" and task.unblinding
    left_out = reading.left_out(desk)
    guessed = unblinding(task, reading.guesses(desk), left_out=left_out) if asks_sides else None
    shown = Tables(
        figures=[figure(name, one) for name, one in told],
        prevalence=_prevalence(task, whole),
        weighted=_weighted(task, rows, items),
        asked=_asked(task, given, items),
        guidelines=_splits(by_guidelines(task, rows, items)),
        strata=_splits(by_stratum(task, rows, items)),
        guesses=[] if guessed is None else [figure("Right guesses", guessed.rate, "annotators")],
        pairs=[(one.first, one.second, figure("", one.kappa)) for one in kappas],
    )
    return asked.page(
        "agreement",
        task=task,
        tasks=desk.study.tasks,
        whole=whole,
        shown=shown,
        notes=numbered(one.remark for one in shown.all),
        picture=_picture(task, told),
        agreed=_agreed(task, rows, items),
        more_pairs=len(pairs) - len(kappas),
        guessed=guessed,
    )


def task_of(asked: Asked, name: str) -> Task:
    """Return the task of a name; the first one where none is given.

    Raises:
        RefusedError: there is none of this name.
    """
    tasks = asked.desk.study.tasks
    if not name:
        return tasks[0]
    try:
        return asked.desk.study.task(name)
    except StopIteration:
        raise RefusedError("there is no such task.", status=404) from None


def _figures(whole: Agreement, repeated: Consistency) -> list[tuple[str, Estimate]]:
    named = [
        ("Percent agreement", whole.percent),
        ("Krippendorff's alpha, ordinal", whole.ordinal),
        ("Krippendorff's alpha, nominal", whole.nominal),
        ("Fleiss's kappa", whole.fleiss),
        ("Gwet's AC1", whole.gwet),
        ("Human ceiling", whole.ceiling),
        ("Same again: percent", repeated.percent),
        ("Same again: Cohen's kappa", repeated.kappa),
    ]
    return [(name, one) for name, one in named if one is not None]


def _prevalence(task: Task, whole: Agreement) -> list[Figure]:
    found = [figure(answer_words(task.asks, value), one) for value, one in whole.prevalence.items()]
    return [*found, figure("Counted as a yes", whole.positive)]


def _splits(groups: dict[str, Agreement]) -> list[Split]:
    return [
        Split(
            name=name,
            parts=one.parts,
            answers=one.answers,
            people=one.people,
            percent=figure("Percent agreement", one.percent),
            alpha=figure("Krippendorff's alpha", one.ordinal or one.nominal),
        )
        for name, one in groups.items()
    ]


def _asked(task: Task, rows: list[Answered], items: Items) -> list[Split]:
    if task.asks.subject != "reply_pair":
        return []
    groups = {
        "All in all": [row for row in rows if row.part == OVERALL],
        "Single statements": [row for row in rows if row.part != OVERALL],
    }
    found = {name: agreement(task, some, items) for name, some in groups.items()}
    return _splits({name: one for name, one in found.items() if one.answers})


def _weighted(task: Task, rows: list[Answered], items: Items) -> list[Figure]:
    """Return the share of yes among all that could have been drawn, and in each stratum."""
    found = weighted_yes(task, rows, items)
    if found is None:
        return []
    strata = [figure(str(name), one) for name, one in found.strata.items()]
    return [figure("All, weighted", found.overall), *strata]


def _agreed(task: Task, rows: list[Answered], items: Items) -> Agreed:
    several = [one for one in consensus(task, rows, items).labels if one.n > 1]
    return Agreed(
        most=sum(one.majority is not None for one in several),
        ties=sum(one.majority is None for one in several),
        entropy=sum(one.entropy for one in several) / len(several) if several else None,
        differing=sum(_differs(one) for one in several),
        model=task.asks.subject != "reply_pair",
    )


def _differs(label: Label) -> bool:
    return None not in (label.majority, label.model) and label.majority != label.model


def _picture(task: Task, told: list[tuple[str, Estimate]]) -> Markup | None:
    """Return the figures as dots with their intervals; None where there is nothing to draw."""
    rows = tuple(Dot(f"{name} (n {one.n})", one) for name, one in told if one.value is not None)
    if not rows:
        return None
    dots = Dots(
        name=f"agreement-{task.name}",
        title="Agreement, with 95% intervals over people",
        x="1 is full agreement",
        least=(0.0, 1.0),
        rows=rows,
        alt="; ".join(f"{row.name}: {row.figure}" for row in rows),
    )
    try:
        with _DRAWING:
            # Written by matplotlib from figures and fixed names.
            return Markup(inline_svg(dots))  # noqa: S704
    except MissingExtraError:
        return None
