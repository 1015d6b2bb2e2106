"""Tables made from the answers: soft labels, pairs to train on, who took part, what was decided."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from recenter.records import Record, Role
from recenter.stats.agreement import krippendorff_alpha, percent_agreement
from recenter.stats.estimate import Estimate
from recenter.study.export.judgments import JudgmentRow, is_vote, iso, owner
from recenter.study.export.snapshot import Snapshot
from recenter.study.items import OVERALL, Item


class Count(Record, frozen=True):
    """How many gave an answer."""

    answer: str
    count: int


class SoftRow(Record, frozen=True):
    """What was answered of one part of an item, by everybody who counts."""

    study: str
    task: str
    question: str
    item: str
    part: str
    person: str | None
    attribute: str | None
    query: str | None
    reply: str | None
    other_reply: str | None
    probability: float | None
    votes: int
    answers: tuple[Count, ...]
    """Every point of the scale, lowest first; of `better`, as said of the rated reply."""
    entropy: float | None
    """In bits; None without votes."""
    majority: str | None
    """The answer of more than half."""
    declined: int
    adjudicated: str | None


class AdjudicationRow(Record, frozen=True):
    """What was decided where annotators differ."""

    study: str
    task: str
    question: str
    item: str
    part: str
    answer: str
    failure: str | None
    reason: str
    account: str
    at: str | None


class ExclusionRow(Record, frozen=True):
    """Who was left out of the figures, and why."""

    study: str
    annotator: str
    reason: str
    account: str
    at: str | None
    undone_at: str | None


class AnnotatorRow(Record, frozen=True):
    """Somebody who came."""

    study: str
    annotator: str
    number: int
    band: str
    state: str
    excluded: bool
    answers: int
    """That count."""
    active_minutes: float
    """At work; training is not counted."""


class TextRow(Record, frozen=True):
    """One version of the consent (task is empty) or of guidelines, as annotators saw it."""

    study: str
    task: str
    hash: str
    number: int
    text: str


class MessageRow(Record, frozen=True):
    """A message as chat templates take it."""

    role: Role
    content: str


class PreferenceRow(Record, frozen=True):
    """A pair of replies of which more than half prefer one: as TRL reads preferences."""

    prompt: tuple[MessageRow, ...]
    chosen: tuple[MessageRow, ...]
    rejected: tuple[MessageRow, ...]
    item: str
    person: str | None
    votes: int
    share: float
    """Of the votes, for the chosen one."""


class RelevanceRow(Record, frozen=True):
    """A prompt and an attribute with a label, as a cross-encoder is trained on."""

    text_a: str
    """The prompt."""
    text_b: str
    """The attribute."""
    label: float
    """Share of the votes that are a yes."""
    weight: float
    """Inverse of the probability with which the pair was drawn; 1 where it was not."""
    query: str | None
    attribute: str | None
    person: str | None
    votes: int


class Agreement(Record, frozen=True):
    """How far annotators agree in a task."""

    task: str
    alpha: Estimate
    """Krippendorff's, ordinal or nominal as the question is."""
    percent: Estimate


def soft_rows(told: Snapshot, rows: Sequence[JudgmentRow]) -> Iterator[SoftRow]:
    """Yield a row for each part of the items of work."""
    votes: dict[tuple[str, str], list[str]] = {}
    declined: Counter[tuple[str, str]] = Counter()
    for row in rows:
        where = row.item, row.part
        if row.kind == "work" and row.counts and row.oriented is not None:
            votes.setdefault(where, []).append(row.oriented)
        declined[where] += row.kind == "work" and row.why_not == "declined"
    decided = {(one.item, one.part): one.answer for one in told.adjudications}
    for id, placed in told.items.items():
        question = told.question(id)
        for part in placed.item.parts if placed.kind == "work" else ():
            reply, other = placed.item.reply, placed.item.other
            given = Counter(votes.get((id, part.name), ()))
            yield SoftRow(
                study=told.study.study,
                task=placed.task,
                question=question.name,
                item=id,
                part=part.name,
                person=owner(placed.item, part),
                attribute=part.attribute,
                query=part.query,
                reply=None if reply is None else reply.id,
                other_reply=None if other is None else other.id,
                probability=part.probability,
                votes=given.total(),
                answers=tuple(Count(answer=v, count=given[v]) for v in question.values),
                entropy=_entropy(given),
                majority=_majority(given),
                declined=declined[id, part.name],
                adjudicated=decided.get((id, part.name)),
            )


def preference_rows(told: Snapshot, soft: Iterable[SoftRow]) -> Iterator[PreferenceRow]:
    """Yield a row for each pair of replies of which more than half prefer one."""
    for row in soft:
        item = told.items[row.item].item
        if row.part != OVERALL or item.query is None or item.reply is None or item.other is None:
            continue
        better = sum(one.count for one in row.answers if one.answer in ("4", "5"))
        worse = sum(one.count for one in row.answers if one.answer in ("1", "2"))
        best = max(better, worse)
        if 2 * best <= row.votes:
            continue
        texts = [item.reply.text, item.other.text]
        chosen, rejected = texts if better > worse else reversed(texts)
        yield PreferenceRow(
            prompt=_messages(item),
            chosen=(MessageRow(role="assistant", content=chosen),),
            rejected=(MessageRow(role="assistant", content=rejected),),
            item=row.item,
            person=row.person,
            votes=row.votes,
            share=best / row.votes,
        )


def relevance_rows(told: Snapshot, soft: Iterable[SoftRow]) -> Iterator[RelevanceRow]:
    """Yield a row for each prompt and attribute that somebody decided on."""
    for row in soft:
        placed = told.items[row.item]
        question, part, query = told.question(row.item), placed.part(row.part), placed.item.query
        if question.subject != "attribute_query" or not row.votes or part is None or query is None:
            continue
        yes = sum(one.count for one in row.answers if one.answer in question.positive)
        yield RelevanceRow(
            text_a=query.prompt,
            text_b=part.text or "",
            label=yes / row.votes,
            weight=1 / (row.probability or 1.0),
            query=row.query,
            attribute=row.attribute,
            person=row.person,
            votes=row.votes,
        )


def annotator_rows(told: Snapshot, rows: Sequence[JudgmentRow]) -> Iterator[AnnotatorRow]:
    """Yield everyone who came, in the order of arrival."""
    left_out = {one.annotator for one in told.exclusions if one.undone is None}
    # The time of a place stands on each of its parts.
    spent = {(row.annotator, row.task, row.slot, row.place): row.active_s for row in rows}
    seconds: defaultdict[str, float] = defaultdict(float)
    for (id, *_), time in spent.items():
        seconds[id] += time
    counted = Counter(row.annotator for row in rows if row.counts)
    for who in told.annotators:
        yield AnnotatorRow(
            study=told.study.study,
            annotator=who.id,
            number=who.number,
            band=who.band,
            state=who.state,
            excluded=who.id in left_out,
            answers=counted[who.id],
            active_minutes=round(seconds[who.id] / 60, 3),
        )


def adjudication_rows(told: Snapshot) -> Iterator[AdjudicationRow]:
    """Yield what stands of what was decided."""
    for one in told.adjudications:
        yield AdjudicationRow(
            study=told.study.study,
            task=told.items[one.item].task,
            question=told.question(one.item).name,
            item=one.item,
            part=one.part,
            answer=one.answer,
            failure=one.failure,
            reason=one.reason,
            account=one.account,
            at=iso(one.at),
        )


def exclusion_rows(told: Snapshot) -> Iterator[ExclusionRow]:
    """Yield who was left out, also where that was taken back."""
    for one in told.exclusions:
        yield ExclusionRow(
            study=told.study.study,
            annotator=one.annotator,
            reason=one.reason,
            account=one.account,
            at=iso(one.at),
            undone_at=iso(one.undone),
        )


def text_rows(told: Snapshot) -> Iterator[TextRow]:
    """Yield every text that annotators were shown."""
    for one in told.texts:
        yield TextRow(
            study=told.study.study, task=one.task, hash=one.hash, number=one.number, text=one.text
        )


def agreements(told: Snapshot, rows: Iterable[JudgmentRow]) -> list[Agreement]:
    """Return how far annotators agree in each task, with intervals over remembered people."""
    votes = [row for row in rows if is_vote(row)]
    found = []
    for task in told.study.tasks:
        mine = [row for row in votes if row.task == task.name]
        columns = (
            [f"{row.item}/{row.part}" for row in mine],
            [row.annotator for row in mine],
            [float(task.asks.values.index(row.oriented or "")) for row in mine],
            [row.person or row.item for row in mine],
        )
        alpha = krippendorff_alpha(*columns, scale="ordinal" if task.asks.ordinal else "nominal")
        found.append(Agreement(task=task.name, alpha=alpha, percent=percent_agreement(*columns)))
    return found


def _entropy(given: Counter[str]) -> float | None:
    shares = [count / given.total() for count in given.values() if count]
    # Adding zero keeps what all agree on from being written as -0.
    return 0.0 - sum(share * math.log2(share) for share in shares) if shares else None


def _majority(given: Counter[str]) -> str | None:
    return next((answer for answer, n in given.items() if 2 * n > given.total()), None)


def _messages(item: Item) -> tuple[MessageRow, ...]:
    query = item.query
    if query is None:
        return ()
    said = tuple(MessageRow(role=turn.role, content=turn.text) for turn in query.messages)
    return (*said, MessageRow(role="user", content=query.prompt))
