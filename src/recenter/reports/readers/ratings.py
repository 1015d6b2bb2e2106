"""Ratings of replies to one conversation by several people, such as how much they use a persona."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from recenter.formats import convert
from recenter.reports.material import Answer, Item, Material, Problems
from recenter.reports.readers.base import Row

_GROUP = "ratings"
_SCALES = {"uses_persona": (0.0, 1.0), "overall": (1.0, 5.0)}
_QUESTIONS = (
    "uses_persona",
    "overall",
    "maintains_context",
    "engaging",
    "natural",
    "understandable",
)


class _Reply(msgspec.Struct, frozen=True):
    id: str
    source: str
    text: str
    uses_persona: list[float]
    overall: list[float]
    maintains_context: list[float] = []
    engaging: list[float] = []
    natural: list[float] = []
    understandable: list[float] = []


class _Context(msgspec.Struct, frozen=True):
    context_id: str
    responses: list[_Reply]


def read_ratings(rows: Iterable[Row]) -> Material:
    """Return {context_id, responses: [{id, source, text, uses_persona: [...], overall: [...]}]}.

    The persona of a context is the remembered person. A rater is known by the place in the list,
    which need not be the same person from one context to the next. Raises: see `Reader`.
    """
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    problems = Problems()
    for row in rows:
        read = convert(row.fields, _Context, file=row.file, number=row.line)
        for reply in read.responses:
            name = f"{read.context_id}/{reply.id}"
            items[_GROUP, name] = Item(
                person=read.context_id,
                prompt=read.context_id,
                text=reply.text,
                source=reply.source,
                longer=float(len(reply.text)),
            )
            answers += [
                Answer(
                    question=question,
                    group=_GROUP,
                    item=name,
                    judge=f"rater {place}",
                    kind="person",
                    value=_on_scale(question, value, row, problems),
                )
                for question in _QUESTIONS
                for place, value in enumerate(getattr(reply, question), 1)
            ]
    return Material(answers=tuple(answers), items=items, problems=problems.found)


def _on_scale(question: str, value: float, row: Row, problems: Problems) -> float | None:
    least, most = _SCALES.get(question, (0.0, 10.0))
    if least <= value <= most:
        return value
    problems.add("an answer off the scale", row.place)
    return None
