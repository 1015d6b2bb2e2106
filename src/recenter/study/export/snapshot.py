"""A study as it stands, read once: what every file of an export is made from."""

from __future__ import annotations

from collections.abc import Mapping

from recenter.questions import Question
from recenter.records import Record
from recenter.study.design import Study, Task
from recenter.study.items import Item, Part
from recenter.study.ledger.desk import Annotator, Desk, annotators
from recenter.study.ledger.reading import (
    Answered,
    Guessed,
    answers,
    exclusions,
    guesses,
    items,
    left_out,
)
from recenter.study.ledger.running import Adjudication, adjudications


class Given(Record, frozen=True):
    """One version of a text that annotators were shown."""

    task: str
    """Empty for the consent."""
    hash: str
    number: int
    """Of the version, from 0."""
    text: str
    """Markdown."""


class Exclusion(Record, frozen=True):
    """Somebody who was left out of the figures."""

    annotator: str
    reason: str
    account: str
    """Who left them out."""
    at: float
    undone: float | None


class Placed(Record, frozen=True):
    """An item with its task and what it is for."""

    item: Item
    task: str
    kind: str

    def part(self, name: str) -> Part | None:
        """Return the part of this name, where it is left."""
        return next((part for part in self.item.parts if part.name == name), None)


class Snapshot(Record, frozen=True):
    """Everything of a study that may leave it. It holds no id as a platform knows it."""

    study: Study
    content: str
    """Digest of the items and the plan."""
    items: Mapping[str, Placed]
    answers: tuple[Answered, ...]
    """Each is about a part that is there."""
    annotators: tuple[Annotator, ...]
    exclusions: tuple[Exclusion, ...]
    adjudications: tuple[Adjudication, ...]
    texts: tuple[Given, ...]
    guesses: tuple[Guessed, ...] = ()
    """Of those who are not left out."""

    def task(self, item: str) -> Task:
        """Return the task that an item belongs to."""
        return self.study.task(self.items[item].task)

    def question(self, item: str) -> Question:
        """Return the question that is asked about an item."""
        return self.task(item).asks


def snapshot(desk: Desk) -> Snapshot:
    """Return a study as it stands in the store."""
    # Answers come first: what is forgotten or withdrawn meanwhile is then missing from the items.
    given = answers(desk)
    placed = {
        id: Placed(item=item, task=task, kind=kind)
        for id, (item, task, kind) in items(desk).items()
    }
    ((_, _, content, _, _),) = desk.database.rows("study_get", study=desk.id)
    excluded = left_out(desk)
    decided = adjudications(desk).values()
    return Snapshot(
        study=desk.study,
        content=content,
        items=placed,
        answers=tuple(one for one in given if _is_there(placed, one.item, one.part)),
        annotators=tuple(annotators(desk)),
        exclusions=tuple(
            Exclusion(annotator=who, reason=reason, account=account, at=at, undone=undone)
            for who, reason, account, at, undone in exclusions(desk)
        ),
        adjudications=tuple(one for one in decided if _is_there(placed, one.item, one.part)),
        guesses=tuple(
            one for one in guesses(desk) if one.item in placed and one.annotator not in excluded
        ),
        texts=tuple(
            Given(task=task, hash=hash, number=int(number), text=text)
            for task, hash, number, text in desk.database.rows("study_texts_get", study=desk.id)
        ),
    )


def _is_there(placed: Mapping[str, Placed], item: str, part: str) -> bool:
    return item in placed and placed[item].part(part) is not None
