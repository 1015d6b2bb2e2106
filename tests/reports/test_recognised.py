"""Whether annotators could tell the replies apart stands in the report of a study."""

from __future__ import annotations

import msgspec
import pytest

from recenter.records import Arm, Guess, Judge, Judgment, Message, Query, Receipt, Reply, Subject
from recenter.reports.better import better_section
from recenter.reports.judged import judged
from recenter.reports.material import RECOGNISED
from recenter.reports.readers.base import Row
from recenter.reports.readers.export import read_export


def reply(query: Query, arm: Arm) -> Reply:
    return Reply(
        id=f"{arm}{query.id.removeprefix('q')}",
        query=query.id,
        person=query.person,
        arm=arm,
        text=f"A reply {arm}.",
        messages=(Message(role="user", content="What now?"),),
        receipt=Receipt(),
    )


def rows(said: list[str]) -> list[Row]:
    made: list[tuple[str, object]] = []
    for number in range(6):
        query = Query(id=f"q{number}", person=f"p{number}", prompt="What now?")
        made.append(("query", query))
        made += [("reply", reply(query, arm)) for arm in ("selected", "generic")]
        for name in ("ann", "bea", "cleo", "dora", "eve"):
            subject = Subject(
                query=query.id, reply=f"selected{number}", other_reply=f"generic{number}"
            )
            made.append(
                (
                    "judgment",
                    Judgment(
                        id=f"j{number}{name}",
                        question="better",
                        subject=subject,
                        judge=Judge(kind="person", name=name),
                        answer=str(1 + number % 5),
                        person=query.person,
                        position="first",
                    ),
                )
            )
    for number, word in enumerate(said):
        made.append(
            (
                "guess",
                Guess(
                    judge=("ann", "bea", "cleo", "dora", "eve")[number % 5],
                    person=f"p{number % 6}",
                    query=f"q{number % 6}",
                    reply=f"selected{number % 6}",
                    other_reply=f"generic{number % 6}",
                    side="first",
                    said=word,  # type: ignore[arg-type]
                ),
            )
        )
    return [
        Row(fields={"kind": kind, "record": msgspec.to_builtins(record)}, file="x", line=line)
        for line, (kind, record) in enumerate(made, 1)
    ]


def test_guesses_are_counted_beside_the_ratings_and_not_among_them() -> None:
    material = read_export(rows(["first"] * 12 + ["second"] * 4 + ["cannot_tell"] * 4))
    assert sum(one.question == RECOGNISED for one in material.answers) == 20
    of = judged(material, "store", "better")
    section = better_section(material, of, seed=0)
    assert section is not None
    assert section.counts["ratings"] == 30
    table = next(t for t in section.tables if t.title.startswith("Could people tell"))
    right, unsure = table.lines[0].figures
    assert right is not None
    assert unsure is not None
    assert right.value == pytest.approx(12 / 16)
    assert unsure.value == pytest.approx(4 / 20)
    assert right.clusters == 5


def test_without_guesses_nothing_is_said_of_them() -> None:
    material = read_export(rows([]))
    section = better_section(material, judged(material, "store", "better"), seed=0)
    assert section is not None
    assert not any(table.title.startswith("Could people") for table in section.tables)
