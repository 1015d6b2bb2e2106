"""`judge QUESTION --batch`: what a question is asked about in, the answer of a model out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from recenter.batch.contract import Row
from recenter.batch.rows import TextRow, attributes_of, query_of
from recenter.batch.verify import statement_of
from recenter.formats import convert
from recenter.models.base import ChatModel
from recenter.provenance import make_id
from recenter.questions import BETTER, Question
from recenter.records import Attribute, Judgment, Query, Receipt, Reply
from recenter.stages.judge import (
    judge_better,
    judge_mentions,
    judge_relevant,
    judge_reply,
    judge_supported,
    preference,
)
from recenter.stages.judge_trained import Chosen, TrainedPreference


class RelevantRow(msgspec.Struct, frozen=True):
    """What counts of a row of `relevant` and `relevant_five`."""

    prompt: str
    attributes: list[TextRow]


class MentionsRow(msgspec.Struct, frozen=True):
    """What counts of a row of `mentions`."""

    reply: str
    attributes: list[TextRow]


class CheckRow(msgspec.Struct, frozen=True):
    """What counts of a row of a check of a reply."""

    prompt: str
    reply: str
    attributes: list[TextRow]
    generic: str | None = None
    """The generic reply, for the question that compares with it."""


class _Known(msgspec.Struct, frozen=True):
    text: str


class BetterRow(msgspec.Struct, frozen=True):
    """What counts of a row of `better`."""

    prompt: str
    a: str
    b: str
    profile: str | list[str | _Known] | dict[str, Any] | None = None
    """What is known of the person: a text, a list of texts or of objects with `text`, or named
    values."""


class ChosenRow(msgspec.Struct, frozen=True):
    """A reply of a row's `history` that the person preferred to another."""

    prompt: str
    chosen: str
    rejected: str


class TrainedRow(msgspec.Struct, frozen=True):
    """What counts of a row of `better` that a trained model judges."""

    prompt: str
    a: str
    b: str
    history: list[ChosenRow] | None = None


def supported_row(row: Row, model: ChatModel) -> Row:
    """Return the row with `answer` (accept, uncertain, reject), `failure` and `reason`.

    Rows are those of `verify`: see `batch.verify`.

    Raises:
        InputError: a field is missing, empty or of the wrong kind.
        ModelError: the model gave no usable answer.
    """
    judgment = judge_supported(*statement_of(row), model=model)
    return row | _answered(judgment) | {"failure": judgment.failure}


def relevant_row(row: Row, model: ChatModel, *, five: bool = False) -> Row:
    """Return the row with `answer` and `reason` on each attribute: yes or no, or with `five` one
    of five levels.

    Raises:
        InputError: a field is missing, of the wrong kind, or an id is there twice.
        ModelError: the model gave no usable answer on some attribute.
    """
    read = convert(row, RelevantRow)
    query = query_of(row, read.prompt)
    return _on_each(
        row, read.attributes, lambda item: judge_relevant(query, item, model=model, five=five)
    )


def mentions_row(row: Row, model: ChatModel) -> Row:
    """Return the row with `answer` (yes, no) and `reason` on each attribute.

    Raises as `relevant_row` does.
    """
    read = convert(row, MentionsRow)
    reply = _reply(query_of(row, ""), read.reply)
    return _on_each(row, read.attributes, lambda item: judge_mentions(reply, item, model=model))


def check_row(row: Row, model: ChatModel, *, question: Question) -> Row:
    """Return the row with `answer` (yes, no) and `reason` to a check of a reply.

    Raises:
        InputError: a field is missing or of the wrong kind.
        ModelError: the model gave no usable answer.
    """
    read = convert(row, CheckRow)
    query = query_of(row, read.prompt)
    generic = None if read.generic is None else _reply(query, read.generic)
    judgment = judge_reply(
        question,
        query,
        _reply(query, read.reply),
        attributes_of(row, read.attributes),
        model=model,
        generic=generic,
    )
    return row | _answered(judgment)


def better_row(row: Row, model: ChatModel) -> Row:
    """Return the row with `preference` in [0, 1] for `a` and the two answers behind it, `orders`.

    A preference of .5 is neither; replies that are the same get it unasked. Exchanging `a` and `b`
    gives 1 minus it. `orders` holds how `a` was rated, from 1 to 5, when it was shown first and
    when second.

    Raises:
        InputError: a field is missing or of the wrong kind.
        ModelError: the model gave no usable answer.
    """
    read = convert(row, BetterRow)
    if read.a == read.b:
        same = BETTER.values[len(BETTER.values) // 2]
        return row | {"preference": 0.5, "orders": {"first": same, "second": same}}
    query = query_of(row, read.prompt)
    a, b = _reply(query, read.a), _reply(query, read.b)
    # In one order whatever is called `a`, so that an exchanged row asks the very same questions.
    exchanged = read.a > read.b
    first, second = (b, a) if exchanged else (a, b)
    known = [_statement(query, text) for text in _texts(read.profile)]
    judgments = judge_better(query, first, second, known, model=model)
    preferred = preference(judgments)
    answers = [judgment.answer for judgment in judgments]
    if exchanged:
        preferred = 1 - preferred
        answers = [BETTER.values[-1 - BETTER.values.index(answer)] for answer in reversed(answers)]
    orders = dict(zip(("first", "second"), answers, strict=True))
    return row | {"preference": preferred, "orders": orders}


def chosen_of(listed: Sequence[ChosenRow] | None) -> tuple[Chosen, ...]:
    """Return the history of a row as records; none is an empty one."""
    return tuple(
        Chosen(prompt=item.prompt, chosen=item.chosen, rejected=item.rejected)
        for item in listed or ()
    )


def trained_better_row(row: Row, judge: TrainedPreference) -> Row:
    """Return the row with `preference` in [0, 1] for `a` and its standard deviation, `deviation`.

    Exchanging `a` and `b` gives exactly 1 minus the preference. `history` is what this person
    chose before; nothing else of the row is read, `profile` neither.

    Raises:
        InputError: a field is missing or of the wrong kind.
    """
    read = convert(row, TrainedRow)
    preferred = judge.preference(read.prompt, read.a, read.b, history=chosen_of(read.history))
    return row | {"preference": preferred.value, "deviation": preferred.deviation}


def _on_each(row: Row, listed: list[TextRow], ask: Callable[[Attribute], Judgment]) -> Row:
    judgments = [ask(attribute) for attribute in attributes_of(row, listed)]
    return row | {
        "attributes": [
            item | _answered(judgment)
            for item, judgment in zip(row["attributes"], judgments, strict=True)
        ]
    }


def _answered(judgment: Judgment) -> Row:
    return {"answer": judgment.answer, "reason": judgment.reason}


def _reply(query: Query, text: str) -> Reply:
    return Reply(
        id=make_id("rep", query.id, text),
        query=query.id,
        person=query.person,
        arm="generic",
        text=text,
        messages=(),
        receipt=Receipt(),
    )


def _statement(query: Query, text: str) -> Attribute:
    return Attribute(
        id=text, person=query.person, text=text, source="stated", confidence=1.0, evidence=()
    )


def _texts(profile: str | list[str | _Known] | dict[str, Any] | None) -> list[str]:
    if isinstance(profile, str):
        return [profile]
    if isinstance(profile, dict):
        return [f"{name}: {_shown(value)}" for name, value in profile.items() if value is not None]
    return [item if isinstance(item, str) else item.text for item in profile or []]


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
