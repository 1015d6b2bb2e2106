"""A text cut where marked spans begin and end, so that overlapping spans can be shown."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from typing import Literal

import msgspec


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A span of a text to show, and where it is referred to."""

    start: int
    end: int
    kind: Literal["quote", "trap"]
    anchor: str
    """Id of the place on the page."""
    target: str
    """Id of what refers to it."""
    label: str
    """What stands behind the span, as its link to the target."""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of text under the same marks."""

    text: str
    kinds: tuple[str, ...] = ()
    begin: tuple[Mark, ...] = ()
    end: tuple[Mark, ...] = ()


def pieces(text: str, marks: Sequence[Mark]) -> tuple[Piece, ...]:
    """Return the text in pieces whose boundaries are the offsets of the marks.

    Joined they are the text, with each character that a page cannot hold replaced by one other.
    """
    edges = {0, len(text), *(m.start for m in marks), *(m.end for m in marks)}
    bounds = sorted(edge for edge in edges if 0 <= edge <= len(text))
    shown = visible(text)
    return tuple(
        Piece(
            text=shown[start:end],
            kinds=tuple(sorted({m.kind for m in marks if m.start <= start and end <= m.end})),
            begin=tuple(m for m in marks if m.start == start),
            end=tuple(m for m in marks if m.end == end),
        )
        for start, end in itertools.pairwise(bounds)
    )


def visible(text: str) -> str:
    """Return the text with controls, half surrogates and marks that reorder text replaced.

    One character becomes one character, so that offsets stay true.
    """
    shown = text.replace("\r", " ")
    return "".join("\N{REPLACEMENT CHARACTER}" if _hidden(c) else c for c in shown)


def _hidden(char: str) -> bool:
    if unicodedata.category(char) in ("Cc", "Cs"):
        return char not in "\n\t"
    return unicodedata.bidirectional(char) in ("LRE", "RLE", "LRO", "RLO", "PDF")
