"""A statement with the words that are said to support it, from outside of the store, as records."""

from __future__ import annotations

import re
from collections.abc import Sequence

from recenter.provenance import Signature, digest
from recenter.records import Attribute, Conversation, Evidence, Turn, attribute_id
from recenter.stages.verify_rules import evidence_in

_JOINT = re.compile(r"\.{3,}|…|[;|\n]|\s/\s")
_MOST_PARTS = 12


def statement(
    text: str, quote: str, turns: Sequence[Turn] | None, *, person: str = ""
) -> tuple[Attribute, Conversation]:
    """Return a statement as an attribute with its evidence, and the conversation that holds it.

    The quote is looked for in the person's own turns; without `turns`, it counts as one. Where it
    does not stand as a whole, it may be made of several that extractors join by an ellipsis, a
    semicolon, a bar or a new line: then each part must stand. What does not is no evidence.
    """
    held = (Turn(role="user", text=quote),) if turns is None else tuple(turns)
    conversation = Conversation(
        id=digest([(turn.role, turn.text) for turn in held]),
        person=person,
        turns=held,
        source="batch",
    )
    evidence = _located(quote, conversation)
    attribute = Attribute(
        id=attribute_id(person, text, evidence, Signature()),
        person=person,
        text=text,
        source="stated",
        confidence=1.0,
        evidence=evidence,
    )
    return attribute, conversation


def _located(quote: str, conversation: Conversation) -> tuple[Evidence, ...]:
    whole = evidence_in(quote, conversation)
    if whole is not None:
        return (whole,)
    parts = [part for part in _JOINT.split(quote) if part.strip()]
    if not 2 <= len(parts) <= _MOST_PARTS:
        return ()
    found = [evidence_in(part, conversation) for part in parts]
    located = tuple(dict.fromkeys(evidence for evidence in found if evidence is not None))
    return located if None not in found else ()
