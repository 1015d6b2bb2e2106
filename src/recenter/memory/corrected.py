"""A selector that heeds what the person said of earlier answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from recenter import formats
from recenter.models.base import Embedder
from recenter.provenance import Signature
from recenter.records import Attribute, Query, Selection, Use
from recenter.stages.select import Selector, changed
from recenter.store import Store

ALIKE = 0.6
"""Cosine from which a message is like one of which the person said something."""

_REFUSED = "You said that this is not for messages like this one."
_WISHED = "You said that this should be used for messages like this one."

Said = Mapping[str, Mapping[str, Literal["yes", "no"]]]
"""What the person answered to `relevant`: by attribute, then by prompt."""


class Corrected:
    """Decides as another selector does, but for what the person said of messages like this one.

    Whoever refused a memory once is not asked about it again, whatever the message.
    """

    def __init__(self, selector: Selector, said: Said, embedder: Embedder) -> None:
        self._selector, self._said, self._embedder = selector, said, embedder

    @property
    def name(self) -> str:
        """Name of the selector behind it."""
        return self._selector.name

    @property
    def signature(self) -> Signature:
        """Signature of the selector behind it: corrections are judgments, and stored."""
        return self._selector.signature

    def select(self, query: Query, attributes: Sequence[Attribute]) -> Selection:
        """Return the decisions, corrected; see `Selector.select`."""
        made = self._selector.select(query, attributes)
        changes: dict[str, tuple[Use, str]] = {}
        for decision in made.decisions:
            said = self._said.get(decision.attribute)
            answer = self._answer(query.prompt, said) if said else None
            if answer == "yes" and decision.decision != "use":
                changes[decision.attribute] = ("use", _WISHED)
            elif (answer == "no" and decision.decision != "withhold") or (
                said and decision.decision == "ask" and "no" in said.values()
            ):
                changes[decision.attribute] = ("withhold", _REFUSED)
        return changed(made, changes, nothing=_REFUSED)

    def _answer(self, prompt: str, said: Mapping[str, str]) -> str | None:
        """Return what was said of the message most like this one, if any is like it."""
        if prompt in said:
            return said[prompt]
        others = list(said)
        vectors = self._embedder.embed([prompt, *others])
        likeness = vectors[1:] @ vectors[0]
        best = int(likeness.argmax())
        return said[others[best]] if likeness[best] >= ALIKE else None


def said_of(store: Store, person: str) -> Said:
    """Return what a person answered to `relevant` about their own memories."""
    found: dict[str, dict[str, Literal["yes", "no"]]] = {}
    rows = store.database.rows("memories_relevant", person=person)
    for attribute, said, asked in rows:
        query = formats.decode(asked, Query, file="store, table queries")
        found.setdefault(attribute, {})[query.prompt] = "yes" if said == "yes" else "no"
    return found
