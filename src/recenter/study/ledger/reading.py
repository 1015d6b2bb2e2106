"""What a page shows of a place, and everything that was answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from recenter import formats
from recenter.errors import RefusedError
from recenter.records import Record
from recenter.store.database import Transaction
from recenter.study.item_rows import DECLINES
from recenter.study.items import Item, Kind, Part, Side
from recenter.study.ledger.desk import Desk, PlaceRow, SlotRow, places_of, slots_of
from recenter.study.ledger.opening import item_of

_PAGE = 200


class Given(Record, frozen=True):
    """An answer as it stands."""

    answer: str
    failure: str | None
    note: str | None


class Shown(Record, frozen=True):
    """A place with all that its page needs."""

    slot: SlotRow
    place: PlaceRow
    places: tuple[PlaceRow, ...]
    """Of the whole slot, for the progress."""
    item: Item
    given: Mapping[str, Given]
    """Answers so far, by part."""
    seq: int
    """The highest that the annotator's page has sent."""


class Answered(Record, frozen=True):
    """One answer of one annotator to one part, as exports and figures take it."""

    item: str
    part: str
    task: str
    kind: Kind
    annotator: str
    number: int
    """Of the annotator, in order of arrival."""
    band: str
    state: str
    """Of the annotator's part."""
    answer: str
    failure: str | None
    note: str | None
    side: Side | None
    guide: str
    """Hash of the guidelines it was given under."""
    at: float
    shown: float | None
    done: float | None
    active_ms: int
    idle_ms: int
    opened: int
    slot: int
    position: int
    slot_state: str
    excluded: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is an answer to work that was handed in and not taken out again."""
        return (
            self.kind in ("work", "repeat")
            and self.done is not None
            and self.slot_state != "replaced"
            and not self.excluded
            and self.answer not in DECLINES
        )


class Guessed(Record, frozen=True):
    """What an annotator said of one pair, once all was rated."""

    annotator: str
    task: str
    item: str
    side: Side
    """Where the personalised reply was shown."""
    said: Literal["first", "second", "cannot_tell"]
    """Which side they took for the personalised one."""


def shown(desk: Desk, annotator: str, slot: str, position: int) -> Shown:
    """Return a place that somebody was given.

    Raises:
        RefusedError: it is not theirs, or its words were forgotten meanwhile.
    """

    def work(transaction: Transaction) -> Shown:
        mine = {one.id: one for one in slots_of(transaction, desk, annotator)}
        places = places_of(transaction, slot) if slot in mine else []
        place = next((one for one in places if one.position == position), None)
        found = item_of(transaction, desk, place.item) if place else None
        if place is None or found is None:
            raise RefusedError("this is not among what you were given.", status=403)
        answers = transaction.rows("study_answers_of", slot=slot)
        ((seq,),) = transaction.rows("study_seq", annotator=annotator)
        return Shown(
            slot=mine[slot],
            place=place,
            places=tuple(places),
            item=_asked(found[0], place),
            given={
                part: Given(answer=answer, failure=failure, note=note)
                for at, part, answer, failure, note, _, _ in answers
                if at == position
            },
            seq=int(seq),
        )

    return desk.database.transact(work)


def _asked(item: Item, place: PlaceRow) -> Item:
    """Return an item with the parts that a place asks for."""
    if place.only is None:
        return item
    parts = tuple(part for part in item.parts if part.name in place.only)
    return msgspec.structs.replace(item, parts=parts)


def places(desk: Desk, slot: str) -> list[PlaceRow]:
    """Return the places of a slot in order."""
    return desk.database.transact(lambda t: places_of(t, slot))


def items(desk: Desk) -> dict[str, tuple[Item, str, str]]:
    """Return all items with the parts that are left of them: (item, task, kind) by id."""
    found: dict[str, tuple[Item, str, str]] = {}
    after = ""
    while rows := desk.database.rows("study_items_page", study=desk.id, after=after, size=_PAGE):
        named = [id for id, *_ in rows]
        parts: dict[str, list[Part]] = {}
        for item, _, record in desk.database.rows("study_parts_page", study=desk.id, items=named):
            part = formats.decode(record, Part, file="store, table study_parts")
            parts.setdefault(item, []).append(part)
        for id, task, kind, record in rows:
            item = formats.decode(record, Item, file="store, table study_items")
            whole = msgspec.structs.replace(item, parts=tuple(parts.get(id, ())))
            found[id] = (whole, task, kind)
        after = named[-1]
    return found


def answers(desk: Desk) -> list[Answered]:
    """Return every answer that stands, also those that do not count, in a fixed order."""
    excluded = left_out(desk)
    fields = [name for name in Answered.__struct_fields__ if name != "excluded"]
    return [
        Answered(**dict(zip(fields, row, strict=True)), excluded=row[4] in excluded)
        for row in desk.database.rows("study_given", study=desk.id)
    ]


def active_seconds(desk: Desk) -> dict[str, float]:
    """Return how long each annotator was at work, practice included, as their pages measured it.

    Consent and guidelines are not measured, nor is a page without its script.
    """
    rows = desk.database.rows("study_active", study=desk.id)
    return {annotator: int(active) / 1000 for annotator, active in rows}


def exclusions(desk: Desk) -> list[tuple[str, str, str, float, float | None]]:
    """Return who was left out: (annotator, reason, account, at, undone)."""
    return [
        (who, reason, account, at, undone)
        for who, reason, account, at, undone in desk.database.rows(
            "study_exclusions", study=desk.id
        )
    ]


def left_out(desk: Desk) -> set[str]:
    """Return the annotators who are left out of the figures at present."""
    return {who for who, *_, undone in exclusions(desk) if undone is None}


def guesses(desk: Desk) -> list[Guessed]:
    """Return what was said of which side was personalised; the last word on each place counts.

    Of two generic replies, or two that both know the person, neither side is right: they are not
    among them. Nor is what was said of work that was given to somebody else.
    """
    found: dict[tuple[str, int], Guessed] = {}
    for who, slot, position, item, record, rated, about, task in desk.database.rows(
        "study_guesses", study=desk.id
    ):
        side = _personalised(formats.decode(about, Item, file="store, table study_items"), rated)
        if side is not None:
            said = msgspec.json.decode(record)["answer"]
            found[slot, position] = Guessed(
                annotator=who, task=task, item=item, side=side, said=said
            )
    return list(found.values())


def _personalised(item: Item, rated: Side) -> Side | None:
    """Return where the reply that knows the person was shown, from where the rated one was."""
    if item.reply is None or item.other is None:
        return None
    rated_knows, other_knows = item.reply.arm != "generic", item.other.arm != "generic"
    if rated_knows == other_knows:
        return None
    return rated if rated_knows else ("first" if rated == "second" else "second")


def guessed(desk: Desk, annotator: str) -> set[str]:
    """Return the tasks of which somebody said which side was personalised, or has none to say it
    of, since its words were forgotten.
    """
    rows = desk.database.rows("study_guessed", study=desk.id, annotator=annotator)
    return {task for (task,) in rows}


def last_seq(desk: Desk, annotator: str) -> int:
    """Return the highest count that somebody's page has sent."""
    ((seq,),) = desk.database.rows("study_seq", annotator=annotator)
    return int(seq)
