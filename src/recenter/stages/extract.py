"""What an extractor is: one person's conversations in, attributes with evidence out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from recenter.errors import InputError
from recenter.provenance import Signature
from recenter.records import (
    Attribute,
    Conversation,
    Evidence,
    Record,
    Source,
    Usage,
    attribute_id,
)
from recenter.text.locate import Span

LONGEST_TEXT = 400
"""A statement of more characters is not one sentence about a person."""


class FailedChunk(Record, frozen=True):
    """A part of a conversation that no answer was had for: not the same as no attributes."""

    conversation: str
    turns: tuple[int, int]
    """First and last turn of the part, 0-based."""
    error: str
    """Class of the error and its message."""


class Extraction(Record, frozen=True):
    """What was learned of one person, and what was refused."""

    attributes: tuple[Attribute, ...]
    dropped: Mapping[str, int] = msgspec.field(default_factory=dict)
    """How many candidates were dropped, by reason."""
    turn_corrected: int = 0
    """Attributes whose quote stood in another of the person's turns than the one named."""
    failures: tuple[FailedChunk, ...] = ()
    """What could not be read; empty where the extractor raises instead."""
    usage: Usage = Usage()


class Extractor(Protocol):
    """Reads a person's conversations."""

    @property
    def name(self) -> str:
        """Short name for people, such as `llm:openai:gpt-5.4` or `embedded`."""

    @property
    def signature(self) -> Signature:
        """What its attributes carry."""

    def extract(self, person: str, conversations: Sequence[Conversation]) -> Extraction:
        """Return what the conversations say of the person, not merged.

        Raises:
            ModelError: a call failed. It is never read as "no attributes".
        """


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A statement about a person with the spans of their words, before it is an attribute."""

    text: str
    source: Source
    confidence: float
    turn: int
    spans: tuple[Span, ...]
    """One, or several where the quote was shortened by an ellipsis."""
    reason: str | None = None
    topic: str | None = None


def check_person(person: str, conversations: Sequence[Conversation]) -> None:
    """Raise InputError where a conversation is not this person's, or stands there twice."""
    seen: set[str] = set()
    for conversation in conversations:
        if conversation.person != person:
            raise InputError(
                f"{conversation.id!r} is a conversation of {conversation.person!r}, "
                f"not of {person!r}.",
                field="person",
            )
        if conversation.id in seen:
            raise InputError(f"{conversation.id!r} is listed twice.", field="conversations")
        seen.add(conversation.id)


def attribute_of(
    person: str, conversation: Conversation, finding: Finding, signature: Signature
) -> Attribute:
    """Return a finding as an attribute whose quote is cut from the turn itself."""
    turn = conversation.turns[finding.turn]
    evidence = tuple(
        Evidence(
            conversation=conversation.id,
            turn=finding.turn,
            start=start,
            end=end,
            quote=turn.text[start:end],
        )
        for start, end in finding.spans
    )
    return Attribute(
        id=attribute_id(person, finding.text, evidence, signature),
        person=person,
        text=finding.text,
        source=finding.source,
        confidence=finding.confidence,
        evidence=evidence,
        reason=finding.reason,
        topic=finding.topic,
        at=turn.at or conversation.at,
        signature=signature,
    )
