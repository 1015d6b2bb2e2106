"""Answers of annotators as typed rows, and as the records that the store and reports read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal, get_args

from recenter import __version__
from recenter.provenance import Signature, digest
from recenter.records import (
    Arm,
    Attribute,
    Conversation,
    Evidence,
    Failure,
    Guess,
    Judge,
    Judgment,
    Query,
    Receipt,
    ReceiptLine,
    Record,
    Reply,
    Subject,
    judgment_id,
)
from recenter.study.export.snapshot import Placed, Snapshot, snapshot
from recenter.study.item_rows import DECLINES
from recenter.study.items import OVERALL, Item, Part, Side
from recenter.study.ledger.desk import Desk
from recenter.study.ledger.reading import Answered

WhyNot = Literal["excluded", "declined", "replaced", "not_handed_in", "check", "gold"]
"""Why an answer does not count; the first that holds."""
SOURCE = "study"
"""Where conversations that come out of a study say that they are from."""
_HIGHEST = 6
"""Sum of an answer to `better` and its mirror image."""


class JudgmentRow(Record, frozen=True):
    """One answer of one annotator to one part of an item."""

    study: str
    task: str
    question: str
    item: str
    part: str
    annotator: str
    """Pseudonym."""
    number: int
    """Of the annotator, in order of arrival."""
    band: str
    kind: Literal["work", "repeat", "check", "gold"]
    answer: str
    """As it was clicked."""
    oriented: str | None
    """Of `better`, as said of the rated reply; None where it was declined."""
    failure: Failure | None
    note: str | None
    side: Side | None
    """Of `better`, where the rated reply was shown."""
    counts: bool
    why_not: WhyNot | None
    guidelines: str
    """Hash of the guidelines it was given under."""
    question_hash: str
    person: str | None
    """The remembered person whom it is about."""
    attribute: str | None
    query: str | None
    reply: str | None
    other_reply: str | None
    arm: Arm | None
    other_arm: Arm | None
    stratum: str | None
    probability: float | None
    shown_at: str | None
    answered_at: str | None
    done_at: str | None
    active_s: float
    idle_s: float
    evidence_opened: int
    slot: int
    place: int
    code: str
    """Version of Recenter that wrote the row."""


def judgment_rows(desk: Desk) -> Iterator[JudgmentRow]:
    """Yield every answer that stands, also those that do not count, in a fixed order."""
    return rows_of(snapshot(desk))


def judgments(desk: Desk) -> Iterator[Judgment]:
    """Yield a judgment for each answer to work that counts, in a fixed order.

    Repeats, declined answers and what `better` says of single attributes are not among them: a
    report takes one answer a judge, and one figure for the replies as wholes.
    """
    return judgments_of(snapshot(desk))


def rows_of(told: Snapshot) -> Iterator[JudgmentRow]:
    """Yield the rows of a study: see `judgment_rows`."""
    for one in told.answers:
        placed = told.items[one.item]
        yield _row(told, one, placed.item, _part(placed, one))


def judgments_of(told: Snapshot) -> Iterator[Judgment]:
    """Yield the judgments of a study: see `judgments`."""
    for row in rows_of(told):
        if is_vote(row):
            yield judgment_of(row, content=told.content)


def judgment_of(row: JudgmentRow, *, content: str) -> Judgment:
    """Return the judgment of a row that is a vote, in a study of this content."""
    judge = Judge(kind="person", name=row.annotator)
    subject = Subject(
        attribute=row.attribute,
        query=row.query,
        reply=row.reply,
        other_reply=row.other_reply,
    )
    signature = Signature(
        code=row.code,
        prompt=row.question_hash,
        settings=digest(content, row.task, row.guidelines),
    )
    return Judgment(
        id=judgment_id(row.question, subject, judge, row.side, signature),
        question=row.question,
        subject=subject,
        judge=judge,
        answer=row.oriented or row.answer,
        person=row.person,
        failure=row.failure,
        reason=row.note,
        position=row.side,
        signature=signature,
    )


def is_vote(row: JudgmentRow) -> bool:
    """Whether a row is one judge's one answer on a thing as a whole, that counts."""
    whole = row.question != "better" or row.part == OVERALL
    return row.counts and row.kind == "work" and row.oriented is not None and whole


def records_of(told: Snapshot) -> Iterator[tuple[str, Record]]:
    """Yield what the judgments are about, by kind, each once: as far as the items hold it.

    Whether an attribute was stated and how sure its extractor was, items do not hold: it counts
    as inferred, with confidence 1.
    """
    placed = [one for one in told.items.values() if one.kind != "training"]
    talks = {talk.id: talk for one in placed for talk in _conversations(one.item)}
    yield from (("conversation", talk) for talk in talks.values())
    attributes: dict[str, Attribute] = {}
    for attribute in (found for one in placed for found in _attributes(told, one.item)):
        known = attributes.get(attribute.id)
        if known is None or len(attribute.evidence) > len(known.evidence):
            attributes[attribute.id] = attribute
    yield from (("attribute", attribute) for attribute in attributes.values())
    queries = {query.id: query for one in placed for query in _queries(one.item)}
    yield from (("query", query) for query in queries.values())
    replies = {reply.id: reply for one in placed for reply in _replies(one.item)}
    yield from (("reply", reply) for reply in replies.values())


def oriented(question: str, answer: str, side: Side | None) -> str | None:
    """Return an answer as said of what is rated; None where it was declined.

    In `better` people say how the reply shown second compares with the first: where the rated
    reply was shown first, that is turned round.
    """
    if answer in DECLINES or (question == "better" and side is None):
        return None
    if question != "better" or side == "second":
        return answer
    return str(_HIGHEST - int(answer))


def owner(item: Item, part: Part) -> str | None:
    """Return the remembered person whom a part is about."""
    return part.person or item.person


def iso(seconds: float | None) -> str | None:
    """Return seconds since 1970 as ISO 8601 in UTC, to the millisecond."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _row(told: Snapshot, one: Answered, item: Item, part: Part) -> JudgmentRow:
    question = told.question(one.item)
    reply, other = item.reply, item.other
    return JudgmentRow(
        study=told.study.study,
        task=one.task,
        question=question.name,
        item=one.item,
        part=one.part,
        annotator=one.annotator,
        number=one.number,
        band=one.band,
        kind="work" if one.kind == "training" else one.kind,
        answer=one.answer,
        oriented=oriented(question.name, one.answer, one.side),
        failure=_failure(one.failure),
        note=one.note,
        side=one.side,
        counts=one.counts,
        why_not=_why_not(one),
        guidelines=one.guide,
        question_hash=question.hash,
        person=owner(item, part),
        attribute=part.attribute,
        query=part.query,
        reply=None if reply is None else reply.id,
        other_reply=None if other is None else other.id,
        arm=None if reply is None else reply.arm,
        other_arm=None if other is None else other.arm,
        stratum=part.stratum,
        probability=part.probability,
        shown_at=iso(one.shown),
        answered_at=iso(one.at),
        done_at=iso(one.done),
        active_s=one.active_ms / 1000,
        idle_s=one.idle_ms / 1000,
        evidence_opened=one.opened,
        slot=one.slot,
        place=one.position,
        code=__version__,
    )


def _part(placed: Placed, one: Answered) -> Part:
    return next(part for part in placed.item.parts if part.name == one.part)


def _why_not(one: Answered) -> WhyNot | None:
    if one.counts:
        return None
    if one.kind in ("check", "gold"):
        return one.kind
    if one.excluded:
        return "excluded"
    if one.slot_state == "replaced":
        return "replaced"
    return "not_handed_in" if one.done is None else "declined"


def _failure(said: str | None) -> Failure | None:
    return next((one for one in get_args(Failure) if one == said), None)


def _conversations(item: Item) -> Iterator[Conversation]:
    if item.person is not None:
        for talk in item.conversations:
            yield Conversation(
                id=talk.id, person=item.person, turns=talk.turns, source=SOURCE, at=talk.at
            )


def _attributes(told: Snapshot, item: Item) -> Iterator[Attribute]:
    asked = told.question(item.id).subject == "attribute"
    evidence: tuple[Evidence, ...] = item.evidence if asked else ()
    for part in item.parts:
        person = owner(item, part)
        if part.attribute is not None and part.text is not None and person is not None:
            yield Attribute(
                id=part.attribute,
                person=person,
                text=part.text,
                source="inferred",
                confidence=1.0,
                evidence=evidence,
                reason=item.reason if asked else None,
                signature=Signature(settings=told.content),
            )


def guesses_of(told: Snapshot) -> Iterator[Guess]:
    """Yield what annotators thought of which reply knew the person."""
    for one in told.guesses:
        item = told.items[one.item].item
        if item.query and item.reply and item.other and item.person:
            yield Guess(
                judge=one.annotator,
                person=item.person,
                query=item.query.id,
                reply=item.reply.id,
                other_reply=item.other.id,
                side=one.side,
                said=one.said,
            )


def _queries(item: Item) -> Iterator[Query]:
    """Yield the query of each part: a page of several people has one of each of them."""
    for part in item.parts:
        person = owner(item, part)
        if item.query is not None and part.query is not None and person is not None:
            yield Query(
                id=part.query,
                person=person,
                prompt=item.query.prompt,
                messages=item.query.messages,
            )


def _replies(item: Item) -> Iterator[Reply]:
    named = [part for part in item.parts if part.attribute is not None]
    used = tuple(
        ReceiptLine(attribute=part.attribute or "", text=part.text or "", reason="")
        for part in named
    )
    for draft in (item.reply, item.other):
        if draft is not None and item.query is not None and item.person is not None:
            yield Reply(
                id=draft.id,
                query=item.query.id,
                person=item.person,
                arm=draft.arm,
                text=draft.text,
                messages=(),
                receipt=Receipt(used=() if draft.arm == "generic" else used),
            )
