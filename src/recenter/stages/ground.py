"""Whether a quote stands in a person's own words in a conversation, and where."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, NamedTuple

from recenter.records import Conversation
from recenter.text.locate import Locator, Span
from recenter.text.own_words import Refused, refusal_of, refused_in_turns

Ungrounded = Literal["quote_not_found", "not_own_words", "assistant_words"]


class Grounded(NamedTuple):
    """Where a quote stands in the person's own words."""

    turn: int
    spans: tuple[Span, ...]
    corrected: bool
    """Whether it stands in another turn than was said."""


class Ground:
    """A conversation prepared for looking up many quotes."""

    def __init__(self, conversation: Conversation) -> None:
        self._turns = conversation.turns
        self._locators: dict[int, Locator] = {}

    @cached_property
    def refused(self) -> tuple[tuple[Refused, ...], ...]:
        """What is not the person's own words, by turn."""
        return refused_in_turns(self._turns)

    def find(self, quote: str, turn: int | None = None) -> Grounded | Ungrounded:
        """Return where a quote stands, or why it is no evidence.

        Looked for first in the turn that was named; where none was, the first that has it counts.
        A wrong number is put right only where the quote stands in exactly one of the person's
        turns; in several, nothing says which was meant.
        """
        named = turn is not None and 0 <= turn < len(self._turns)
        if named and turn is not None:
            if self._turns[turn].role == "user":
                found = self._own(quote, turn)
                if found:
                    return Grounded(turn, found, corrected=False)
                if found is not None:
                    return "not_own_words"
            elif self._locator(turn).parts(quote):
                return "assistant_words"
        return self._elsewhere(quote, turn)

    def _elsewhere(self, quote: str, turn: int | None) -> Grounded | Ungrounded:
        by_person = {
            number: found
            for number, candidate in enumerate(self._turns)
            if candidate.role == "user"
            and number != turn
            and (found := self._own(quote, number)) is not None
        }
        own = {number: found for number, found in by_person.items() if found}
        if len(own) == 1 or (own and turn is None):
            number = min(own)
            return Grounded(number, own[number], corrected=turn is not None)
        if own:
            return "quote_not_found"
        if by_person:
            return "not_own_words"
        said = any(
            candidate.role != "user" and self._locator(number).parts(quote)
            for number, candidate in enumerate(self._turns)
        )
        return "assistant_words" if said else "quote_not_found"

    def _own(self, quote: str, turn: int) -> tuple[Span, ...] | None:
        """Return the spans in own words, none where all are refused, None where none is there."""
        locator = self._locator(turn)
        parts = locator.parts(quote)
        if not parts:
            return None
        refused = self.refused[turn]
        if all(refusal_of(span, refused) is None for span in parts):
            return parts
        if len(parts) == 1:
            for span in locator.occurrences(quote):
                if refusal_of(span, refused) is None:
                    return (span,)
        return ()

    def _locator(self, turn: int) -> Locator:
        if turn not in self._locators:
            self._locators[turn] = Locator(self._turns[turn].text)
        return self._locators[turn]
