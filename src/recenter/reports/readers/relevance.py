"""Which attributes people and models find relevant to a prompt: one row per person and prompt."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from recenter.formats import convert
from recenter.provenance import digest
from recenter.reports.material import Answer, Item, Kind, Material, Problems
from recenter.reports.readers.base import PEOPLE, Row

_GROUP = "relevance"


class _Attribute(msgspec.Struct, frozen=True):
    id: str
    text: str
    relevant: bool | None


class _OfPeople(msgspec.Struct, frozen=True):
    pair: str
    user: str
    prompt: str
    attributes: list[_Attribute]
    prompt_id: str = ""


class _OfModel(msgspec.Struct, frozen=True):
    pair: str
    model: str
    attributes: list[_Attribute]


def read_pairs(rows: Iterable[Row]) -> Material:
    """Return the majorities of people: {pair, user, prompt, attributes: [{id, text, relevant}]}.

    An attribute without a majority (null) is in no figure. Raises: see `Reader`.
    """
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    problems = Problems()
    for row in rows:
        read = convert(row.fields, _OfPeople, file=row.file, number=row.line)
        if not read.attributes:
            problems.add("a row without an answer", row.place)
        for one in read.attributes:
            name = f"{read.pair}/{one.id}"
            items[_GROUP, name] = Item(
                person=read.user,
                prompt=read.prompt_id or digest(read.prompt),
                text=one.text,
                message=read.prompt,
            )
            if one.relevant is None:
                problems.add("people gave no majority", row.place)
            # Where there is no majority, people answered all the same.
            answers.append(_answer(name, PEOPLE, "majority", one.relevant))
    return Material(answers=tuple(answers), items=items, problems=problems.found)


def read_pair_models(rows: Iterable[Row]) -> Material:
    """Return what models said of the same pairs: {pair, model, attributes}.

    An attribute with null is one whose answer could not be read; it is counted, and never a no.
    """
    answers = []
    for row in rows:
        read = convert(row.fields, _OfModel, file=row.file, number=row.line)
        answers += [
            _answer(f"{read.pair}/{one.id}", read.model, "model", one.relevant)
            for one in read.attributes
        ]
    return Material(answers=tuple(answers))


def _answer(item: str, judge: str, kind: Kind, relevant: bool | None) -> Answer:
    return Answer(
        question="relevant",
        group=_GROUP,
        item=item,
        judge=judge,
        kind=kind,
        value=None if relevant is None else float(relevant),
    )
