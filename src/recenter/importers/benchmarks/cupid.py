"""CUPID: people whose preferences depend on the context, shown in several earlier dialogues."""

from __future__ import annotations

import msgspec

from recenter.importers.base import Format, Made, conversation_of
from recenter.importers.benchmarks.told import Message, Told, each_once, planted_in, spoken
from recenter.importers.pseudonym import Pseudonyms

_NAME = "cupid"


class _Interaction(msgspec.Struct):
    dialogue: list[Message]
    context_factor: str | None = None
    contextual_preference: str | None = None


class _Row(msgspec.Struct):
    prior_interactions: list[_Interaction]
    persona_id: str | int
    current_request: str | None = None
    current_context_factor: str | None = None
    current_contextual_preference: str | None = None


def _convert(row: _Row, door: Pseudonyms, _account: str) -> tuple[Made, ...]:
    person = door.person(str(row.persona_id), source=_NAME)
    told = Told(door, person=person, source=_NAME)
    made: list[Made] = []
    for i, before in enumerate(row.prior_interactions):
        turns = spoken(before.dialogue, field=f"prior_interactions[{i}].dialogue")
        talk = conversation_of(turns, door, person=person, source=_NAME, raw_id=None)
        made.append(talk)
        made += told(
            "preference",
            before.contextual_preference,
            conversation=planted_in(talk),
            context=before.context_factor,
        )
    made += told(
        "preference",
        row.current_contextual_preference,
        question=row.current_request,
        context=row.current_context_factor,
    )
    # A persona's dialogues come again in each of its instances.
    return each_once(door, made)


CUPID = Format(name=_NAME, mark="prior_interactions", row=_Row, convert=_convert)
