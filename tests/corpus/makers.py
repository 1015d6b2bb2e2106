"""Conversations for the corpus tests."""

from __future__ import annotations

import random

from recenter.records import Conversation, Turn, conversation_id

_TEXT = (
    "garden kettle window river paper bridge candle market silver orange teacher music winter"
    " bread island ladder mirror pencil rabbit shadow ticket umbrella velvet wagon yellow zebra"
)
_WORDS = _TEXT.split()


def prose(seed: int, words: int = 60) -> str:
    return " ".join(random.Random(seed).choices(_WORDS, k=words))


def talk(
    person: str,
    *prompts: str,
    at: str | None = "2024-01-01T00:00:00Z",
    language: str | None = "en",
    key: str | None = None,
) -> Conversation:
    turns = tuple(
        turn
        for prompt in prompts
        for turn in (Turn(role="user", text=prompt), Turn(role="assistant", text="Well."))
    )
    name = key or f"{prompts}{at}{language}"
    return Conversation(
        id=conversation_id(person, "test", name),
        person=person,
        turns=turns,
        source="test",
        at=at,
        language=language,
    )
