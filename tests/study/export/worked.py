"""A study that was worked through: three questions, what counts and what does not."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import msgspec

from recenter.store import Store
from recenter.study.design import Scan
from recenter.study.items import Item
from recenter.study.ledger import joining, reading, running, saving
from recenter.study.ledger.desk import Annotator, Desk, PlaceRow
from recenter.study.ledger.events import Event
from recenter.study.plan import TaskItems
from tests.study.samples import Clock, better, opened, relevant, supported, task, written

RAW = "5f1e_raw_platform_id_"
PEOPLE = ("per_a", "per_b", "per_c", "per_d", "per_e")
SIGNED = Scan(
    review="review.jsonl",
    signed_off="0" * 24,
    by="the study team",
    on="2026-02-03",
    consent="Shown to annotators and published, with names taken out.",
)
_ids = itertools.count()


def come(desk: Desk, name: str) -> Annotator:
    annotator = joining.join(desk, {"id": f"{RAW}{name}", "study": f"{RAW}study"})
    joining.agree(desk, annotator.id)
    return joining.find(desk, annotator.id)


def click(
    desk: Desk, who: Annotator, slot: str, place: PlaceRow, part: str, answer: str, **more: object
) -> None:
    number = next(_ids)
    event = Event(
        id=f"export-{number:05}",
        slot=slot,
        position=place.position,
        kind="answer",
        seq=number,
        part=part,
        answer=answer,
        **more,  # type: ignore[arg-type]
    )
    saving.save(desk, who.id, event)


def work(desk: Desk, who: Annotator, name: str, answers: Sequence[str]) -> None:
    """Do a task of somebody, with these answers in turn, to all parts."""
    slot = joining.claim(desk, who, desk.study.task(name))
    assert slot is not None
    said = itertools.cycle(answers)
    for place in reading.places(desk, slot.id):
        opening = Event(
            id=f"export-{next(_ids):05}",
            slot=slot.id,
            position=place.position,
            kind="shown",
            seq=next(_ids),
        )
        saving.save(desk, who.id, opening)
        for part in reading.shown(desk, who.id, slot.id, place.position).item.parts:
            answer = next(said)
            failure = {"failure": "other", "note": "Not a trait."} if answer == "reject" else {}
            click(desk, who, slot.id, place, part.name, answer, **failure)
        assert isinstance(desk.clock, Clock)
        desk.clock.now += 2
        beat = Event(
            id=f"export-{next(_ids):05}",
            slot=slot.id,
            position=place.position,
            kind="time",
            seq=next(_ids),
            active_ms=1500,
            idle_ms=250,
        )
        saving.save(desk, who.id, beat)
        assert saving.submit(desk, who.id, slot.id, place.position) == ()


def owned(maker: str, person: str) -> Item:
    """Return an item of a person, with ids and texts of its own."""
    name = person.removeprefix("per_")
    if maker == "better":
        made = better(name, person)
        parts = tuple(
            msgspec.structs.replace(p, attribute=p.attribute and f"att_bakes_{name}")
            for p in made.parts
        )
        query = f"qry_week_{name}"
        assert made.query is not None
        return msgspec.structs.replace(
            made,
            query=msgspec.structs.replace(made.query, id=query),
            parts=tuple(msgspec.structs.replace(p, query=query) for p in parts),
        )
    if maker == "relevant":
        return relevant(name, (person,))
    return supported(name, person)


def study(store: Store, clock: Clock, *, scan: Scan | None = SIGNED, **more: object) -> Desk:
    """Open a study of three tasks about five people."""
    tasks = (
        task("quality", overlap=3, per_annotator=5, repeat=0.2),
        task("pages", "relevant", overlap=3, per_annotator=5),
        task("pairs", "better", overlap=3, per_annotator=5),
    )
    file = written(*tasks, scan=scan, **more)
    items: Mapping[str, TaskItems] = {
        "quality": TaskItems(work=tuple(owned("supported", person) for person in PEOPLE)),
        "pages": TaskItems(work=tuple(owned("relevant", person) for person in PEOPLE)),
        "pairs": TaskItems(work=tuple(owned("better", person) for person in PEOPLE)),
    }
    return opened(store.database, file, items, clock)


def worked(store: Store, clock: Clock, **more: object) -> Desk:
    """Return the study after four people came: one of them was left out, one declined once."""
    desk = study(store, clock, **more)  # type: ignore[arg-type]
    for name, quality, pages, pairs in (
        ("ann", ["accept", "reject", "accept", "uncertain"], ["yes", "no"], ["5", "4", "2", "3"]),
        ("bea", ["accept", "accept", "reject"], ["yes", "yes", "no"], ["4", "4", "1"]),
        ("cleo", ["accept", "cannot_tell", "reject"], ["no", "yes"], ["2", "5", "4", "1"]),
    ):
        who = come(desk, name)
        work(desk, who, "quality", quality)
        work(desk, who, "pages", pages)
        work(desk, who, "pairs", pairs)
    running.exclude(
        desk,
        joining.find(desk, come(desk, "bea").id).id,
        reason="Too fast.",
        account="lead",
        replace=True,
    )
    late = come(desk, "dan")
    work(desk, late, "pairs", ["5", "1"])
    running.adjudicate(
        desk, "sup_a", "1", answer="accept", failure=None, reason="Said so.", account="lead"
    )
    return desk
