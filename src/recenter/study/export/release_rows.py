"""What the judgments of a release are about, as typed rows, and back as records."""

from __future__ import annotations

from collections.abc import Iterable

from recenter.provenance import Signature
from recenter.records import (
    Arm,
    Attribute,
    Conversation,
    Evidence,
    Query,
    Receipt,
    ReceiptLine,
    Record,
    Reply,
    Role,
    Turn,
)
from recenter.study.export.judgments import SOURCE


class TurnRow(Record, frozen=True):
    """One message of a conversation."""

    role: Role
    text: str
    at: str | None


class ConversationRow(Record, frozen=True):
    """A conversation, as annotators saw it."""

    id: str
    person: str
    at: str | None
    turns: tuple[TurnRow, ...]


class AttributeRow(Record, frozen=True):
    """A statement about a person, with the words that are said to carry it."""

    id: str
    person: str
    text: str
    reason: str | None
    """Why the extractor believed it."""
    evidence: tuple[Evidence, ...]


class PromptRow(Record, frozen=True):
    """A new message of a person, with what was said before it."""

    id: str
    person: str
    prompt: str
    messages: tuple[TurnRow, ...]


class UsedRow(Record, frozen=True):
    """An attribute that a reply was written with."""

    attribute: str
    text: str


class ReplyRow(Record, frozen=True):
    """A reply to a prompt under one arm."""

    id: str
    query: str
    person: str
    arm: Arm
    text: str
    used: tuple[UsedRow, ...]


About = ConversationRow | AttributeRow | PromptRow | ReplyRow
TABLES: dict[str, type[Record]] = {
    "conversations": ConversationRow,
    "attributes": AttributeRow,
    "prompts": PromptRow,
    "replies": ReplyRow,
}


def as_row(record: Record) -> About:
    """Return the row of a conversation, attribute, query or reply.

    Raises:
        TypeError: it is another record.
    """
    match record:
        case Conversation(id=id, person=person, at=at, turns=turns):
            return ConversationRow(id=id, person=person, at=at, turns=_turn_rows(turns))
        case Attribute(id=id, person=person, text=text, reason=reason, evidence=evidence):
            return AttributeRow(id=id, person=person, text=text, reason=reason, evidence=evidence)
        case Query(id=id, person=person, prompt=prompt, messages=messages):
            return PromptRow(id=id, person=person, prompt=prompt, messages=_turn_rows(messages))
        case Reply(id=id, query=query, person=person, arm=arm, text=text, receipt=receipt):
            used = tuple(UsedRow(attribute=x.attribute, text=x.text) for x in receipt.used)
            return ReplyRow(id=id, query=query, person=person, arm=arm, text=text or "", used=used)
    raise TypeError(type(record).__name__)


def as_record(row: About, *, content: str, code: str) -> Record:
    """Return the record of a row, in a study of this content, written by this version."""
    match row:
        case ConversationRow():
            return Conversation(
                id=row.id,
                person=row.person,
                turns=_turns(row.turns),
                source=SOURCE,
                at=row.at,
                signature=Signature(code=code),
            )
        case AttributeRow():
            return Attribute(
                id=row.id,
                person=row.person,
                text=row.text,
                source="inferred",
                confidence=1.0,
                evidence=row.evidence,
                reason=row.reason,
                signature=Signature(code=code, settings=content),
            )
        case PromptRow():
            return Query(
                id=row.id, person=row.person, prompt=row.prompt, messages=_turns(row.messages)
            )
        case ReplyRow():
            used = tuple(
                ReceiptLine(attribute=one.attribute, text=one.text, reason="") for one in row.used
            )
            return Reply(
                id=row.id,
                query=row.query,
                person=row.person,
                arm=row.arm,
                text=row.text,
                messages=(),
                receipt=Receipt(used=used),
                signature=Signature(code=code),
            )


def _turn_rows(turns: Iterable[Turn]) -> tuple[TurnRow, ...]:
    return tuple(TurnRow(role=turn.role, text=turn.text, at=turn.at) for turn in turns)


def _turns(rows: Iterable[TurnRow]) -> tuple[Turn, ...]:
    return tuple(Turn(role=row.role, text=row.text, at=row.at) for row in rows)
