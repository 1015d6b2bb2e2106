"""The people of the demo: their conversations, where the traps lie, and what each is asked.

The notes are for display and tests only; no stage is given them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

from recenter.provenance import digest
from recenter.records import Turn

TrapKind = Literal[
    "role_play",
    "fiction",
    "pasted_text",
    "code",
    "third_person",
    "one_off_task",
    "hypothetical",
    "change_of_mind",
    "complaint",
    "injected_memory",
    "assistant_claim",
]
PromptKind = Literal["on_topic", "vague", "off_topic", "recent", "given"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Words in a turn of a session."""

    session: str
    turn: int
    """0-based position in the session."""
    quote: str
    """Stands exactly once in the turn."""


class Trap(Place, frozen=True, kw_only=True):
    """Words that are easily mistaken for something that holds of the person now."""

    kind: TrapKind
    note: str
    """Why it does not hold, or in a change of mind, which of the two does."""
    about: str | None = None
    """Of somebody else, the word that names them in a statement that tells them apart."""
    earlier: Place | None = None
    """In a change of mind, what was said before; the quote is what was said later."""


class Prompt(msgspec.Struct, frozen=True):
    """A new prompt that the demo puts."""

    kind: PromptKind
    text: str


class Character(msgspec.Struct, frozen=True):
    """A made-up person of the demo."""

    person: str
    """The id in the conversations."""
    name: str
    about: str
    prompts: tuple[Prompt, ...]
    traps: tuple[Trap, ...]


class _Session(msgspec.Struct, frozen=True):
    session: str
    turns: tuple[Turn, ...]


class _Notes(msgspec.Struct, frozen=True):
    people: tuple[Character, ...]


def conversations_file() -> Traversable:
    """Return the conversations, in Recenter's own JSON lines."""
    return resources.files(__package__).joinpath("conversations.jsonl")


@functools.cache
def characters() -> tuple[Character, ...]:
    """Return the people of the demo in the order in which they are shown."""
    text = resources.files(__package__).joinpath("expected.json").read_text("utf-8")
    return msgspec.json.decode(text, type=_Notes).people


def session_contents() -> Mapping[str, str]:
    """Return the content of each session, as `Conversation.content` has it, by its name."""
    rows = [
        msgspec.json.decode(line, type=_Session)
        for line in conversations_file().read_text("utf-8").splitlines()
    ]
    return {row.session: digest([(turn.role, turn.text) for turn in row.turns]) for row in rows}
