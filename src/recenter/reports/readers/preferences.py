"""Which of two replies a person preferred, and which one models say they would."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from recenter.formats import convert
from recenter.provenance import digest
from recenter.reports.material import Answer, Item, Kind, Material, Problems
from recenter.reports.readers.base import Row

_GROUP = "preferences"
_LONGEST, _MOST_WORDS = 40, 3
VALUES: dict[str, float | None] = {"chosen": 1.0, "tie": 0.5, "rejected": 0.0, "invalid": None}
"""What a verdict counts as; None where it says nothing."""


class _Verdict(msgspec.Struct, frozen=True):
    judge: str
    verdict: str
    profile: str = ""
    mode: str = ""

    @property
    def name(self) -> str:
        """The judge with the conditions it was asked under, which are another judge."""
        told = ", ".join(_label(part) for part in (self.profile, self.mode) if part)
        return f"{self.judge} ({told})" if told else self.judge


def _label(condition: str) -> str:
    """Return a condition by its name; one in sentences tells of a person, and is digested."""
    short = len(condition) <= _LONGEST and len(condition.split()) <= _MOST_WORDS
    return condition if short else digest(condition)


class JudgedPair(msgspec.Struct, frozen=True):
    """A row: what a person preferred, and what models say of the same two replies."""

    user: str
    prompt: str
    chosen: str
    rejected: str
    interaction: str = ""
    llm_judges: list[_Verdict] = []


def read_preferences(rows: Iterable[Row]) -> Material:
    """Return {user, prompt, chosen, rejected, interaction, llm_judges: [{judge, verdict}]}.

    The value is 1 where the reply that the person chose is preferred, 0 where the other one is.
    Raises: see `Reader`.
    """
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    problems = Problems()
    for row in rows:
        read = convert(row.fields, JudgedPair, file=row.file, number=row.line)
        occasion = read.interaction or digest(read.prompt)
        name = f"{occasion}/{digest(read.user, read.chosen, read.rejected)}"
        items[_GROUP, name] = Item(
            person=read.user,
            prompt=occasion,
            message=read.prompt,
            longer=float(len(read.chosen) - len(read.rejected)),
            replies=(read.chosen, read.rejected),
        )
        answers.append(_answer(name, read.user, "person", 1.0))
        for one in read.llm_judges:
            if one.verdict not in VALUES:
                problems.add("an answer off the scale", row.place)
            answers.append(_answer(name, one.name, "model", VALUES.get(one.verdict)))
    return Material(answers=tuple(answers), items=items, problems=problems.found)


def _answer(item: str, judge: str, kind: Kind, value: float | None) -> Answer:
    return Answer(
        question="preferred", group=_GROUP, item=item, judge=judge, kind=kind, value=value
    )
