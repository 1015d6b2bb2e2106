"""What `recenter export` wrote: judgments of people and models on what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from recenter.errors import InputError
from recenter.questions import BETTER, SUPPORTED, get_question
from recenter.records import (
    Attribute,
    Conversation,
    Guess,
    Judge,
    Judgment,
    Query,
    Record,
    Reply,
    Subject,
)
from recenter.reports.material import RECOGNISED, Answer, Item, Material, Problems
from recenter.reports.readers.base import Row
from recenter.stages.reply_checks import shows
from recenter.train.exported import record_of

_GROUP = "store"
_KINDS: dict[str, type[Record]] = {
    "conversation": Conversation,
    "attribute": Attribute,
    "retired attribute": Attribute,
    "query": Query,
    "reply": Reply,
    "judgment": Judgment,
    "guess": Guess,
}
_HIGHEST = len(BETTER.answers) + 1

R = TypeVar("R", bound=Record)


class _Stored:
    """The records of an export by kind and id."""

    def __init__(self) -> None:
        self._of: dict[tuple[type[Record], str], Record] = {}

    def add(self, record: Any) -> None:
        """Keep a record."""
        self._of[type(record), record.id] = record

    def get(self, kind: type[R], name: str | None) -> R | None:
        """Return the record of this kind and id, where there is one."""
        found = self._of.get((kind, name or ""))
        return found if isinstance(found, kind) else None


def read_export(rows: Iterable[Row]) -> Material:
    """Return the judgments with what they are about.

    A comparison is turned so that the reply that is rated is the one that knows the person.
    Raises: see `Reader`.
    """
    stored, problems = _Stored(), Problems()
    judgments: list[tuple[Judgment, str]] = []
    guesses: list[Guess] = []
    for row in rows:
        record = record_of(row.fields, _KINDS, file=row.file, number=row.line)
        if isinstance(record, Judgment):
            judgments.append((record, row.place))
        elif isinstance(record, Guess):
            guesses.append(record)
        elif record is not None:
            stored.add(record)
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    for judgment, place in judgments:
        try:
            value = _value(judgment)
        except InputError as error:
            off = error.field == "answer"
            problems.add("an answer off the scale" if off else "a question unknown", place)
            continue
        turned = _turned(judgment.subject, stored)
        group = _group(judgment.subject, stored, turned)
        answer = _answer(judgment, value, turned, group)
        item = _item(judgment, stored, turned)
        if item is None:
            problems.add("a judgment on nobody that is known", place)
            continue
        answers.append(answer)
        items[group, answer.item] = item
    for guess in guesses:
        judgment = _rated(guess)
        turned = _turned(judgment.subject, stored)
        group = _group(judgment.subject, stored, turned)
        right = None if guess.said == "cannot_tell" else float(guess.said == guess.side)
        answer = _answer(judgment, 0.0, turned, group)
        answers.append(msgspec.structs.replace(answer, question=RECOGNISED, value=right))
        item = _item(judgment, stored, turned)
        if item is not None:
            items.setdefault((group, answer.item), item)
    return Material(answers=tuple(answers), items=items, problems=problems.found)


def _rated(guess: Guess) -> Judgment:
    """Return the rating that a guess goes with, as if there were no difference."""
    return Judgment(
        id="",
        question=BETTER.name,
        subject=Subject(query=guess.query, reply=guess.reply, other_reply=guess.other_reply),
        judge=Judge(kind="person", name=guess.judge),
        answer="3",
        person=guess.person,
        position=guess.side,
    )


def _value(judgment: Judgment) -> float:
    """Return the place of the answer on its scale, the number itself where it is one.

    Raises:
        InputError: there is no such question, or the answer is not on its scale.
    """
    answer = get_question(judgment.question).check(judgment.answer)
    scale = get_question(judgment.question).values
    return float(answer) if answer.isdecimal() else float(scale.index(answer))


def _turned(subject: Subject, stored: _Stored) -> bool:
    one, other = stored.get(Reply, subject.reply), stored.get(Reply, subject.other_reply)
    return one is not None and other is not None and one.arm == "generic" != other.arm


def _group(subject: Subject, stored: _Stored, turned: bool) -> str:
    """Return the group: comparisons other than with a generic reply are a group of their own."""
    one, other = stored.get(Reply, subject.reply), stored.get(Reply, subject.other_reply)
    if subject.other_reply is None:
        return _GROUP
    if one is None or other is None:
        return f"{_GROUP}, replies not in the export"
    knows, against = (other.arm, one.arm) if turned else (one.arm, other.arm)
    if against == "generic" and knows != "generic":
        return _GROUP
    return f"{_GROUP}, {knows} against {against}"


def _answer(judgment: Judgment, value: float, turned: bool, group: str) -> Answer:
    subject = judgment.subject
    about = [subject.query, subject.reply, subject.other_reply, subject.attribute]
    position = judgment.position
    if turned:
        about[1], about[2] = about[2], about[1]
        value = _HIGHEST - value
        position = None if position is None else _OTHER[position]
    return Answer(
        question=judgment.question,
        group=group,
        item="/".join(part for part in about if part),
        judge=judgment.judge.name,
        kind=judgment.judge.kind,
        value=value,
        probability=judgment.probability,
        failure=judgment.failure,
        position=position,
    )


_OTHER: Mapping[str, Any] = {"first": "second", "second": "first"}


def _item(judgment: Judgment, stored: _Stored, turned: bool) -> Item | None:
    """Return what a judgment is about, or None where the person is not known."""
    subject = judgment.subject
    attribute, query = stored.get(Attribute, subject.attribute), stored.get(Query, subject.query)
    reply, other = stored.get(Reply, subject.reply), stored.get(Reply, subject.other_reply)
    if turned:
        reply, other = other, reply
    known = [one.person for one in (attribute, query, reply) if one is not None]
    person = judgment.person or next(iter(known), None)
    if person is None:
        return None
    return Item(
        person=person,
        prompt=subject.query or "",
        text=attribute.text if attribute else "",
        message=query.prompt if query else "",
        source=_source(attribute, reply, stored),
        longer=_longer(reply, other),
        mentions=_mentions(reply, attribute, query),
        refines=attribute.members[0] if attribute and len(attribute.members) == 1 else None,
        **_for_systems(judgment.question, attribute, reply, other, stored),
    )


def _for_systems(
    question: str,
    attribute: Attribute | None,
    reply: Reply | None,
    other: Reply | None,
    stored: _Stored,
) -> dict[str, Any]:
    """Return what a system is shown of a statement, or of two replies, as people were."""
    if question == SUPPORTED.name and attribute is not None:
        cited = dict.fromkeys(one.conversation for one in attribute.evidence)
        talks = [talk for name in cited if (talk := stored.get(Conversation, name)) is not None]
        return {
            "evidence": "\n".join(one.quote for one in attribute.evidence),
            "turns": tuple(turn for talk in talks for turn in talk.turns),
        }
    if question != BETTER.name or reply is None or other is None:
        return {}
    told = {one.attribute: one.text for both in (reply, other) for one in both.receipt.used}
    words = None
    if reply.text is not None and other.text is not None:
        words = (reply.text, other.text)
    return {
        "replies": words,
        "reply_ids": (reply.id, other.id),
        "statements": tuple(told.values()) if attribute is None else (attribute.text,),
    }


def _source(attribute: Attribute | None, reply: Reply | None, stored: _Stored) -> str:
    """Return the corpus of an attribute's first quote, or the model that wrote a reply."""
    if reply is not None:
        return reply.signature.model or ""
    for evidence in attribute.evidence if attribute else ():
        talk = stored.get(Conversation, evidence.conversation)
        if talk is not None:
            return talk.source
    return ""


def _longer(reply: Reply | None, other: Reply | None) -> float | None:
    if reply is None or other is None or reply.text is None or other.text is None:
        return None
    return float(len(reply.text) - len(other.text))


def _mentions(reply: Reply | None, attribute: Attribute | None, query: Query | None) -> bool | None:
    """Return whether a reply names the attribute asked about, or else any that it used."""
    if reply is None or reply.text is None:
        return None
    used = [line.text for line in reply.receipt.used] if attribute is None else [attribute.text]
    given = query.prompt if query else ""
    found = [shows(reply.text, text, given=given) for text in used]
    return None if all(one is None for one in found) else any(found)
