"""What a conversation taught, and why it may have taught nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal, NamedTuple

from recenter.records import Attribute

Nothing = Literal["paused", "forgotten", "no_words", "known", "refused", "nothing_found"]
"""Why nothing was learned: the person paused memory; was forgotten altogether; said nothing in
these messages; all was known before; all that was found must not be kept; or nothing was found."""


class Change(NamedTuple):
    """What became of one memory."""

    event: str
    attribute: Attribute
    old: str | None = None
    held: bool = False
    """Whether it waits for the person, or for another verdict, before it is used."""


class Refused(NamedTuple):
    """A statement that is not kept, by the person's words that it would rest on."""

    quotes: tuple[str, ...]
    reason: str


class Learned(NamedTuple):
    """What messages taught."""

    changes: tuple[Change, ...] = ()
    nothing: Nothing | None = None
    """Why there are no changes; None where there are some."""
    refused: tuple[Refused, ...] = ()
    passed_over: Mapping[str, int] = {}
    """How many clauses the extractor read and did not take for statements, by reason."""

    @property
    def counts(self) -> dict[str, int]:
        """How much was not kept, by reason."""
        return dict(
            sorted((Counter(self.passed_over) + Counter(r.reason for r in self.refused)).items())
        )


def nothing_new(*, kept: int, refused: int) -> Nothing:
    """Return why what was read changes nothing, by how many statements there were."""
    return "known" if kept else "refused" if refused else "nothing_found"
