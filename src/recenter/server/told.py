"""What is answered: mem0's envelope, with evidence, source, confidence and status."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from recenter.memory.learned import Nothing
from recenter.memory.records import Outcome
from recenter.memory.searching import Empty
from recenter.records import ReceiptLine
from recenter.stages.sensitive import Topic


class Evidence(BaseModel):
    """The person's own words that a memory rests on, and where they stand."""

    conversation: str
    turn: int
    start: int
    end: int
    quote: str


class Memory(BaseModel):
    """A memory. `proposed` is not used until somebody approves it."""

    id: str
    memory: str
    user_id: str | None
    status: Literal["verified", "proposed", "rejected"]
    source: Literal["stated", "inferred"]
    confidence: float
    topic: str | None
    evidence: list[Evidence]
    metadata: dict[str, Any] | None
    agent_id: str | None
    run_id: str | None
    created_at: str | None
    updated_at: str | None
    expiration_date: str | None
    reason: str | None = None
    """Why it is not used, where it is not."""


class Memories(BaseModel):
    """Memories of a person."""

    results: list[Memory]


class ChangedMemory(Memory):
    """A memory, and what became of it."""

    event: Literal["ADD", "UPDATE", "SUPERSEDE"]
    previous_memory: str | None = None


class Changed(BaseModel):
    """What was learned."""

    results: list[ChangedMemory]
    reason: Nothing | None
    """Why there are no results, where there are none."""
    refused: dict[str, int]
    """How much was not kept, by reason."""


class NotKept(BaseModel):
    """A statement that would be refused, by the person's words that it would rest on."""

    quotes: list[str]
    reason: str


class WouldChange(Changed):
    """What would be learned, and what would not be kept."""

    not_kept: list[NotKept]


class FoundMemory(Memory):
    """A memory that was found."""

    score: float | None
    decision: Literal["use", "withhold", "ask"] | None = None
    explanation: str | None = None


class Found(BaseModel):
    """What was found, best first."""

    results: list[FoundMemory]
    reason: Empty | None
    """Why there are no results, where there are none."""


class Event(BaseModel):
    """Something that became of a memory."""

    id: str
    memory_id: str
    event: str
    old_memory: str | None
    new_memory: str | None
    by: str
    reason: str | None
    created_at: str | None
    updated_at: str | None
    is_deleted: bool


class Said(BaseModel):
    """That something was done."""

    message: str


class Deleted(BaseModel):
    """What a removal did, and which copies it could not reach."""

    counts: dict[str, int]
    also: list[str] = []
    erased: bool = False
    unreachable: list[str] = []
    models: list[str] = []


class Removed(Said):
    """What was removed, or with a dry run would be."""

    deleted: Deleted | None = None
    would_delete: list[str] | None = None


class Forgotten(Said):
    """What was removed of a person, or with a dry run would be: how much of each kind."""

    deleted: Deleted | None = None
    would_delete: dict[str, int] | None = None


class Link(BaseModel):
    """Where a person finds their own page; whoever has it is taken for them."""

    url: str
    expires_at: str


class Line(BaseModel):
    """A memory on a receipt."""

    memory_id: str
    memory: str
    reason: str
    score: float | None
    quotes: list[str]


class Receipt(BaseModel):
    """What an answer used of a person, what it did not, and why."""

    id: str
    created_at: str | None
    decision: Outcome
    reason: str | None
    prompt: str
    question: str | None
    asked: str | None
    used: list[Line]
    withheld: list[Line]


class Receipts(BaseModel):
    """Receipts of a person, latest first."""

    results: list[Receipt]


class Context(BaseModel):
    """What an answer should use, and the messages to send to the model."""

    decision: Outcome
    reason: str | None
    receipt_id: str | None
    """None where nothing was kept, since there is nothing to show."""
    question: str | None
    selected: list[Line]
    withheld: list[Line]
    messages: Any
    """As they came in, where nothing is used."""


class Choices(BaseModel):
    """What a person decided about their memory."""

    paused: bool
    allowed: list[Topic]
    allowed_local: list[Topic]
    cloud: bool
    keep_days: int | None


class Failure(BaseModel):
    """A conversation that nobody learns from any more."""

    conversation: str
    person: str | None
    attempts: int
    error: str


class Failures(BaseModel):
    """Conversations that could not be learned from."""

    results: list[Failure]


class Export(BaseModel):
    """Everything that is kept of a person."""

    person: str
    user_id: str
    choices: dict[str, Any]
    memories: list[Memory]
    history: list[Event]
    receipts: list[dict[str, Any]]
    judgments: list[dict[str, Any]]
    queries: list[dict[str, Any]]
    conversations: list[dict[str, Any]]
    references: list[dict[str, Any]]


def line(of: ReceiptLine) -> Line:
    """Return a line of a receipt as it is told."""
    return Line(
        memory_id=of.attribute,
        memory=of.text,
        reason=of.reason,
        score=of.score,
        quotes=list(of.quotes),
    )
