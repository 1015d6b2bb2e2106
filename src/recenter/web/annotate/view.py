"""What the templates of annotators' pages are given: words, and nothing that gives an arm away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from recenter.questions import Question
from recenter.records import Evidence, Turn
from recenter.study.design import Task
from recenter.study.items import OVERALL, Item, Part, Talk
from recenter.study.ledger.desk import PlaceRow
from recenter.study.ledger.reading import Given, Shown

FAILURES = (
    ("overgeneralisation", "Makes too much of it: one request is no lasting trait"),
    ("missing_evidence", "Nothing in the conversations shows it"),
    ("task_context_confusion", "It belongs to the task, a character or a pasted text"),
    ("not_standalone", "It cannot be understood on its own"),
    ("wrong_person", "It is about somebody else"),
    ("other", "Something else"),
)
DECLINED = (
    ("cannot_tell", "I can't tell"),
    ("uncomfortable", "This makes me uncomfortable"),
)


class Choice(msgspec.Struct, frozen=True):
    """One answer that may be given."""

    value: str
    label: str
    chosen: bool
    key: str
    """Digit that chooses it."""


class Decision(msgspec.Struct, frozen=True):
    """One decision on a page."""

    name: str
    text: str | None
    choices: tuple[Choice, ...]
    declines: tuple[Choice, ...]
    failures: tuple[Choice, ...]
    note: str
    right: bool | None = None
    """In feedback, whether it was answered rightly."""
    answers: str = ""
    """In feedback, the right answers in words."""


class Piece(msgspec.Struct, frozen=True):
    """A piece of a turn; marked where it is evidence."""

    text: str
    mark: str | None = None


class TurnView(msgspec.Struct, frozen=True):
    """A turn of a conversation in pieces."""

    anchor: str
    who: Literal["Person", "Assistant", "Other"]
    pieces: tuple[Piece, ...]
    at: str | None


class QuoteView(msgspec.Struct, frozen=True):
    """A quote, and where on the page it stands."""

    text: str
    anchor: str
    talk: int


class PlacePage(msgspec.Struct, frozen=True, kw_only=True):
    """A place of a slot as its template sees it."""

    position: int
    back: int | None
    """Position of the place before, where there is one."""
    decisions: tuple[Decision, ...]
    talks: tuple[tuple[TurnView, ...], ...] = ()
    quotes: tuple[QuoteView, ...] = ()
    reason: str | None = None
    prompt: str | None = None
    messages: tuple[TurnView, ...] = ()
    first: str | None = None
    """The reply shown as A."""
    second: str | None = None
    """The reply shown as B."""
    done: int
    total: int
    minutes: int | None
    """About so many are left, by this person's own pace."""
    seq: int
    explanation: str | None = None
    missing: tuple[str, ...] = ()
    """Parts that were handed in without an answer."""


def place_page(
    task: Task, shown: Shown, *, feedback: bool = False, missing: Sequence[str] = ()
) -> PlacePage:
    """Return the page of a place. The key of an item is looked at for feedback only."""
    item, question = shown.item, task.asks
    first, second = _sides(item, shown.place)
    done = sum(place.done is not None for place in shown.places)
    return PlacePage(
        position=shown.place.position,
        back=max(
            (p.position for p in shown.places if p.position < shown.place.position), default=None
        ),
        decisions=tuple(
            _decision(question, part, shown.given.get(part.name), feedback=feedback)
            for part in item.parts
        ),
        talks=tuple(
            _talk(talk, item.evidence if task.evidence else (), number)
            for number, talk in enumerate(item.conversations, 1)
        ),
        quotes=tuple(_quotes(item)) if task.evidence else (),
        reason=item.reason if task.reason else None,
        prompt=None if item.query is None else item.query.prompt,
        messages=() if item.query is None else _turns(item.query.messages, "m"),
        first=first,
        second=second,
        done=done,
        total=len(shown.places),
        minutes=_minutes(shown.places),
        seq=shown.seq,
        explanation=item.explanation if feedback else None,
        missing=tuple(missing),
    )


def side_pages(places: Sequence[tuple[PlaceRow, Item]]) -> list[dict[str, Any]]:
    """Return the pairs of which is asked at the end which side was personalised."""
    found = []
    for place, item in places:
        first, second = _sides(item, place)
        prompt = item.query.prompt if item.query else ""
        row = {"position": place.position, "prompt": prompt, "first": first, "second": second}
        found.append(row)
    return found


def _sides(item: Item, place: PlaceRow) -> tuple[str | None, str | None]:
    if item.reply is None or item.other is None:
        return None, None
    replies = (item.reply.text, item.other.text)
    return replies if place.side != "second" else (replies[1], replies[0])


def _decision(question: Question, part: Part, given: Given | None, *, feedback: bool) -> Decision:
    answer = given.answer if given else None
    labels = {one.value: one.label for one in question.answers}
    choices = tuple(
        Choice(one.value, one.label, one.value == answer, str(place))
        for place, one in enumerate(question.answers, 1)
    )
    failures = FAILURES if question.failures else ()
    return Decision(
        name=part.name,
        text=None if part.name == OVERALL else part.text,
        choices=choices,
        declines=tuple(Choice(v, label, v == answer, "") for v, label in DECLINED),
        failures=tuple(
            Choice(v, label, bool(given and v == given.failure), "") for v, label in failures
        ),
        note=(given.note if given else None) or "",
        right=answer in part.key if feedback and part.key else None,
        answers=" or ".join(labels[v] for v in part.key) if feedback else "",
    )


def _talk(talk: Talk, evidence: Sequence[Evidence], number: int) -> tuple[TurnView, ...]:
    mine = [one for one in evidence if one.conversation == talk.id]
    return _turns(talk.turns, f"c{number}", mine)


def _turns(
    turns: Sequence[Turn], anchor: str, evidence: Sequence[Evidence] = ()
) -> tuple[TurnView, ...]:
    who: dict[str, Literal["Person", "Assistant", "Other"]] = {
        "user": "Person",
        "assistant": "Assistant",
    }
    return tuple(
        TurnView(
            anchor=f"{anchor}t{place}",
            who=who.get(turn.role, "Other"),
            pieces=_pieces(
                turn.text,
                sorted((one.start, one.end) for one in evidence if one.turn == place),
                f"{anchor}t{place}",
            ),
            at=turn.at,
        )
        for place, turn in enumerate(turns)
    )


def _pieces(text: str, spans: Sequence[tuple[int, int]], anchor: str) -> tuple[Piece, ...]:
    found: list[Piece] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        start = max(start, at)
        found += [Piece(text[at:start])] if start > at else []
        found.append(Piece(text[start:end], mark=f"{anchor}s{start}"))
        at = end
    return (*found, Piece(text[at:])) if at < len(text) else tuple(found)


def _quotes(item: Item) -> list[QuoteView]:
    numbers = {talk.id: number for number, talk in enumerate(item.conversations, 1)}
    return [
        QuoteView(
            text=one.quote,
            anchor=f"c{numbers[one.conversation]}t{one.turn}",
            talk=numbers[one.conversation],
        )
        for one in item.evidence
        if one.conversation in numbers
    ]


def _minutes(places: Sequence[PlaceRow]) -> int | None:
    """Return about how long the rest takes at the pace so far; None before three are done."""
    done = [place.active_ms for place in places if place.done is not None and place.active_ms]
    if len(done) < 3:
        return None
    left = sum(place.done is None for place in places)
    return max(1, round(left * sum(done) / len(done) / 60_000))
