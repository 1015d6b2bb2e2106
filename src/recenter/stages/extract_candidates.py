"""What a person may have said of themselves: clauses that could be stated as attributes."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from recenter.records import Conversation
from recenter.text.clauses import Clause, split_clauses
from recenter.text.locate import Span
from recenter.text.own_words import refusal_of, refused_in_turns
from recenter.text.owned import find_owned
from recenter.text.person_shift import shift_person

_FIRST_PERSON = re.compile(r"\b(?:i|i['’]?m|ive|im|me|my|mine|myself|we|our)\b", re.IGNORECASE)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a person's turn with the sentence that it might support."""

    turn: int
    start: int
    end: int
    text: str
    """The third-person sentence."""
    form: Literal["statement", "owned"]
    clause: Clause
    topic: str | None = None


class Screened(msgspec.Struct, frozen=True, kw_only=True):
    """The candidates of a conversation, and why other first-person clauses are none."""

    candidates: tuple[Candidate, ...]
    refused: dict[str, int]
    clauses: int
    """How many clauses the person's turns have."""
    first_person: int
    """How many of them speak in the first person."""


def screen(conversation: Conversation) -> Screened:
    """Return what the person's own turns might say of them; nothing else is read."""
    refused: collections.Counter[str] = collections.Counter()
    found: list[Candidate] = []
    clauses = first_person = 0
    not_own = refused_in_turns(conversation.turns)
    for index, turn in enumerate(conversation.turns):
        if turn.role != "user":
            continue
        for clause in split_clauses(turn.text):
            clauses += 1
            if not _FIRST_PERSON.search(turn.text, clause.start, clause.end):
                continue
            first_person += 1
            new, reason = _of_clause(index, turn.text, clause)
            for candidate in new:
                whose = refusal_of(Span(candidate.start, candidate.end), not_own[index])
                if whose is None:
                    found.append(candidate)
                else:
                    refused[whose] += 1
            if reason is not None and not new:
                refused[reason] += 1
    return Screened(
        candidates=tuple(found), refused=dict(refused), clauses=clauses, first_person=first_person
    )


def _of_clause(turn: int, text: str, clause: Clause) -> tuple[list[Candidate], str | None]:
    shifted = shift_person(text[clause.start : clause.end])
    if shifted.text is not None:
        statement = Candidate(
            turn=turn,
            start=clause.start + shifted.start,
            end=clause.start + shifted.end,
            text=shifted.text,
            form="statement",
            clause=clause,
        )
        rest = _owned(turn, text, clause, (statement.start, statement.end))
        return [statement, *rest], None
    return list(_owned(turn, text, clause, (0, 0))), shifted.refused


def _owned(turn: int, text: str, clause: Clause, stated: tuple[int, int]) -> Iterator[Candidate]:
    for owned in find_owned(text, clause.start, clause.end):
        if owned.start < stated[1] and stated[0] < owned.end:
            continue
        yield Candidate(
            turn=turn,
            start=owned.start,
            end=owned.end,
            text=owned.text,
            form="owned",
            clause=clause,
            topic=owned.topic,
        )
