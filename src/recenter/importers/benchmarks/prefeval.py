"""PrefEval: one preference an item, shown in a talk of a persona, by a choice, or only stated.

Items share no person: each is a person of its own. Where the preference is only stated there is no
conversation, and what is planted must not become one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from recenter.errors import InputError
from recenter.importers.base import Format, Made, Skip, conversation_of, lone_person
from recenter.importers.benchmarks.told import Told, planted_in
from recenter.importers.pseudonym import Pseudonyms
from recenter.provenance import digest
from recenter.records import Role, Turn

_NAME = "prefeval"
_CHOICE: tuple[tuple[str, Role], ...] = (
    ("query", "user"),
    ("assistant_options", "assistant"),
    ("user_selection", "user"),
    ("assistant_acknowledgment", "assistant"),
)


class _Exchange(msgspec.Struct):
    user: str | None = None
    assistant: str | None = None


class _Row(msgspec.Struct):
    preference: str | None = None
    question: str | None = None
    implicit_query: str | None = None
    persona: str | None = None
    conversation: dict[str, _Exchange | str | list[str] | None] | None = None


def _fits(row: Any) -> bool:
    return isinstance(row, dict) and (
        {"preference", "question", "explanation"} <= row.keys()
        or {"preference", "persona", "conversation"} <= row.keys()
        or {"implicit_query", "conversation"} <= row.keys()
    )


def _turns(row: _Row) -> Iterator[Turn]:
    talk = row.conversation or {}
    if any(name in talk for name, _ in _CHOICE):
        for name, role in _CHOICE:
            said = talk.get(name)
            if isinstance(said, _Exchange):
                raise InputError("expected text.", field=f"conversation.{name}")
            yield Turn(role=role, text="\n".join(said) if isinstance(said, list) else said or "")
        return
    for name in sorted(talk, key=_place):
        exchange = talk[name]
        if exchange is None:  # A column that other rows of a Parquet file fill.
            continue
        if not isinstance(exchange, _Exchange):
            raise InputError("expected an object.", field=f"conversation.{name}")
        yield Turn(role="user", text=exchange.user or "")
        yield Turn(role="assistant", text=exchange.assistant or "")


def _place(name: str) -> int:
    try:
        return int(name)
    except ValueError:
        # Not quoted: it comes from outside.
        raise InputError("expected numbers as names.", field="conversation") from None


def _convert(row: _Row, door: Pseudonyms, _account: str) -> tuple[Made, ...]:
    turns = tuple(turn for turn in _turns(row) if turn.text)
    question = row.question or row.implicit_query
    item = digest([row.preference, question, [(turn.role, turn.text) for turn in turns]])
    person = lone_person(turns, door, source=_NAME, raw_id=item)
    talk = (
        Skip("no_conversation")
        if row.conversation is None
        else conversation_of(turns, door, person=person, source=_NAME, raw_id=item)
    )
    told = Told(door, person=person, source=_NAME)
    where = planted_in(talk)
    return (
        talk,
        *told("preference", row.preference, conversation=where, question=question),
        *told("persona", row.persona, conversation=where),
    )


PREFEVAL = Format(name=_NAME, mark="preference", row=_Row, convert=_convert, fits=_fits)
