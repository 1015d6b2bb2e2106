"""The figures at the top of the page and of the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from recenter.demo.result import DemoResult, PersonResult
from recenter.demo.view import PersonView


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over the people."""

    people: int
    conversations: int
    turns: int
    """Messages written by the people."""
    statements: int
    quotes: int
    located: int
    """Quotes that stand at their offsets in a turn of the person; anything but all is a fault."""
    accepted: int
    traps: int
    """Without the changes of mind, which are not refused but told apart by date."""
    fell_for: int
    on_topic: int
    on_topic_used: int
    """Messages on topic for which something was used."""
    off_topic: int
    off_topic_silent: int
    prompts: int
    used: int
    pushed: int
    added: int
    """Characters."""
    pushed_characters: int


def totals(result: DemoResult, people: Sequence[PersonView]) -> Totals:
    """Return the sums over the people."""
    conversations = [c for person in result.people for c in person.conversations]
    prompts = [prompt for person in people for prompt in person.prompts]
    traps = [t for p in result.people for t in p.traps if t.trap.kind != "change_of_mind"]
    cited = [found for person in result.people for found in _cited(person)]
    asked = [(p.kind, bool(p.selection.used)) for person in result.people for p in person.prompts]
    return Totals(
        people=len(people),
        conversations=len(conversations),
        turns=sum(turn.role == "user" for c in conversations for turn in c.turns),
        statements=sum(len(person.statements) for person in people),
        quotes=len(cited),
        located=sum(cited),
        accepted=sum(person.count("accepted") for person in people),
        traps=len(traps),
        fell_for=sum(trap.outcome == "fell_for" for trap in traps),
        on_topic=sum(kind == "on_topic" for kind, _ in asked),
        on_topic_used=asked.count(("on_topic", True)),
        off_topic=sum(kind == "off_topic" for kind, _ in asked),
        off_topic_silent=asked.count(("off_topic", False)),
        prompts=len(prompts),
        used=sum(len(prompt.used) for prompt in prompts),
        pushed=sum(len(prompt.pushed) for prompt in prompts),
        added=sum(prompt.added for prompt in prompts),
        pushed_characters=sum(prompt.pushed_characters for prompt in prompts),
    )


def _cited(person: PersonResult) -> Iterator[bool]:
    """Yield for each quote whether it stands where its evidence says."""
    turns = {c.id: c.turns for c in person.conversations}
    for attribute in person.attributes:
        for e in attribute.evidence:
            turn = turns[e.conversation][e.turn]
            yield turn.role == "user" and turn.text[e.start : e.end] == e.quote
