"""A statement with the words that are said to support it, from outside of the store, as records."""

from __future__ import annotations

from collections.abc import Sequence

from recenter.provenance import Signature, digest
from recenter.records import Attribute, Conversation, Turn, attribute_id
from recenter.stages.verify_rules import evidence_in


def statement(
    text: str, quote: str, turns: Sequence[Turn] | None, *, person: str = ""
) -> tuple[Attribute, Conversation]:
    """Return a statement as an attribute with its evidence, and the conversation that holds it.

    The quote is looked for in the person's own turns; where there are none, it counts as one. A
    quote that does not stand there is no evidence.
    """
    held = (Turn(role="user", text=quote),) if turns is None else tuple(turns)
    conversation = Conversation(
        id=digest([(turn.role, turn.text) for turn in held]),
        person=person,
        turns=held,
        source="batch",
    )
    found = evidence_in(quote, conversation)
    evidence = () if found is None else (found,)
    attribute = Attribute(
        id=attribute_id(person, text, evidence, Signature()),
        person=person,
        text=text,
        source="stated",
        confidence=1.0,
        evidence=evidence,
    )
    return attribute, conversation
