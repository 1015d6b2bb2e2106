"""`judge better --batch`: a prompt with two replies in, how far the first is preferred out."""

from __future__ import annotations

from typing import Any

import msgspec

from recenter.batch.contract import Row
from recenter.batch.rows import query_of, read_row
from recenter.models.base import ChatModel
from recenter.provenance import make_id
from recenter.records import Attribute, Query, Receipt, Reply
from recenter.stages.judge import judge_better, preference


class _Known(msgspec.Struct, frozen=True):
    text: str


class BetterRow(msgspec.Struct, frozen=True):
    """What counts of a row."""

    prompt: str
    a: str
    b: str
    profile: str | list[str | _Known] | dict[str, Any] | None = None
    """What is known of the person: a text, a list of texts or of objects with `text`, or named
    values."""


def better_row(row: Row, model: ChatModel) -> Row:
    """Return the row with `preference` in [0, 1] for `a`: .5 is neither, and exchanging `a` and
    `b` gives 1 minus it.

    Raises:
        InputError: a field is missing or of the wrong kind.
        ModelError: the model gave no usable answer.
    """
    read = read_row(row, BetterRow)
    query = query_of(row, read.prompt)
    a, b = _reply(query, read.a), _reply(query, read.b)
    # In one order whatever is called `a`, so that an exchanged row asks the very same questions.
    first, second = (a, b) if read.a <= read.b else (b, a)
    known = [_statement(query, text) for text in _texts(read.profile)]
    preferred = preference(judge_better(query, first, second, known, model=model))
    return row | {"preference": preferred if first is a else 1 - preferred}


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
