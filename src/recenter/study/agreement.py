"""How far the annotators of a task agree, and what their answers say together.

The figures are those of `recenter.stats`; here the rows of the ledger become their columns. The
independent unit is the remembered person whom a part is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

import msgspec

from recenter.questions import Question
from recenter.records import Record
from recenter.stats.agreement import fleiss_kappa, gwet_ac, krippendorff_alpha, percent_agreement
from recenter.stats.ceiling import leave_one_out
from recenter.stats.clustered import clustered_share
from recenter.stats.consensus import dawid_skene, soft_labels
from recenter.stats.estimate import Estimate
from recenter.stats.judgments import Weights
from recenter.stats.kappa import cohen_kappa
from recenter.study.design import Task
from recenter.study.items import Item, Part
from recenter.study.ledger.reading import Answered

Items = Mapping[str, tuple[Item, str, str]]
"""As `reading.items` returns them: (item, task, kind) by id."""
PartKey = tuple[str, str]
"""An item and the name of one of its parts."""
RaterPair = tuple[str, str]
"""Two annotators, the one who came earlier first."""

_DIGITS = 9
"""Beyond which two entropies differ by rounding only."""


class Columns(Record, frozen=True):
    """Answers in long format, a row each, as `recenter.stats` takes them."""

    parts: list[PartKey]
    raters: list[str]
    answers: list[int]
    """Places on the scale, from 0; of two replies, oriented to the one that is rated."""
    people: list[str]


class PairKappa(Record, frozen=True):
    """Cohen's kappa of two annotators over the parts that both answered."""

    first: int
    """Number of the annotator."""
    second: int
    kappa: Estimate


class Agreement(Record, frozen=True):
    """How far the annotators of a task agree. What is not estimable says why."""

    task: str
    parts: int
    """Decisions that have an answer that counts."""
    shared: int
    """Those of them with two or more."""
    answers: int
    annotators: int
    people: int
    prevalence: dict[str, Estimate]
    """Share of all answers, by answer."""
    positive: Estimate
    """Share of answers that count as a yes."""
    percent: Estimate
    nominal: Estimate
    """Krippendorff's alpha, every two answers equally far apart."""
    ordinal: Estimate | None
    """The same with the order of the scale; None where the question has none."""
    fleiss: Estimate
    """Over the parts that have the most usual number of answers."""
    gwet: Estimate
    """AC1."""
    ceiling: Estimate
    """Share of answers that are what most of the others say: what a model can be held to."""


class Label(Record, frozen=True):
    """What the answers to one part say together."""

    item: str
    part: str
    n: int
    shares: dict[str, float]
    """Of the annotators, by answer: a soft label."""
    entropy: float
    """In bits: 0 where all agree."""
    majority: str | None
    """None where several answers are given most often."""
    model: str | None = None
    """The answer that one-coin Dawid-Skene finds most probable; None of taste."""
    confidence: float | None = None
    """Its probability."""


class Consensus(Record, frozen=True):
    """The labels of a task and, unless it asks for taste, how often each annotator is right."""

    labels: tuple[Label, ...]
    accuracy: dict[str, Estimate]
    """By annotator, by the model."""


def oriented(row: Answered, question: Question) -> str:
    """Return an answer about two replies as one about the rated one: high where it is better.

    As it was shown, the scale says how B compares with A; shown as A, an answer turns about its
    middle. Other answers are as they are.
    """
    if (
        question.subject != "reply_pair"
        or row.side == "second"
        or row.answer not in question.values
    ):
        return row.answer
    return question.values[-1 - question.values.index(row.answer)]


def part_of(items: Items, row: Answered) -> Part | None:
    """Return the part that an answer is about; None where its words were forgotten."""
    found = items.get(row.item)
    parts = found[0].parts if found else ()
    return next((part for part in parts if part.name == row.part), None)


def counted(task: Task, rows: Iterable[Answered], items: Items) -> list[Answered]:
    """Return the answers to the work of a task that count, one of each annotator to each part.

    What returned to the same annotator is not among them.
    """
    known = {(id, part.name) for id, (item, _, _) in items.items() for part in item.parts}
    found: dict[tuple[str, str, str], Answered] = {}
    for row in rows:
        if row.task != task.name or row.kind != "work" or not row.counts:
            continue
        if (row.item, row.part) in known:
            found.setdefault((row.item, row.part, row.annotator), row)
    return list(found.values())


def columns(question: Question, rows: Iterable[Answered], items: Items) -> Columns:
    """Return answers on the scale of a question as columns."""
    places = {value: place for place, value in enumerate(question.values)}
    kept = list(rows)
    people = {
        (id, part.name): part.person or items[id][0].person or id
        for id in {row.item for row in kept}
        for part in items[id][0].parts
    }
    return Columns(
        parts=[(row.item, row.part) for row in kept],
        raters=[row.annotator for row in kept],
        answers=[places[oriented(row, question)] for row in kept],
        people=[people[row.item, row.part] for row in kept],
    )


def agreement(task: Task, rows: Iterable[Answered], items: Items) -> Agreement:
    """Return how far the annotators of a task agree."""
    question = task.asks
    kept = counted(task, rows, items)
    told = columns(question, kept, items)
    sizes = Counter(told.parts)
    given = (told.parts, told.raters, told.answers, told.people)
    return Agreement(
        task=task.name,
        parts=len(sizes),
        shared=sum(size > 1 for size in sizes.values()),
        answers=len(kept),
        annotators=len(set(told.raters)),
        people=len(set(told.people)),
        prevalence={
            value: clustered_share([answer == place for answer in told.answers], told.people)
            for place, value in enumerate(question.values)
        },
        positive=_positive(question, told),
        percent=percent_agreement(*given),
        nominal=krippendorff_alpha(*given),
        ordinal=krippendorff_alpha(*given, scale="ordinal") if question.ordinal else None,
        fleiss=_fleiss(told, sizes),
        gwet=gwet_ac(*given),
        ceiling=_ceiling(told),
    )


def by_guidelines(task: Task, rows: Iterable[Answered], items: Items) -> dict[str, Agreement]:
    """Return the agreement among the answers under each version of the guidelines, by its hash."""
    return _split(task, rows, items, lambda row: row.guide)


def by_stratum(task: Task, rows: Iterable[Answered], items: Items) -> dict[str, Agreement]:
    """Return the agreement on the parts of each stratum; those without one are not among them."""
    strata = {
        (id, part.name): part.stratum or ""
        for id, (item, _, _) in items.items()
        for part in item.parts
    }
    found = _split(task, rows, items, lambda row: strata[row.item, row.part])
    return {name: one for name, one in found.items() if name}


def kappa_weights(task: Task) -> Weights:
    """Return how Cohen's kappa weighs two answers: linearly where the scale has an order."""
    return "linear" if task.asks.ordinal else "unweighted"


def pairs_in_common(task: Task, rows: Iterable[Answered], items: Items) -> list[RaterPair]:
    """Return every two annotators with parts in common, most in common first, then by number."""
    kept = counted(task, rows, items)
    numbers = {row.annotator: row.number for row in kept}
    raters: dict[PartKey, list[str]] = {}
    for row in kept:
        raters.setdefault((row.item, row.part), []).append(row.annotator)
    common = Counter(
        pair
        for some in raters.values()
        for pair in combinations(sorted(some, key=numbers.__getitem__), 2)
    )
    return sorted(common, key=lambda pair: (-common[pair], numbers[pair[0]], numbers[pair[1]]))


def pair_kappas(
    task: Task, rows: Iterable[Answered], items: Items, pairs: Iterable[RaterPair]
) -> list[PairKappa]:
    """Return Cohen's kappa of each of these pairs, linearly weighted where the scale has an order.

    Of many annotators all pairs are too many to show, and their kappas slow to reckon.
    """
    mine: dict[str, dict[PartKey, Answered]] = {}
    for row in counted(task, rows, items):
        mine.setdefault(row.annotator, {})[row.item, row.part] = row
    found = []
    for first, second in pairs:
        both = [key for key in mine[first] if key in mine[second]]
        one = columns(task.asks, [mine[first][key] for key in both], items)
        two = columns(task.asks, [mine[second][key] for key in both], items)
        kappa = cohen_kappa(one.answers, two.answers, one.people, weights=kappa_weights(task))
        a, b = mine[first][both[0]].number, mine[second][both[0]].number
        found.append(PairKappa(first=a, second=b, kappa=kappa))
    return found


def labels(task: Task, rows: Iterable[Answered], items: Items) -> list[Label]:
    """Return what the answers to each part of a task say together, by their shares."""
    values = task.asks.values
    told = columns(task.asks, counted(task, rows, items), items)
    soft = soft_labels(told.parts, told.raters, told.answers)
    most, sizes = soft.most(), Counter(told.parts)
    found = []
    for key, shares, entropy in zip(
        dict.fromkeys(told.parts), soft.shares.tolist(), soft.entropy().tolist(), strict=True
    ):
        given = zip(soft.answers, shares, strict=True)
        one = Label(
            item=key[0],
            part=key[1],
            n=sizes[key],
            shares={values[int(str(answer))]: share for answer, share in given if share},
            entropy=abs(round(entropy, _DIGITS)),
            majority=_value(task, most[key]),
        )
        found.append(one)
    return found


def consensus(task: Task, rows: Iterable[Answered], items: Items) -> Consensus:
    """Return the labels of a task with what one-coin Dawid-Skene makes of them, unless of taste."""
    kept = list(rows)
    found = labels(task, kept, items)
    if task.asks.subject == "reply_pair":
        return Consensus(labels=tuple(found), accuracy={})
    told = columns(task.asks, counted(task, kept, items), items)
    model = dawid_skene(told.parts, told.raters, told.answers)
    likely, sure = model.labels.most(), model.labels.shares.max(axis=1, initial=0).tolist()
    return Consensus(
        labels=tuple(
            msgspec.structs.replace(
                one, model=_value(task, likely[one.item, one.part]), confidence=confidence
            )
            for one, confidence in zip(found, sure, strict=True)
        ),
        accuracy={str(name): one for name, one in model.accuracy.items()},
    )


def disagreements(task: Task, rows: Iterable[Answered], items: Items) -> list[Label]:
    """Return the parts on which annotators differ, those where they differ most first.

    By entropy, then by the number of answers, then by name.
    """
    found = [one for one in labels(task, rows, items) if one.entropy > 0]
    return sorted(found, key=lambda one: (-one.entropy, -one.n, one.item, one.part))


def _value(task: Task, answer: object) -> str | None:
    return None if answer is None else task.asks.values[int(str(answer))]


def _split(
    task: Task, rows: Iterable[Answered], items: Items, name: Callable[[Answered], str]
) -> dict[str, Agreement]:
    groups: dict[str, list[Answered]] = {}
    for row in counted(task, rows, items):
        groups.setdefault(name(row), []).append(row)
    return {group: agreement(task, groups[group], items) for group in sorted(groups)}


def _positive(question: Question, told: Columns) -> Estimate:
    yes = {question.values.index(value) for value in question.positive}
    return clustered_share([answer in yes for answer in told.answers], told.people)


def _fleiss(told: Columns, sizes: Mapping[PartKey, int]) -> Estimate:
    """Return Fleiss's kappa over the parts with the most usual number of answers."""
    numbers = Counter(size for size in sizes.values() if size > 1)
    usual = max(numbers, key=lambda size: (numbers[size], size), default=0)
    kept = [sizes[part] == usual for part in told.parts]
    return fleiss_kappa(*(_chosen(column, kept) for column in _all(told)))


def _ceiling(told: Columns) -> Estimate:
    left = leave_one_out(*_all(told))
    return clustered_share(left.rest == left.answers, left.clusters)


def _all(told: Columns) -> tuple[Sequence[object], ...]:
    return told.parts, told.raters, told.answers, told.people


def _chosen(column: Sequence[object], kept: Sequence[bool]) -> list[object]:
    return [value for value, keep in zip(column, kept, strict=True) if keep]
