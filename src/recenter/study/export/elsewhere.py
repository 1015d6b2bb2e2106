"""Answers that were given somewhere else: read from JSON lines, checked, and made judgments of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from recenter import formats
from recenter.errors import InputError
from recenter.importers.pseudonym import pseudonym
from recenter.provenance import Signature, digest
from recenter.questions import get_question
from recenter.records import Failure, Judge, Judgment, Record, Subject, Turn, judgment_id
from recenter.study.export.judgments import JudgmentRow, oriented, owner, rows_of
from recenter.study.export.snapshot import Snapshot, snapshot
from recenter.study.item_rows import DECLINES
from recenter.study.items import OVERALL, Item, Part, Side
from recenter.study.ledger.desk import Desk, annotators

_OWN = re.compile(r"ann_[0-9a-f]{24}\Z")
Order = Literal["ab", "ba"]
_ORDERS: tuple[Order, Order] = ("ab", "ba")


class Answer(Record, frozen=True):
    """One answer of one person to one part of an item. Fields are named as in `JudgmentRow`."""

    question: str
    item: str
    part: str
    annotator: str
    """Pseudonym, once it is through the door."""
    answer: str
    """As it was clicked: a point of the question's scale, or one of `DECLINES`."""
    failure: Failure | None = None
    note: str | None = None
    side: Side | None = None
    """Of `better`, where the rated reply was shown."""
    kind: Literal["work", "repeat", "check", "gold"] = "work"
    counts: bool = True
    answered_at: str | None = None
    active_s: float | None = None

    @property
    def oriented(self) -> str | None:
        """The answer as said of what is rated; None where it was declined."""
        return oriented(self.question, self.answer, self.side)


class Asked(Record, frozen=True):
    """One part of an item with all that is needed to ask about it elsewhere."""

    question: str
    item: str
    part: str
    texts: Mapping[str, str]
    """By name, in the order in which they are shown. Of `better`, `reply_a` is shown first."""
    side: Side | None = None
    """Of `better`, where the rated reply is shown."""


def asked(desk: Desk) -> list[Asked]:
    """Return every part of the items of work, to be asked about elsewhere.

    Of `better`, about half the items have the rated reply first: which, nobody can tell.
    """
    return list(_asked(snapshot(desk), desk))


def given(desk: Desk) -> list[Answer]:
    """Return the answers to work that count, and those that were declined."""
    rows = rows_of(snapshot(desk))
    return [
        _answer(row) for row in rows if row.kind == "work" and row.why_not in (None, "declined")
    ]


def read_judgments(path: Path, *, key: bytes) -> list[Answer]:
    """Return the answers of a file of JSON lines, annotators under pseudonyms made with `key`.

    A pseudonym that Recenter made stays as it is. All rows are read and checked, or none is
    returned.

    Raises:
        InputError: the file cannot be read; or a row lacks a field, is off the scale, or answers
            the same once more; names line and field.
    """
    answers = (
        (number, formats.decode(line, Answer, file=path.name, number=number))
        for number, line in enumerate(read_bytes(path).splitlines(), 1)
        if line.strip()
    )
    return checked(answers, key=key, file=path.name)


def checked(answers: Iterable[tuple[int | str, Answer]], *, key: bytes, file: str) -> list[Answer]:
    """Return answers from outside with their annotators under pseudonyms.

    Each comes with its place in the file: a line, or the path of a field.

    Raises:
        InputError: an answer is off its scale, or the same was answered before.
    """
    seen: dict[tuple[str, ...], int | str] = {}
    found = []
    for place, one in answers:
        try:
            answer = _through_the_door(one, key)
            same = (answer.question, answer.item, answer.part, answer.annotator, answer.kind)
            if same in seen:
                raise InputError(
                    f"the same annotator answered this before, at {seen[same]}.",
                    field="annotator",
                    cure="Keep one answer, or call the later one `kind` repeat.",
                )
        except InputError as error:
            raise _placed(error, place, file) from None
        seen[same] = place
        found.append(answer)
    if not found:
        raise InputError("holds no answers.", file=file)
    return found


def of_others(desk: Desk, answers: Iterable[Answer]) -> list[Answer]:
    """Return the answers that are not by annotators who came to the study itself.

    Theirs stand in the study, or do not since they withdrew; what was written for another tool
    brings them along.
    """
    own = {one.id for one in annotators(desk)}
    return [one for one in answers if one.annotator not in own]


def judgments_elsewhere(desk: Desk, answers: Iterable[Answer]) -> list[Judgment]:
    """Return judgments of answers given elsewhere about the items of a study.

    As in `judgments.judgments`: work that counts, on replies as wholes; only `of_others`. All
    answers are checked before any is returned, so that a store gets all of them or none.

    Raises:
        InputError: there is no such item or part, or it is asked another question.
    """
    told, given = snapshot(desk), list(answers)
    made = [_judgment(told, one, f"answers[{place}]") for place, one in enumerate(given)]
    others = {one.annotator for one in of_others(desk, given)}
    return [one for one in made if one is not None and one.judge.name in others]


def turned(answer: Answer, side: Side | None) -> Answer:
    """Return an answer as it reads where the rated reply is shown on another side."""
    if side is None or answer.side in (None, side):
        return answer
    other = oriented(answer.question, answer.answer, "first") or answer.answer
    return msgspec.structs.replace(answer, answer=other, side=side)


def order_of(one: Asked) -> Order | None:
    """Return on which side the rated reply is, as a tool may show it beside the task.

    Whoever reads it there learns nothing: it says the same of one item and the other of the next.
    """
    return None if one.side is None else _ORDERS[_odd(one.item) ^ (one.side == "first")]


def side_of(item: str, order: Order | None) -> Side | None:
    """Return the side that `order_of` made an order of."""
    if order is None:
        return None
    return "first" if _odd(item) ^ _ORDERS.index(order) else "second"


def read_bytes(path: Path) -> bytes:
    """Return what is in a file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", file=str(path)) from None


def _odd(item: str) -> int:
    return int(digest("order", item), 16) % 2


def _through_the_door(one: Answer, key: bytes) -> Answer:
    """Return a checked answer under a pseudonym."""
    question = get_question(one.question)
    if one.answer not in (*question.values, *DECLINES):
        raise InputError(
            f"{one.answer!r} is not an answer to {question.name!r}; expected one of "
            f"{', '.join((*question.values, *DECLINES))}.",
            field="answer",
        )
    if one.failure is not None and (
        not question.failures or one.answer in (*question.positive, *DECLINES)
    ):
        raise InputError(f"{one.failure!r} does not go with {one.answer!r}.", field="failure")
    if question.name == "better" and one.side is None:
        raise InputError(
            "is missing: without it nobody can tell which reply was meant.",
            field="side",
            cure="Say where the rated reply was shown: first or second.",
        )
    for name in ("item", "part", "annotator"):
        if not getattr(one, name).strip():
            raise InputError("is empty.", field=name)
    annotator = one.annotator
    if not _OWN.match(annotator):
        annotator = f"ann_{pseudonym(key, 'annotator', annotator)}"
    return msgspec.structs.replace(one, annotator=annotator)


def _placed(error: InputError, place: int | str, file: str) -> InputError:
    if isinstance(place, int):
        return InputError(error.reason, file=file, line=place, field=error.field, cure=error.cure)
    return InputError(error.reason, file=file, field=place, cure=error.cure)


def _judgment(told: Snapshot, one: Answer, field: str) -> Judgment | None:
    placed = told.items.get(one.item)
    part = None if placed is None else placed.part(one.part)
    if placed is None or part is None:
        raise InputError(
            f"the study has no part {one.part!r} of an item {one.item!r}.", field=field
        )
    question = told.question(one.item)
    if question.name != one.question:
        raise InputError(f"the item is asked {question.name!r}, not {one.question!r}.", field=field)
    answer = one.oriented
    whole = question.name != "better" or one.part == OVERALL
    if answer is None or not whole or not one.counts or one.kind != "work":
        return None
    item = placed.item
    subject = Subject(
        attribute=part.attribute,
        query=part.query,
        reply=None if item.reply is None else item.reply.id,
        other_reply=None if item.other is None else item.other.id,
    )
    judge = Judge(kind="person", name=one.annotator)
    signature = Signature(
        prompt=question.hash, settings=digest(told.content, placed.task, "elsewhere")
    )
    return Judgment(
        id=judgment_id(question.name, subject, judge, one.side, signature),
        question=question.name,
        subject=subject,
        judge=judge,
        answer=answer,
        person=owner(item, part),
        failure=one.failure,
        reason=one.note,
        position=one.side,
        signature=signature,
    )


def _answer(row: JudgmentRow) -> Answer:
    return Answer(
        question=row.question,
        item=row.item,
        part=row.part,
        annotator=row.annotator,
        answer=row.answer,
        failure=row.failure,
        note=row.note,
        side=row.side,
        counts=row.counts,
        answered_at=row.answered_at,
        active_s=row.active_s,
    )


def _asked(told: Snapshot, desk: Desk) -> Iterator[Asked]:
    for id, placed in told.items.items():
        if placed.kind != "work":
            continue
        side: Side | None = None
        if placed.item.reply is not None:
            side = "first" if int(desk.secret("elsewhere", id), 16) % 2 else "second"
        for part in placed.item.parts:
            yield Asked(
                question=told.question(id).name,
                item=id,
                part=part.name,
                texts=dict(_texts(placed.item, part, side)),
                side=side,
            )


def _texts(item: Item, part: Part, side: Side | None) -> Iterator[tuple[str, str]]:
    if item.conversations:
        yield "conversations", "\n\n---\n\n".join(_said(one.turns) for one in item.conversations)
    if item.query is not None:
        yield "messages", _said(item.query.messages)
        yield "prompt", item.query.prompt
    yield "attribute", part.text or "All in all"
    if item.reply is not None and item.other is not None:
        pair = [item.reply.text, item.other.text]
        first, second = pair if side == "first" else reversed(pair)
        yield "reply_a", first
        yield "reply_b", second


def _said(turns: Iterable[Turn]) -> str:
    return "\n\n".join(f"{turn.role}: {turn.text}" for turn in turns)
