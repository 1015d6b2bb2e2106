"""What the readers of all benchmarks share: spoken turns, and references beside them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from recenter.importers.base import Made, Skip
from recenter.importers.fields import role_of
from recenter.importers.pseudonym import Pseudonyms
from recenter.records import Conversation, Reference, ReferenceKind, Turn, reference_id


class Message(msgspec.Struct):
    """A message as most benchmarks write it."""

    role: str
    content: str | None = None


def spoken(messages: Iterable[Message], *, field: str, at: str | None = None) -> tuple[Turn, ...]:
    """Return what was said. System turns hold personas and instructions, and are nobody's words.

    Raises:
        InputError: a speaker is not known.
    """
    turns = (
        Turn(role=role_of(m.role, field=f"{field}[{i}].role"), text=m.content or "", at=at)
        for i, m in enumerate(messages)
    )
    return tuple(turn for turn in turns if turn.role in ("user", "assistant") and turn.text)


def planted_in(made: Conversation | Skip) -> str | None:
    """Return the id of the conversation that was made, where one was."""
    return made.id if isinstance(made, Conversation) else None


class Told:
    """Makes the references of one person, of one source."""

    def __init__(self, door: Pseudonyms, *, person: str, source: str) -> None:
        self._door, self._person, self._source = door, person, source

    def __call__(
        self,
        kind: ReferenceKind,
        text: str | None,
        *,
        conversation: str | None = None,
        question: str | None = None,
        context: str | None = None,
    ) -> tuple[Reference, ...]:
        """Return the reference; none where there is no text."""
        if text is None or not text.strip():
            return ()
        said = (kind, text, conversation or "", question or "", context or "")
        return (
            Reference(
                id=reference_id(self._person, self._source, self._door.reference(*said)),
                person=self._person,
                kind=kind,
                text=text,
                source=self._source,
                conversation=conversation,
                question=question or None,
                context=context or None,
            ),
        )


def each_once(door: Pseudonyms, made: Iterable[Made]) -> tuple[Made, ...]:
    """Return what was made, without what came before: conversations say so, references go."""
    kept: list[Made] = []
    for one in made:
        if isinstance(one, Skip) or not door.repeats(one.id):
            kept.append(one)
        elif isinstance(one, Conversation):
            kept.append(Skip("repeated"))
    return tuple(kept)
