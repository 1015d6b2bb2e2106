"""Own rows with what is planted in them: `{"turns", "preference", "question"?, "persona"?}`."""

from __future__ import annotations

from typing import Any

import msgspec

from recenter.importers.base import Format, Made, conversation_of, lone_person
from recenter.importers.benchmarks.told import Told, planted_in
from recenter.importers.fields import iso_utc, role_of
from recenter.importers.pseudonym import Pseudonyms
from recenter.records import Turn

_NAME = "planted"


class _Turn(msgspec.Struct):
    role: str
    text: str
    at: str | None = None


class _Row(msgspec.Struct):
    turns: list[_Turn]
    session: str | int | None = None
    id: str | int | None = None
    person: str | int | None = None
    at: str | None = None
    language: str | None = None
    preference: str | None = None
    question: str | None = None
    persona: str | None = None


def _fits(row: Any) -> bool:
    return isinstance(row, dict) and {"turns", "preference"} <= row.keys()


def _turns(row: _Row) -> tuple[Turn, ...]:
    """Return the turns, each in its place; what the system said is emptied, as it may plant."""
    roles = [role_of(turn.role, field=f"turns[{i}].role") for i, turn in enumerate(row.turns)]
    return tuple(
        Turn(
            role=role,
            text=turn.text if role in ("user", "assistant") else "",
            at=iso_utc(turn.at, field=f"turns[{i}].at"),
        )
        for i, (turn, role) in enumerate(zip(row.turns, roles, strict=True))
    )


def _convert(row: _Row, door: Pseudonyms, _account: str) -> tuple[Made, ...]:
    turns = _turns(row)
    raw_id = next((str(id) for id in (row.session, row.id) if id not in (None, "")), None)
    person = (
        door.person(str(row.person))
        if row.person not in (None, "")
        else lone_person(turns, door, source=_NAME, raw_id=raw_id)
    )
    talk = conversation_of(
        turns,
        door,
        person=person,
        source=_NAME,
        raw_id=raw_id,
        at=iso_utc(row.at, field="at"),
        language=row.language,
    )
    told = Told(door, person=person, source=_NAME)
    where = planted_in(talk)
    return (
        talk,
        *told("preference", row.preference, conversation=where, question=row.question),
        *told("persona", row.persona, conversation=where),
    )


PLANTED = Format(name=_NAME, mark="preference", row=_Row, convert=_convert, fits=_fits)
