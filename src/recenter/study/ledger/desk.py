"""Where one study stands in the store, and its records as they are read from there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from recenter import formats
from recenter.errors import InputError, RefusedError
from recenter.importers.pseudonym import pseudonym
from recenter.records import Record
from recenter.store.database import Database, Transaction
from recenter.study.design import Outcome, Study
from recenter.study.items import Kind, Side

State = Literal["open", "paused", "closed"]
SlotState = Literal["open", "held", "done", "reclaimed", "replaced", "passed", "failed"]
"""`reclaimed`: what was left undone went to others. `replaced`: everything did, and the answers
count no more."""
Purpose = Literal["training", "work"]

WORKING = ("joined", "working", "paused")
"""States of an annotator whose part has not ended; the others are outcomes, and `returned`."""
_LONGEST_REASON = 120
_MOST_REASONS = 100
_OTHER_REASONS = "other reasons"
# To the last quote of its kind, or to the end: a quoted text may hold quotes itself. An apostrophe
# in a word opens nothing.
_QUOTED = re.compile(r"(?P<quote>(?<!\w)'|[\"`])(?:.*(?P=quote)|.*)", re.DOTALL)
RETURNED = "returned"
"""State of an annotator whose place was given back at their platform: there is no code for it."""


class Desk(msgspec.Struct, frozen=True):
    """One study in a store."""

    database: Database
    study: Study
    key: bytes
    """The study's secret."""
    state: State = "open"
    clock: Callable[[], float] = time.time

    @property
    def id(self) -> str:
        """Name of the study."""
        return self.study.study

    def secret(self, *about: str) -> str:
        """Return 24 hex digits that only the study can make of these words."""
        return pseudonym(self.key, *about)

    def pseudonym(self, id: str) -> str:
        """Return the annotator who comes with an id, such as `prolific/...`."""
        return f"ann_{self.secret('annotator', id)}"

    def code(self, outcome: Outcome) -> str:
        """Return the completion code of an outcome: that of the file, or one made of the key."""
        return self.study.codes.get(outcome) or self.secret("code", outcome)[:8].upper()


class Annotator(Record, frozen=True):
    """Somebody who answers, by pseudonym."""

    id: str
    number: int
    """In order of arrival, from 1."""
    band: str
    """Group that they were dealt to; empty where the study has none."""
    state: str
    """`joined`, `working`, `paused`, `returned`, or the outcome that their part came to."""
    consented: float | None
    joined: float
    seen: float

    @property
    def ended(self) -> bool:
        """Whether their part is over."""
        return self.state not in WORKING

    @property
    def paused(self) -> bool:
        """Whether they said that they will come back."""
        return self.state == "paused"


class SlotRow(Record, frozen=True):
    """A slot as somebody holds it."""

    id: str
    task: str
    purpose: Purpose
    number: int
    state: SlotState
    leased_until: float | None


class PlaceRow(Record, frozen=True):
    """One place of a slot."""

    position: int
    item: str
    kind: Kind
    side: Side | None
    only: tuple[str, ...] | None
    """Parts that are asked for, where somebody else answered the others."""
    shown: float | None
    done: float | None
    active_ms: int
    idle_ms: int
    opened: int


def load_desk(database: Database, name: str, *, clock: Callable[[], float] = time.time) -> Desk:
    """Return a study that was opened before.

    Raises:
        InputError: there is none of this name.
    """
    rows = database.rows("study_get", study=name)
    if not rows:
        raise InputError(
            f"there is no study {name!r} in {database.place}.",
            cure="`recenter study serve FILE` begins it.",
        )
    (_, key, _, state, record) = rows[0]
    study = formats.decode(record, Study, file="store, table studies")
    return Desk(database, study, bytes.fromhex(key), state, clock)


def annotator_of(transaction: Transaction, desk: Desk, id: str) -> Annotator:
    """Return an annotator.

    Raises:
        RefusedError: nobody of this id takes part.
    """
    rows = transaction.rows("study_annotator", study=desk.id, annotator=id)
    if not rows:
        raise RefusedError("nobody of this id takes part in the study.", status=403)
    return Annotator(**dict(zip(Annotator.__struct_fields__, rows[0], strict=True)))


def annotators(desk: Desk) -> list[Annotator]:
    """Return everyone who came, in the order of arrival."""
    fields = Annotator.__struct_fields__
    rows = desk.database.rows("study_annotators", study=desk.id)
    return [Annotator(**dict(zip(fields, row, strict=True))) for row in rows]


def slots_of(transaction: Transaction, desk: Desk, annotator: str) -> list[SlotRow]:
    """Return what somebody was given, training before work."""
    rows = transaction.rows("study_slots_of", study=desk.id, annotator=annotator)
    return [SlotRow(**dict(zip(SlotRow.__struct_fields__, row, strict=True))) for row in rows]


def places_of(transaction: Transaction, slot: str) -> list[PlaceRow]:
    """Return the places of a slot in the order in which they are shown."""
    rows = transaction.rows("study_places_of", slot=slot)
    places = [dict(zip(PlaceRow.__struct_fields__, row, strict=True)) for row in rows]
    return [PlaceRow(**place | {"only": parts_named(place["only"])}) for place in places]


def parts_named(text: str | None) -> tuple[str, ...] | None:
    """Return the parts that a place asks for, as they are stored; None means all."""
    return None if text is None else tuple(msgspec.json.decode(text, type=list[str]))


def refused(desk: Desk, reason: str) -> None:
    """Count what was refused, by its reason without anything in quotes; never a text of anybody.

    A study keeps so many reasons at most; what comes later is counted as others.
    """
    told = _QUOTED.sub("…", reason)[:_LONGEST_REASON]

    def work(transaction: Transaction) -> None:
        known = {row[0] for row in transaction.rows("study_refusals", study=desk.id)}
        room = told in known or len(known) < _MOST_REASONS
        transaction.run(
            "study_refusal_add",
            study=desk.id,
            reason=told if room else _OTHER_REASONS,
            now=desk.clock(),
        )

    desk.database.transact(work)


def put_slot(
    transaction: Transaction,
    desk: Desk,
    slot: Mapping[str, Any],
    places: Sequence[tuple[str, Kind, tuple[str, ...] | None]],
) -> None:
    """Store a slot with its places: (item, kind, the only parts asked for)."""
    transaction.run("study_slots_put", study=desk.id, **slot)
    transaction.many(
        "study_places_put",
        [
            {
                "slot": slot["id"],
                "position": position,
                "study": desk.id,
                "item": item,
                "kind": kind,
                "side": None,
                "subset": None if only is None else formats.encode(only),
            }
            for position, (item, kind, only) in enumerate(places)
        ],
    )
