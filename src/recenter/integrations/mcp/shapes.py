"""What the tools answer, typed, so that clients get a schema."""

from __future__ import annotations

from typing_extensions import TypedDict


class ToldMemory(TypedDict):
    """A memory. Its texts are escaped; one on a topic that the person has closed has none."""

    id: str
    memory: str
    said: list[str]
    source: str
    status: str
    created_at: str | None
    updated_at: str | None
    expiration_date: str | None


class Memories(TypedDict):
    """Memories, with the note that says how to read them."""

    note: str
    results: list[ToldMemory]


class Changed(TypedDict):
    """A memory that was added or changed."""

    id: str
    memory: str
    event: str
    status: str


class Added(TypedDict):
    """What was kept, and why nothing was where nothing was."""

    results: list[Changed]
    reason: str | None


class Hit(TypedDict):
    """A memory that should bear on the answer."""

    id: str
    memory: str
    said: list[str]
    score: float | None
    reason: str


class Found(TypedDict):
    """A decision; `nothing` is the usual one, and then the answer needs no memory."""

    note: str
    decision: str
    reason: str | None
    question: str | None
    results: list[Hit]


class Explained(TypedDict):
    """The latest receipt in plain words."""

    note: str
    explanation: str


class Forgotten(TypedDict):
    """What went, or would go."""

    message: str
    forgotten: bool
    memory_ids: list[str]
    unreachable: list[str]


class ToForget(TypedDict):
    """A memory about a topic, and the ids of those that would go with it."""

    memory: ToldMemory
    goes_too: list[str]


class Topic(TypedDict):
    """What is about a topic, or what was forgotten of it."""

    note: str
    message: str
    forgotten: bool
    found: list[ToForget]
    near: list[ToldMemory]
    memory_ids: list[str]
    unreachable: list[str]
