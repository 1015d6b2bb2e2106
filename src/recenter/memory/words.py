"""The words of what is forgotten: found wherever they stand, masked so that offsets stay right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from recenter.memory.queue import MASK
from recenter.records import Turn

_NOTHING = r"(?!)"
# Scripts that put no space between words begin about here.
_UNSPACED = 0x0E00
_LETTER = f"[0-9A-Za-z_\u00c0-{chr(_UNSPACED - 1)}]"
_OF_WHOM = re.compile(r"^(?:the user|users?|i|my|we|our)(?:['’]\w{1,2})?\s+", re.IGNORECASE)
_LEAST_WORDS = 3


class Words:
    """What must not be left: the quotes, and the statements in all their wordings.

    Case, spaces, and what follows at the end may differ where somebody repeats them. An assistant
    says them of "you": in its turns they are known without "I" or "the user" in front.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        said = {text for text in texts if text.strip()}
        repeated = {_OF_WHOM.sub("", text.strip()).rstrip(" .!?") for text in said}
        long = {text for text in repeated if len(text.split()) >= _LEAST_WORDS}
        self._said = _pattern(said)
        self._repeated = _pattern(said | long)

    def masked(self, text: str) -> str:
        """Return the text with each character of the words masked."""
        return self._said.sub(_mask, text)

    def stand_in(self, text: str) -> bool:
        """Tell whether a text holds any of them."""
        return self._said.search(text) is not None

    def of_turns(self, turns: Sequence[Turn]) -> tuple[Turn, ...]:
        """Return turns without the words."""
        return tuple(
            msgspec.structs.replace(turn, text=self.said_by(turn.role, turn.text)) for turn in turns
        )

    def said_by(self, role: str, text: str) -> str:
        """Return what somebody said without the words."""
        return (self._said if role == "user" else self._repeated).sub(_mask, text)


def _mask(match: re.Match[str]) -> str:
    return MASK * len(match.group())


def _pattern(texts: Iterable[str]) -> re.Pattern[str]:
    parts = sorted((_part(text) for text in texts), key=len, reverse=True)
    return re.compile("|".join(parts) or _NOTHING, re.IGNORECASE)


def _part(text: str) -> str:
    """Return what finds a text as whole words: "tea" is not in "team"."""
    first, last = text.split()[0][0], text.split()[-1][-1]
    before = f"(?<!{_LETTER})" if _spaced(first) else ""
    after = f"(?!{_LETTER})" if _spaced(last) else ""
    return before + r"\s+".join(map(re.escape, text.split())) + after


def _spaced(character: str) -> bool:
    return character.isalnum() and ord(character) < _UNSPACED
