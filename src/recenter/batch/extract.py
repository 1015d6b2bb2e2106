"""`extract --batch`: conversations in, the attributes they support out, evidence by turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from recenter.batch.contract import Result, Row
from recenter.batch.rows import TurnRow, turns_of
from recenter.errors import InputError, UnreadableAnswerError
from recenter.formats import convert
from recenter.models.base import Embedder
from recenter.records import Attribute, Conversation, conversation_id
from recenter.stages.extract import Extractor
from recenter.stages.merge import merge


class ExtractRow(msgspec.Struct, frozen=True):
    """What counts of a row."""

    turns: list[TurnRow]
    session: str | int | None = None
    id: str | None = None
    """Stands in for a session, as in the conversations that `import` writes."""
    person: str | None = None


class ExtractHandler:
    """Answers rows of one person together, merged, and rows without a person each by itself."""

    def __init__(self, extractor: Extractor, embedder: Embedder, *, threshold: float) -> None:
        self._extractor = extractor
        self._embedder = embedder
        self._threshold = threshold

    def __call__(self, rows: Sequence[Row]) -> list[Result]:
        """Return each row with its `attributes`, or its error."""
        results: dict[int, Result] = {}
        people: dict[str, list[int]] = {}
        conversations: dict[int, Conversation] = {}
        for number, row in enumerate(rows):
            try:
                read = _read(row)
            except InputError as error:
                results[number] = error
                continue
            person = read.person or f"row {number}"
            people.setdefault(person, []).append(number)
            conversations[number] = _conversation(read, person, number)
        for person, numbers in people.items():
            mine = {number: conversations[number] for number in numbers}
            for number, result in self._person(person, mine).items():
                results[number] = rows[number] | result if isinstance(result, dict) else result
        return [results[number] for number in range(len(rows))]

    def _person(self, person: str, mine: dict[int, Conversation]) -> dict[int, Result]:
        try:
            found = self._extractor.extract(person, list(mine.values()))
        except UnreadableAnswerError as error:
            return dict.fromkeys(mine, error)
        merged = merge(found.attributes, self._embedder, threshold=self._threshold)
        failed = {failure.conversation: failure.error for failure in found.failures}
        found_in = _rendered(merged)
        return {
            number: UnreadableAnswerError(failed[conversation.id])
            if conversation.id in failed
            else {"attributes": found_in.get(conversation.id, [])}
            for number, conversation in mine.items()
        }


def _read(row: Row) -> ExtractRow:
    read = convert(row, ExtractRow)
    if read.session is None and read.id is None:
        raise InputError("expected a text or number, or an `id`.", field="session")
    return read


def _conversation(read: ExtractRow, person: str, number: int) -> Conversation:
    turns = turns_of(read.turns)
    # The number keeps two rows of the same session apart.
    key = f"{number} {read.id if read.session is None else read.session}"
    return Conversation(
        id=conversation_id(person, "batch", key), person=person, turns=turns, source="batch"
    )


def _rendered(attributes: Sequence[Attribute]) -> dict[str, list[dict[str, Any]]]:
    """Return by conversation the attributes with evidence there, and that evidence only."""
    found: dict[str, list[dict[str, Any]]] = {}
    for attribute in attributes:
        spans: dict[str, list[dict[str, Any]]] = {}
        for e in attribute.evidence:
            span = {"turn": e.turn, "start": e.start, "end": e.end, "quote": e.quote}
            spans.setdefault(e.conversation, []).append(span)
        for conversation, evidence in spans.items():
            found.setdefault(conversation, []).append(
                {
                    "text": attribute.text,
                    "source": attribute.source,
                    "confidence": attribute.confidence,
                    "evidence": evidence,
                }
            )
    return found
