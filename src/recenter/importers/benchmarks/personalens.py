"""PersonaLens: a profile of each user, and the dialogues that were generated from it.

Dialogues name nobody: each is a person of its own unless the import says whose they are. Profiles
name their user.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from recenter.importers.base import Format, Made, Skip, conversation_of, lone_person
from recenter.importers.benchmarks.told import Message, Told, spoken
from recenter.importers.pseudonym import Pseudonyms
from recenter.provenance import digest
from recenter.records import Reference

_NAME = "personalens"


class _Profile(msgspec.Struct):
    affinities: dict[str, dict[str, Any]]
    demographics: dict[str, Any]
    interactions: dict[str, str | None] | None = None


def _fits(row: Any) -> bool:
    if isinstance(row, list):
        return bool(row) and is_message(row[0])
    return isinstance(row, dict) and {"affinities", "demographics"} <= row.keys()


def is_message(row: Any) -> bool:
    """Tell a bare message, an item of a dialogue that is a file of its own."""
    return isinstance(row, dict) and {"role", "content"} <= row.keys()


def _convert(row: list[Message] | _Profile, door: Pseudonyms, _account: str) -> tuple[Made, ...]:
    if isinstance(row, _Profile):
        return (Skip("no_conversation"), *_known(row, door))
    turns = spoken(row, field="")
    person = lone_person(turns, door, source=_NAME, raw_id=None)
    return (conversation_of(turns, door, person=person, source=_NAME, raw_id=None),)


def _known(profile: _Profile, door: Pseudonyms) -> Iterator[Reference]:
    id = profile.demographics.get("user_id")
    key = digest(msgspec.to_builtins(profile)) if id in (None, "") else str(id)
    told = Told(door, person=door.person(key, source=_NAME), source=_NAME)
    for name, value in profile.demographics.items():
        if name != "user_id":
            yield from told("persona", _said(name, value))
    for domain, affinities in profile.affinities.items():
        for name, value in affinities.items():
            yield from told("preference", _said(name, value), context=domain)
    for domain, text in (profile.interactions or {}).items():
        yield from told("fact", text, context=domain)


def _said(name: str, value: Any) -> str | None:
    """Return `name: value`; None where there is no value."""
    values = value if isinstance(value, list) else [value]
    told = ", ".join(str(one) for one in values if one not in (None, "", [], {}))
    return f"{name}: {told}" if told else None


PERSONALENS = Format(
    name=_NAME, mark="affinities", row=list[Message] | _Profile, convert=_convert, fits=_fits
)
