"""A conversation as pieces of data that fit into a prompt, with its turns numbered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from recenter.records import Conversation
from recenter.stages.render import escaped
from recenter.text.own_words import Refused

SHORTENED = 300
"""Characters shown of an assistant's turn, and of each long stretch that is not own words."""

_LEAST_PIECE = 200


class Piece(NamedTuple):
    """A turn, or a part of a long one."""

    turn: int
    by_person: bool
    text: str


class Chunk(NamedTuple):
    """Consecutive pieces of one conversation that are shown together."""

    conversation: Conversation
    pieces: tuple[Piece, ...]

    @property
    def turns(self) -> tuple[int, int]:
        """First and last turn shown."""
        return self.pieces[0].turn, self.pieces[-1].turn

    def render(self) -> str:
        """Return the pieces as elements that nothing in them can close."""
        return "\n".join(
            f'<turn n="{piece.turn}" by="{"person" if piece.by_person else "assistant"}">'
            f"{escaped(piece.text)}</turn>"
            for piece in self.pieces
        )

    def halves(self) -> tuple[Chunk, ...]:
        """Return two smaller chunks, or none where it cannot be made smaller."""
        pieces = self.pieces
        if len(pieces) == 1:
            turn, by_person, text = pieces[0]
            if len(text) < 2 * _LEAST_PIECE:
                return ()
            pieces = tuple(
                Piece(turn, by_person, part) for part in _split(text, len(text) // 2 + 1)
            )
        middle = len(pieces) // 2
        halves = (Chunk(self.conversation, part) for part in (pieces[:middle], pieces[middle:]))
        return tuple(half for half in halves if any(piece.by_person for piece in half.pieces))


def chunks(
    conversation: Conversation, refused: Sequence[Sequence[Refused]], *, longest: int
) -> list[Chunk]:
    """Return the chunks of a conversation in which the person speaks, in order.

    Args:
        conversation: what is shown.
        refused: by turn, what is not own words; long stretches of it are shortened.
        longest: most characters of turns in a chunk.
    """
    found: list[Chunk] = []
    open_: list[Piece] = []
    size = 0
    for piece in _pieces(conversation, refused, longest):
        if open_ and size + len(piece.text) > longest:
            found.append(Chunk(conversation, tuple(open_)))
            open_, size = [], 0
        open_.append(piece)
        size += len(piece.text)
    if open_:
        found.append(Chunk(conversation, tuple(open_)))
    return [chunk for chunk in found if any(piece.by_person for piece in chunk.pieces)]


def _pieces(
    conversation: Conversation, refused: Sequence[Sequence[Refused]], longest: int
) -> list[Piece]:
    pieces = []
    for number, turn in enumerate(conversation.turns):
        if turn.role == "user" and turn.text.strip():
            shown = _without_long_refused(turn.text, refused[number])
            pieces += [Piece(number, True, part) for part in _split(shown, longest)]
        elif turn.role == "assistant" and turn.text.strip():
            pieces.append(Piece(number, False, _shortened(turn.text)))
    return pieces


def _without_long_refused(text: str, refused: Sequence[Refused]) -> str:
    parts = []
    place = 0
    for (start, end), _ in refused:
        parts += [text[place:start], _shortened(text[start:end])]
        place = end
    return "".join([*parts, text[place:]])


def _shortened(text: str) -> str:
    return text if len(text) <= SHORTENED else f"{text[:SHORTENED]} [left out]"


def _split(text: str, longest: int) -> list[str]:
    """Cut a text into parts of at most this length, at a space where there is one."""
    parts = []
    while len(text) > longest:
        cut = max(text.rfind(space, longest // 2, longest) for space in ("\n", ". ", " ")) + 1
        cut = cut if cut > 0 else longest
        parts.append(text[:cut])
        text = text[cut:]
    return [*parts, text]
