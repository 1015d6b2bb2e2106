"""Relevance with the vote of each person: rows of a pilot, and of models on the same pairs."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from recenter.formats import convert
from recenter.provenance import digest
from recenter.questions import RELEVANT_FIVE
from recenter.reports.material import Answer, Item, Material, Problems
from recenter.reports.readers.base import PEOPLE, Row

_GROUP = "pilot"
_TIE, _LATER = 0.5, "b"
_FIVE = {value: float(place) for place, value in enumerate(RELEVANT_FIVE.values)}
# As the study's tool called them.
_FIVE |= {"unnecessary": _FIVE["irrelevant"], "forbidden": _FIVE["avoid"]}


class _Vote(msgspec.Struct, frozen=True):
    relevant: bool | None = None
    rating: str | None = None


class _Votes(msgspec.Struct, frozen=True):
    user: str
    prompt_id: str
    text: str
    votes: dict[str, _Vote]
    prompt: str = ""


class _Attribute(msgspec.Struct, frozen=True):
    text: str
    relevant: bool | None


class _Rate(msgspec.Struct, frozen=True):
    user: str
    prompt_id: str
    text: str
    human_yes_rate: float
    prompt: str = ""


class _OfModel(msgspec.Struct, frozen=True):
    user: str
    prompt_id: str
    model: str
    attributes: list[_Attribute]


def read_votes(rows: Iterable[Row]) -> Material:
    """Return {user, prompt_id, text, votes: {rater: {relevant, rating}}}.

    A rater `R2b` is R2 again at a later time. Raises: see `Reader`.
    """
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    problems = Problems()
    for row in rows:
        read = convert(row.fields, _Votes, file=row.file, number=row.line)
        name = _item(read.user, read.prompt_id, read.text)
        items[_GROUP, name] = Item(
            person=read.user, prompt=read.prompt_id, text=read.text, message=read.prompt
        )
        if not any(one.relevant is not None or one.rating for one in read.votes.values()):
            problems.add("a row without an answer", row.place)
        for rater, vote in read.votes.items():
            later = rater.endswith(_LATER) and rater.removesuffix(_LATER) in read.votes
            given: dict[str, float | None] = {}
            if vote.relevant is not None:
                given["relevant"] = float(vote.relevant)
            if vote.rating is not None:
                given["relevant_five"] = _FIVE.get(vote.rating)
                if vote.rating not in _FIVE:
                    problems.add("an answer off the scale", row.place)
            answers += [
                Answer(
                    question=question,
                    group=_GROUP,
                    item=name,
                    judge=rater.removesuffix(_LATER) if later else rater,
                    kind="person",
                    value=value,
                    again=later,
                )
                for question, value in given.items()
            ]
    return Material(answers=tuple(answers), items=items, problems=problems.found)


def read_rates(rows: Iterable[Row]) -> Material:
    """Return {user, prompt_id, text, human_yes_rate}: the majority of people; ties are left out.

    Raises: see `Reader`.
    """
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    problems = Problems()
    for row in rows:
        read = convert(row.fields, _Rate, file=row.file, number=row.line)
        name = _item(read.user, read.prompt_id, read.text)
        items[_GROUP, name] = Item(
            person=read.user, prompt=read.prompt_id, text=read.text, message=read.prompt
        )
        if not 0 <= read.human_yes_rate <= 1:
            problems.add("an answer off the scale", row.place)
            continue
        tie = read.human_yes_rate == _TIE
        if tie:
            problems.add("people gave no majority", row.place)
        answers.append(
            Answer(
                question="relevant",
                group=_GROUP,
                item=name,
                judge=PEOPLE,
                kind="majority",
                value=None if tie else float(read.human_yes_rate > _TIE),
            )
        )
    return Material(answers=tuple(answers), items=items, problems=problems.found)


def read_vote_models(rows: Iterable[Row]) -> Material:
    """Return what models said of the same pairs: {user, prompt_id, model, attributes}."""
    answers = []
    for row in rows:
        read = convert(row.fields, _OfModel, file=row.file, number=row.line)
        answers += [
            Answer(
                question="relevant",
                group=_GROUP,
                item=_item(read.user, read.prompt_id, one.text),
                judge=read.model,
                kind="model",
                value=None if one.relevant is None else float(one.relevant),
            )
            for one in read.attributes
        ]
    return Material(answers=tuple(answers))


def _item(user: str, prompt: str, text: str) -> str:
    # Names of items stand in reports, which may be asked to show no text.
    return f"{user}/{prompt}/{digest(text)}"
