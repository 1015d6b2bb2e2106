"""One person's memory, as they themselves see and change it: nobody else's can be named here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Unpack

from recenter.errors import RecenterError, RefusedError
from recenter.memory import ledger
from recenter.memory.approved import contradicted
from recenter.memory.own import Chosen, PersonSide
from recenter.memory.records import Choices, Deleted, Happened, Memorised
from recenter.questions import RELEVANT, SUPPORTED
from recenter.records import Attribute, Conversation
from recenter.stages.sensitive import Topic, topics_of

_NAMES = {"memory": "memory", "receipt": "answer"}
"""What a person calls it."""


class Opinions(NamedTuple):
    """What the person said of their memories."""

    verdicts: Mapping[str, str]
    """Answers to `supported`, by memory."""
    wishes: Mapping[tuple[str, str], str]
    """Answers to `relevant`, by memory and query."""


class Mine(PersonSide):
    """What is somebody else's is answered in the same words as what does not exist."""

    def missing(self, what: str, id: str) -> RecenterError:  # noqa: ARG002 - told to nobody
        """Return what is raised where there is nothing of this id, or it is another's."""
        return RefusedError(f"there is no such {_NAMES[what]}.", status=404)

    # Seeing

    @property
    def is_forgotten(self) -> bool:
        """Whether the person was forgotten, so that nothing is learned of them."""
        return self._engine.store.is_forgotten(self.person)

    def fetch(self) -> None:
        """Take up the vectors that the store has of what is known, in one read."""
        texts = [memory.attribute.text for memory in self.memories()]
        self._engine.decider.embedder.fetch(self._engine.store, self.person, texts)

    def touched(self, memory: Memorised) -> tuple[Topic, ...]:
        """Return the sensitive topics that a memory touches.

        Raises:
            ModelError: the embedder failed.
        """
        (topics,) = topics_of([memory.attribute.text], self._engine.decider.embedder)
        return topics

    def replaced(self) -> dict[str, tuple[float, Happened]]:
        """Return the memories that gave way to others: when, and to which words."""
        store = self._engine.store
        current = {attribute.id for attribute in store.attributes(self.person)}
        last = {
            id: (at, happened) for id, at, happened in ledger.events_of(store.database, self.person)
        }
        return {
            id: (at, happened)
            for id, (at, happened) in last.items()
            if happened.event == "SUPERSEDE" and id not in current
        }

    def would_replace(self, memory: Memorised) -> tuple[str, ...]:
        """Return the words of what gives way to a memory once it is approved."""
        found = contradicted(self._engine.store.database, memory.attribute)
        return tuple(old.text for old, _ in found)

    def history(self, id: str) -> list[tuple[float, Happened]]:
        """Return what became of a memory, first to last.

        Raises:
            RefusedError: 404, there is none.
        """
        return ledger.events(self._engine.store.database, self.need(id).attribute.id)

    def conversation(self, id: str) -> Conversation | None:
        """Return a conversation that a memory rests on; None where it is kept no more."""
        found = self._engine.store.conversation(id)
        return found if found is not None and found.person == self.person else None

    def opinions(self) -> Opinions:
        """Return what the person said so far."""
        verdicts: dict[str, str] = {}
        wishes: dict[tuple[str, str], str] = {}
        for judgment in self._engine.store.judgments(self.person):
            subject, by = judgment.subject, judgment.judge
            if by.kind != "person" or by.name != self.person or subject.attribute is None:
                continue
            if judgment.question == SUPPORTED.name:
                verdicts[subject.attribute] = judgment.answer
            elif judgment.question == RELEVANT.name and subject.query is not None:
                wishes[subject.attribute, subject.query] = judgment.answer
        return Opinions(verdicts, wishes)

    def choose(self, **chosen: Unpack[Chosen]) -> Choices:
        """Change what the person decided; see `PersonSide.choose`.

        Raises:
            InputError: see there.
            RefusedError: 409, they were forgotten.
        """
        if self.is_forgotten:
            raise RefusedError("you were forgotten: there is nothing to choose.", status=409)
        return super().choose(**chosen)

    # Forgetting

    def goes_with(self, id: str) -> tuple[Attribute, ...]:
        """Return the other memories that are forgotten with one: they rest on the same words.

        Raises:
            RefusedError: 404, there is none.
        """
        ids = self.would_forget([self.need(id).attribute.id])
        found = (self.find(each) for each in ids if each != id)
        return tuple(memory.attribute for memory in found if memory is not None)

    def forget_one(self, id: str, *, conversations: bool) -> Deleted:
        """Forget a memory and what rests on its words; see `PersonSide.forget_some`.

        Raises:
            RefusedError: 404, there is none.
        """
        return self.forget_some([self.need(id).attribute.id], conversations=conversations)
