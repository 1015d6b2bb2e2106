"""What a run of the demo found: records only, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from recenter.demo.data import PromptKind, Trap
from recenter.records import Attribute, Conversation, Judgment, Query, Reply, Selection

TrapOutcome = Literal[
    "refused", "stopped", "told_apart", "fell_for", "newer", "both", "older", "neither"
]
"""`refused`: nothing was learned from these words. `stopped`: something was, and verification
did not accept it. `told_apart`: what was accepted is stated of the other person. `fell_for`: it was
accepted. The others are of a change of mind and name what was accepted, the newer statement, the
older, both or neither."""


class TrapResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a trap."""

    trap: Trap
    conversation: str
    start: int
    """Offset of the trap's words in the turn, in code points."""
    end: int
    outcome: TrapOutcome
    recognised: str | None = None
    """As what the rules on own words refuse it, or `assistant`; None where it passed them."""
    attributes: tuple[str, ...] = ()
    """Ids of the attributes whose evidence overlaps the words."""


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """What a memory that adds the nearest attributes to every prompt would have added."""

    attributes: tuple[str, ...]
    """Ids, nearest first."""
    cosines: tuple[float, ...]
    characters: int
    """Length of what was added to the prompt."""
    reply: Reply
    """The messages that would have been sent."""


class PromptResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a prompt."""

    kind: PromptKind
    query: Query
    selection: Selection
    reply: Reply
    """With the receipt; its text is None where no model was asked."""
    held_back: tuple[str, ...] = ()
    """Ids that the selector would use and the person's policy withholds."""
    generic: Reply | None = None
    """The reply without memory, where a model was asked and something was used."""
    top10: Pushed


class PersonResult(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one person."""

    id: str
    name: str
    about: str
    conversations: tuple[Conversation, ...]
    attributes: tuple[Attribute, ...]
    """After merging, before verification."""
    judgments: tuple[Judgment, ...]
    """Answers to `supported`, one per attribute."""
    dropped: Mapping[str, int]
    """Candidates and clauses that extraction turned down, counted by reason."""
    prompts: tuple[PromptResult, ...]
    traps: tuple[TrapResult, ...] = ()


class DemoResult(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run."""

    people: tuple[PersonResult, ...]
    made_up: bool
    """Whether these are the people of the demo rather than somebody's own export."""
    source: str
    """What was read, in words."""
    models: Mapping[str, str]
    """Which backend did which stage."""
    seconds: Mapping[str, float]
    """Time per stage."""
    skipped: Mapping[str, int] = {}
    """Conversations and rows left out, counted by reason."""
