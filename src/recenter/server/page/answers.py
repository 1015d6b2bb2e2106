"""What answers used of a person, what they withheld and why; each with its correction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from starlette.responses import Response

from recenter.errors import InputError
from recenter.memory.mine import Opinions
from recenter.memory.records import Answered
from recenter.records import ReceiptLine
from recenter.server.page import words
from recenter.server.page.known import notice
from recenter.server.page.site import Asked

_SIZE = 10
_INLINE = 6
"""Things that did not matter which are listed beside their answer; more have a page."""


class Line(NamedTuple):
    """One memory on a receipt."""

    id: str
    text: str
    why: str
    quotes: tuple[str, ...]
    wish: str
    """What the person said of it for this answer: `yes`, `no` or nothing."""
    declined: bool
    closed: bool
    """Whether a sensitive topic that was not allowed kept it from being used."""


class Card(NamedTuple):
    """The receipt of one answer."""

    id: str
    when: str
    prompt: str
    outcome: str
    note: str
    used: tuple[Line, ...]
    asked: tuple[Line, ...]
    withheld: tuple[Line, ...]
    """What somebody might miss in the answer."""
    quiet: tuple[Line, ...]
    """What plainly did not matter."""
    question: str
    answered: str
    """What the person said to the question: `yes`, `no` or nothing."""
    hidden: int = 0
    """How many of the quiet ones are shown on the page of the answer alone."""


def overview(asked: Asked) -> Response:
    """Show the receipts, latest first."""
    given = asked.request.query_params.get("page", "1")
    number = min(max(int(given), 1), 10_000) if given.isascii() and given.isdigit() else 1
    mine = asked.mine
    found = mine.receipts(first=(number - 1) * _SIZE, size=_SIZE + 1)
    said = mine.opinions()
    return asked.page(
        "answers",
        cards=[_card(each, said) for each in found[:_SIZE]],
        number=number,
        more=len(found) > _SIZE,
        notice=notice(asked),
    )


def one(asked: Asked) -> Response:
    """Show one receipt with all that was looked at."""
    mine = asked.mine
    answered = mine.receipt(asked.request.path_params["id"])
    card = _card(answered, mine.opinions(), inline=None)
    return asked.page("answer", card=card, notice=notice(asked))


def _card(answered: Answered, said: Opinions, *, inline: int | None = _INLINE) -> Card:
    receipt = answered.receipt

    def line(each: ReceiptLine) -> Line:
        return _line(each, answered.query or "", said)

    withheld = [line(each) for each in receipt.withheld]
    quiet = tuple(each for each in withheld if each.why in words.QUIET and not each.wish)
    hidden = len(quiet) if inline is not None and len(quiet) > inline else 0
    asked = answered.asked
    return Card(
        id=answered.id,
        when=words.moment(answered.at),
        prompt=answered.prompt,
        outcome=words.outcome(answered.outcome, len(receipt.used)),
        note=words.noted(receipt.note),
        used=tuple(line(each) for each in receipt.used),
        asked=tuple(line(each) for each in receipt.asked),
        withheld=tuple(each for each in withheld if each not in quiet),
        quiet=() if hidden else quiet,
        question=answered.question or "",
        answered=said.wishes.get((asked, answered.query or ""), "") if asked else "",
        hidden=hidden,
    )


def _line(line: ReceiptLine, query: str, said: Opinions) -> Line:
    return Line(
        id=line.attribute,
        text=line.text,
        why=words.plain(line.reason),
        quotes=line.quotes,
        wish=said.wishes.get((line.attribute, query), ""),
        declined=said.verdicts.get(line.attribute) == "reject",
        closed=words.is_closed(line.reason),
    )


def correct(asked: Asked) -> Response:
    """Take one click on a receipt, and send the person back to the same answer."""
    said, memory = asked.said("said"), asked.said("memory")
    do = _CORRECTIONS.get(said)
    if do is None:
        raise InputError(f"expected one of {', '.join(_CORRECTIONS)}.", field="said")
    receipt = asked.mine.receipt(asked.request.path_params["id"])
    do(asked, receipt.id, memory)
    return _back(asked, receipt.id, said, memory)


def _wish(use: bool) -> Callable[[Asked, str, str], None]:
    def do(asked: Asked, receipt: str, memory: str) -> None:
        asked.mine.wish(receipt, memory, use=use)

    return do


_CORRECTIONS: Mapping[str, Callable[[Asked, str, str], None]] = {
    "not_for_this": _wish(use=False),
    "should_have": _wish(use=True),
    "decline": lambda asked, _, memory: asked.mine.review(memory, "decline"),
    "undo": lambda asked, _, memory: asked.mine.review(memory, "undo"),
}


def reply(asked: Asked) -> Response:
    """Take the answer to the question on a receipt."""
    said, id = asked.said("said"), asked.request.path_params["id"]
    if said not in ("yes", "no"):
        raise InputError("expected yes or no.", field="said")
    receipt = asked.mine.receipt(id)
    asked.mine.answer(id, said == "yes")
    return _back(asked, id, said, receipt.asked or "")


def _back(asked: Asked, id: str, done: str, memory: str) -> Response:
    place, page = asked.said("place"), asked.said("page")
    if not page.isdigit():
        return asked.go(f"answers/{id}", done=done, of=memory)
    at = f"answer-{place}" if place.isdigit() else ""
    return asked.go("answers", at=at, page=page, done=done, of=memory, on=place)
