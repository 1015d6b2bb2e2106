"""LongMemEval: a question, and the many sessions of the person who asks it.

Each question has a history of its own, so its asker is a person: sessions that serve several
questions as filling would else make one person of people who contradict each other.
"""

from __future__ import annotations

import datetime
import re

import msgspec

from recenter.errors import InputError
from recenter.importers.base import Format, Made, conversation_of
from recenter.importers.benchmarks.told import Message, Told, planted_in, spoken
from recenter.importers.fields import iso_utc
from recenter.importers.pseudonym import Pseudonyms
from recenter.records import ReferenceKind

_NAME = "longmemeval"
_DATE = re.compile(r"(\d{4})/(\d\d)/(\d\d)\s*(?:\(\w+\))?\s*(?:(\d\d):(\d\d))?\Z", re.ASCII)
_PREFERENCE = "single-session-preference"


class _Row(msgspec.Struct):
    haystack_sessions: list[list[Message]]
    question_id: str
    question: str | None = None
    answer: str | float | int | None = None
    question_type: str | None = None
    haystack_dates: list[str] | None = None
    haystack_session_ids: list[str] | None = None
    answer_session_ids: list[str] | None = None


def _moment(text: str, *, field: str) -> str | None:
    """Return a time written as 2023/05/20 (Sat) 02:21, or as any format may write it.

    Raises:
        InputError: it is not a time.
    """
    found = _DATE.match(text.strip())
    if found is None:
        return iso_utc(text, field=field)
    try:
        year, month, day, hour, minute = (int(part or 0) for part in found.groups())
        return iso_utc(datetime.datetime(year, month, day, hour, minute), field=field)
    except ValueError:
        raise InputError("not a time; expected 2023/05/20 (Sat) 02:21.", field=field) from None


def _beside(row: _Row, field: str) -> list[str | None]:
    """Return what stands in a list beside the sessions, one for each."""
    values: list[str] | None = getattr(row, field)
    if not values:
        return [None] * len(row.haystack_sessions)
    if len(values) != len(row.haystack_sessions):
        raise InputError(
            f"has {len(values)} items for {len(row.haystack_sessions)} sessions.", field=field
        )
    return [*values]


def _convert(row: _Row, door: Pseudonyms, _account: str) -> tuple[Made, ...]:
    person = door.person(row.question_id, source=_NAME)
    names, dates = _beside(row, "haystack_session_ids"), _beside(row, "haystack_dates")
    made: list[Made] = []
    stored: dict[str, str | None] = {}
    for i, messages in enumerate(row.haystack_sessions):
        name, date = names[i], dates[i]
        if name in stored:
            continue
        at = None if date is None else _moment(date, field=f"haystack_dates[{i}]")
        turns = spoken(messages, field=f"haystack_sessions[{i}]", at=at)
        talk = conversation_of(turns, door, person=person, source=_NAME, raw_id=name, at=at)
        if name is not None:
            stored[name] = planted_in(talk)
        made.append(talk)
    told = Told(door, person=person, source=_NAME)
    # Of questions on preferences the "answer" says what the person would prefer.
    kind: ReferenceKind = "preference" if row.question_type == _PREFERENCE else "question_answer"
    answer = None if row.answer is None else str(row.answer)
    for place in dict.fromkeys(row.answer_session_ids or [""]):
        made += told(kind, answer, conversation=stored.get(place), question=row.question)
    return tuple(made)


LONGMEMEVAL = Format(name=_NAME, mark="haystack_sessions", row=_Row, convert=_convert)
