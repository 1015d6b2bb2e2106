"""What is put before an annotator: one kind of record for all questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from recenter.provenance import make_id
from recenter.records import Arm, Evidence, Query, Record, Turn

Kind = Literal["work", "repeat", "check", "gold", "training"]
"""What an item is put before somebody for."""
Side = Literal["first", "second"]
"""Where the rated of two replies is shown."""
OVERALL = "overall"
"""Name of the part of a `better` item that is about the replies as wholes."""


class Talk(Record, frozen=True):
    """A conversation as an annotator sees it."""

    id: str
    turns: tuple[Turn, ...]
    at: str | None = None


class Draft(Record, frozen=True):
    """A reply that is compared with another; its arm never reaches a page."""

    id: str
    arm: Arm
    text: str


class Part(Record, frozen=True):
    """One decision of an item: about one attribute, or about the replies as wholes."""

    name: str
    """Unique in its item; says nothing of what the part is about."""
    attribute: str | None = None
    """Id of the attribute."""
    text: str | None = None
    """The attribute as it is shown."""
    person: str | None = None
    """The remembered person whom it is about."""
    query: str | None = None
    """Id of the query, which differs within a pooled page."""
    stratum: str | None = None
    """How the pair was drawn, where it was."""
    probability: float | None = None
    """With which it was drawn: its weight is the inverse."""
    key: tuple[str, ...] = ()
    """Right answers, of training, checks and gold items."""


class Item(Record, frozen=True):
    """What one person sees at once, with its parts: a page of `relevant`, one attribute of
    `supported`, one pair of replies of `better`."""

    id: str
    parts: tuple[Part, ...]
    person: str | None = None
    """The remembered person whose words are in it; None in a page of several people."""
    query: Query | None = None
    conversations: tuple[Talk, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reason: str | None = None
    """Why the extractor believes it."""
    reply: Draft | None = None
    """The reply that is rated."""
    other: Draft | None = None
    """The reply that it is compared with."""
    apart: str | None = None
    """Nobody sees two items with the same of these."""
    explanation: str | None = None
    """Shown after a training item is answered."""

    @property
    def people(self) -> frozenset[str]:
        """Everyone whose words are in it."""
        named = {part.person for part in self.parts} | {self.person}
        return frozenset(person for person in named if person is not None)


def item_id(question: str, *about: object) -> str:
    """Return the id of an item, from what it is about."""
    return make_id("itm", question, *about)


def texts(item: Item) -> Iterator[tuple[str, str]]:
    """Yield every text of an item that an annotator may see, by a name that tells where."""
    for part in item.parts:
        if part.text is not None:
            yield f"{item.id}/{part.name}", part.text
    if item.query is not None:
        yield f"{item.id}/prompt", item.query.prompt
        for place, turn in enumerate(item.query.messages):
            yield f"{item.id}/messages/{place}", turn.text
    for number, talk in enumerate(item.conversations):
        for place, turn in enumerate(talk.turns):
            yield f"{item.id}/talk/{number}/{place}", turn.text
    for name, text in (
        ("reason", item.reason),
        ("reply", None if item.reply is None else item.reply.text),
        ("other", None if item.other is None else item.other.text),
        ("explanation", item.explanation),
    ):
        if text is not None:
            yield f"{item.id}/{name}", text


def mapped(item: Item, change: Callable[[str], str]) -> Item:
    """Return an item with all its texts changed; `change` has to keep their lengths.

    Quotes of evidence are cut anew from the changed turns.
    """
    replace = msgspec.structs.replace

    def turned(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
        return tuple(replace(turn, text=change(turn.text)) for turn in turns)

    def maybe(text: str | None) -> str | None:
        return None if text is None else change(text)

    def drafted(draft: Draft | None) -> Draft | None:
        return None if draft is None else replace(draft, text=change(draft.text))

    talks = tuple(replace(talk, turns=turned(talk.turns)) for talk in item.conversations)
    by_id = {talk.id: talk for talk in talks}
    query = item.query
    return replace(
        item,
        parts=tuple(replace(part, text=maybe(part.text)) for part in item.parts),
        query=query
        and replace(query, prompt=change(query.prompt), messages=turned(query.messages)),
        conversations=talks,
        evidence=tuple(
            replace(one, quote=by_id[one.conversation].turns[one.turn].text[one.start : one.end])
            for one in item.evidence
        ),
        reason=maybe(item.reason),
        reply=drafted(item.reply),
        other=drafted(item.other),
        explanation=maybe(item.explanation),
    )
