"""Small studies for tests: invented people and texts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from recenter.records import Evidence, Query, Turn
from recenter.store.database import Database
from recenter.study.design import Study, Task, Written
from recenter.study.items import OVERALL, Draft, Item, Part, Talk
from recenter.study.ledger.desk import Desk
from recenter.study.ledger.opening import open_study
from recenter.study.plan import TaskItems, make_plan


class Clock:
    """Time that a test moves."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def supported(name: str, person: str = "per_a", key: tuple[str, ...] = ()) -> Item:
    text = f"I bake bread every Sunday, says {name}."
    return Item(
        id=f"sup_{name}",
        person=person,
        parts=(
            Part(
                name="1", attribute=f"att_{name}", text=f"Bakes ({name}).", person=person, key=key
            ),
        ),
        conversations=(
            Talk(
                id=f"con_{name}",
                turns=(Turn(role="user", text=text), Turn(role="assistant", text="Nice.")),
            ),
        ),
        evidence=(Evidence(conversation=f"con_{name}", turn=0, start=0, end=25, quote=text[:25]),),
        explanation="Because it says so." if key else None,
    )


def relevant(name: str, people: tuple[str, ...] = ("per_a",), key: tuple[str, ...] = ()) -> Item:
    return Item(
        id=f"rel_{name}",
        person=people[0] if len(people) == 1 else None,
        query=Query(id=f"qry_{name}", person=people[0], prompt=f"What should I cook, {name}?"),
        parts=tuple(
            Part(
                name=str(place),
                attribute=f"att_{name}_{place}",
                text=f"Likes dish {place} of {name}.",
                person=person,
                query=f"qry_{name}",
                key=key,
            )
            for place, person in enumerate(people * 2, 1)
        ),
    )


def better(name: str, person: str = "per_a", apart: str | None = None) -> Item:
    query = Query(id=f"qry_{name}", person=person, prompt=f"Plan my week, {name}?")
    return Item(
        id=f"bet_{name}",
        person=person,
        query=query,
        reply=Draft(
            id=f"rep_{name}_p", arm="selected", text=f"Since you bake, bake on **Sunday** ({name})."
        ),
        other=Draft(id=f"rep_{name}_g", arm="generic", text=f"Rest on *Sunday* ({name})."),
        parts=(
            Part(
                name="1",
                attribute="att_bakes",
                text="Bakes on Sundays.",
                person=person,
                query=query.id,
            ),
            Part(name=OVERALL, person=person, query=query.id),
        ),
        apart=apart,
    )


def task(name: str = "quality", question: str = "supported", **more: Any) -> Task:
    values = {"name": name, "question": question, "items": "x.jsonl", "guidelines": "g.md"} | more
    return msgspec.convert(values, Task)


def written(*tasks: Task, **more: Any) -> Written:
    values: dict[str, Any] = {
        "study": "demo",
        "title": "Do these hold?",
        "contact": "the study team",
        "consent": "c.md",
        "tasks": tasks,
    }
    study = Study(**(values | more))
    return Written(
        path=Path("study.yaml"),
        study=study,
        consent="You **agree** to answer.",
        guidelines={one.name: f"# Guide\n\nRead closely ({one.name})." for one in tasks},
    )


def opened(database: Database, file: Written, items: Mapping[str, TaskItems], clock: Clock) -> Desk:
    return open_study(database, file, make_plan(file.study, items), clock=clock)
