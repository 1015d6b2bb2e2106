"""A conversation as the page shows it: marked, and where it is long, only what is marked."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import msgspec

from recenter.demo.highlight import Mark, Piece, pieces, visible
from recenter.records import Conversation, Turn

WHOLE_TURNS = 12
"""Conversations up to this many turns are shown whole."""
WHOLE_TEXT = 1600
"""Turns up to this many characters are shown whole."""
_AROUND = 400


class TurnView(msgspec.Struct, frozen=True, kw_only=True):
    """A turn, or the shown part of it."""

    number: int
    """0-based position in the conversation."""
    role: str
    pieces: tuple[Piece, ...]
    left_out: int = 0
    """Turns that are not shown between the one before and this one."""
    cut_before: int = 0
    """Characters not shown before the pieces."""
    cut_after: int = 0


class ConversationView(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation with its marks."""

    anchor: str
    at: str | None
    opening: str
    """First words of the person."""
    turns: tuple[TurnView, ...]
    left_out: int
    """Turns that are not shown after the last one."""
    quotes: int
    traps: int


def excerpt(
    conversation: Conversation, marks: Mapping[int, Sequence[Mark]], *, anchor: str
) -> ConversationView:
    """Return the conversation with `marks`, which are given by the position of their turn."""
    turns: list[TurnView] = []
    last = -1
    for number in _shown(conversation, marks):
        turns.append(
            _turn(
                conversation.turns[number],
                marks.get(number, ()),
                number=number,
                left_out=number - last - 1,
            )
        )
        last = number
    every = [mark for found in marks.values() for mark in found]
    return ConversationView(
        anchor=anchor,
        at=conversation.at,
        opening=_opening(conversation),
        turns=tuple(turns),
        left_out=len(conversation.turns) - last - 1,
        quotes=sum(mark.kind == "quote" for mark in every),
        traps=sum(mark.kind == "trap" for mark in every),
    )


def _opening(conversation: Conversation) -> str:
    said = next((turn.text for turn in conversation.turns if turn.role == "user"), "")
    return textwrap.shorten(visible(said), 70, placeholder=" ...")


def _shown(conversation: Conversation, marks: Mapping[int, Sequence[Mark]]) -> Sequence[int]:
    """Positions of the turns to show: all, or the marked ones and their neighbours."""
    count = len(conversation.turns)
    if count <= WHOLE_TURNS:
        return range(count)
    near = {number + step for number in marks for step in (-1, 0, 1)}
    return [number for number in range(count) if number in near]


def _turn(turn: Turn, marks: Sequence[Mark], *, number: int, left_out: int) -> TurnView:
    start, end = 0, len(turn.text)
    if end > WHOLE_TEXT:
        first = min((mark.start for mark in marks), default=0)
        last = max((mark.end for mark in marks), default=0)
        start, end = max(0, first - _AROUND), min(end, last + _AROUND)
    moved = [
        msgspec.structs.replace(mark, start=mark.start - start, end=mark.end - start)
        for mark in marks
    ]
    return TurnView(
        number=number,
        role=turn.role,
        pieces=pieces(turn.text[start:end], moved),
        left_out=left_out,
        cut_before=start,
        cut_after=len(turn.text) - end,
    )
