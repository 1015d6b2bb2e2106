"""Small records for the tests of the stages."""

from __future__ import annotations

from recenter.provenance import Signature
from recenter.records import (
    Attribute,
    Conversation,
    Decision,
    Evidence,
    Query,
    Role,
    Selection,
    Source,
    Turn,
    Use,
)
from recenter.stages.select import selection


def attribute(
    text: str,
    *,
    id: str | None = None,
    quote: str | None = None,
    turn: int = 0,
    start: int = 0,
    source: Source = "stated",
    at: str | None = None,
) -> Attribute:
    """An attribute of `ada`, with a quote of her conversation `c` where one is given."""
    evidence = (
        ()
        if quote is None
        else (
            Evidence(conversation="c", turn=turn, start=start, end=start + len(quote), quote=quote),
        )
    )
    return Attribute(
        id=id or text,
        person="ada",
        text=text,
        source=source,
        confidence=1.0,
        evidence=evidence,
        at=at,
    )


def conversation(*turns: str, roles: tuple[Role, ...] | None = None) -> Conversation:
    """The conversation `c` of `ada`; she and the assistant take turns unless roles are given."""
    alternating: tuple[Role, ...] = ("user", "assistant")
    said = [
        Turn(role=roles[i] if roles else alternating[i % 2], text=text)
        for i, text in enumerate(turns)
    ]
    return Conversation(id="c", person="ada", turns=tuple(said), source="test")


def query(prompt: str, *earlier: Turn) -> Query:
    return Query(id="q", person="ada", prompt=prompt, messages=earlier)


def selected(**uses: tuple[Use, float | None]) -> Selection:
    """A selection with a decision and a score for each attribute id."""
    decisions = [
        Decision(attribute=name, decision=use, score=score, reason=f"because {name}")
        for name, (use, score) in uses.items()
    ]
    return selection(query("?"), decisions, signature=Signature())
