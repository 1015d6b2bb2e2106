"""What an annotator's page tells, and whether it may be told."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from recenter.errors import RefusedError
from recenter.records import Failure, Record
from recenter.study.design import Task
from recenter.study.item_rows import DECLINES

EventKind = Literal["answer", "opened", "time", "shown", "unblind"]

_Word = Annotated[str, Meta(max_length=40)]


class Sent(Record, frozen=True, forbid_unknown_fields=True):
    """Something that an annotator did, as their page sends it."""

    id: Annotated[str, Meta(min_length=8, max_length=64, pattern=r"\A[\x00-\x7f]*\Z")]
    """Made by the page, so that sending it again changes nothing."""
    position: Annotated[int, Meta(ge=0, lt=100_000)]
    kind: EventKind
    seq: Annotated[int, Meta(ge=0, lt=2**53)]
    """Counts up on the page: what was done later has a higher one, whenever it arrives."""
    part: _Word | None = None
    answer: _Word | None = None
    failure: _Word | None = None
    note: Annotated[str, Meta(max_length=4_000)] | None = None
    active_ms: Annotated[int, Meta(ge=0, le=3_600_000)] = 0
    idle_ms: Annotated[int, Meta(ge=0, le=86_400_000)] = 0
    at: _Word | None = None
    """The page's clock, for what it is worth; the server's is the record."""


class Event(Sent, frozen=True, kw_only=True):
    """The same, with the slot that the page is of."""

    slot: str


def check_bounds(event: Event) -> None:
    """Refuse an event of which a field is out of its bounds, which a record alone does not see.

    Raises:
        RefusedError: one is.
    """
    try:
        msgspec.convert(msgspec.structs.asdict(event), Event)
    except msgspec.ValidationError as error:
        raise RefusedError(f"a field is out of bounds: {error}.", status=422) from None


def check_told(task: Task, event: Event) -> None:
    """Refuse an answer that is not on the scale, and words where none are asked for.

    Raises:
        RefusedError: it is such a one.
    """
    if event.kind == "unblind":
        if event.answer not in ("first", "second", "cannot_tell"):
            raise RefusedError(f"{event.answer!r} is no side.", status=422)
        if event.part or event.failure or event.note:
            raise RefusedError("a side is all that is asked.", status=422)
        if not (task.unblinding and task.asks.subject == "reply_pair"):
            raise RefusedError("which side it was is not asked here.", status=422)
        return
    if event.kind != "answer":
        if event.part or event.answer or event.failure or event.note:
            raise RefusedError(f"{event.kind!r} says nothing of an answer.", status=422)
        return
    question = task.asks
    if event.answer not in (*question.values, *DECLINES):
        raise RefusedError(f"{event.answer!r} is no answer to {question.name!r}.", status=422)
    if event.failure is not None and (
        not question.failures
        or event.failure not in get_args(Failure)
        or event.answer in (*question.positive, *DECLINES)
    ):
        raise RefusedError(f"{event.failure!r} does not go with this answer.", status=422)
