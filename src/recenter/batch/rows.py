"""From rows to records and back: what a row must hold, and which errors cost only their row."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import msgspec

from recenter.batch.contract import Handler, Result, Row, Unfinished
from recenter.errors import InputError, ModelError
from recenter.models.calls import is_of_one_request, parallel_map
from recenter.provenance import make_id
from recenter.records import Attribute, Query, Role, Turn


class TextRow(msgspec.Struct, frozen=True):
    """An attribute of a row."""

    id: str
    text: str


class TurnRow(msgspec.Struct, frozen=True):
    """A turn of a row."""

    role: Role
    text: str


def turns_of(listed: Sequence[TurnRow]) -> tuple[Turn, ...]:
    """Return the turns of a row as records."""
    return tuple(Turn(role=turn.role, text=turn.text) for turn in listed)


def person_of(row: Row) -> str:
    """Return whom a row is about, where it says so: answers are filed under them, no more."""
    person = row.get("person")
    return person if isinstance(person, str) else ""


def query_of(row: Row, prompt: str) -> Query:
    """Return the prompt of a row as a query."""
    return Query(id=make_id("qry", prompt), person=person_of(row), prompt=prompt)


def attributes_of(row: Row, listed: Sequence[TextRow]) -> tuple[Attribute, ...]:
    """Return the attributes of a row as accepted ones, in their order.

    Raises:
        InputError: one has no text, or the id of an earlier one.
    """
    seen: set[str] = set()
    for number, item in enumerate(listed):
        if not item.text.strip():
            raise InputError("expected words, got none.", field=f"attributes[{number}].text")
        if item.id in seen:
            raise InputError(
                f"{item.id!r} is the id of an earlier attribute of this row.",
                field=f"attributes[{number}].id",
            )
        seen.add(item.id)
    person = person_of(row)
    return tuple(
        Attribute(
            id=item.id, person=person, text=item.text, source="stated", confidence=1.0, evidence=()
        )
        for item in listed
    )


def one_by_one(function: Callable[[Row], Row], *, workers: int = 1) -> Handler:
    """Return the handler that applies a function to each row by itself, `workers` at once.

    Errors of the row, and answers to it that cannot be used, stand in its place; any other error
    stops the run after the rows before it.
    """

    def handle(rows: Sequence[Row]) -> list[Result]:
        done: dict[int, Result] = {}

        def answer(number: int) -> None:
            done[number] = _result(function, rows[number])

        try:
            parallel_map(answer, range(len(rows)), workers=workers)
        except BaseException as error:
            first = itertools.takewhile(done.__contains__, range(len(rows)))
            raise Unfinished([done[number] for number in first], error) from error
        return [done[number] for number in range(len(rows))]

    return handle


def _result(function: Callable[[Row], Row], row: Row) -> Result:
    try:
        return function(row)
    except InputError as error:
        return error
    except ModelError as error:
        if not is_of_one_request(error):
            raise
        return error
