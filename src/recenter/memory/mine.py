"""One person's memory, as they themselves see and change it: nobody else's can be named here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from recenter.errors import RefusedError
from recenter.memory import corrections, ledger
from recenter.memory.engine import Engine
from recenter.memory.forget import planned
from recenter.memory.own import PersonSide
from recenter.memory.records import Answered, Choices, Deleted, Happened, Memorised
from recenter.questions import RELEVANT, SUPPORTED
from recenter.records import Attribute, Conversation
from recenter.stages.sensitive import Topic, topics_of


class Opinions(NamedTuple):
    """What the person said of their memories."""

    verdicts: Mapping[str, str]
    """Answers to `supported`, by memory."""
    wishes: Mapping[tuple[str, str], str]
    """Answers to `relevant`, by memory and query."""


class Mine:
    """What is somebody else's is answered in the same words as what does not exist."""

    def __init__(self, engine: Engine, application: str, person: str) -> None:
        """Take the pseudonym of the person, and the application whose person it is."""
        self._engine, self._application = engine, application
        self.person = person
        self._store = engine.store
        # Of no application, a pseudonym stands for itself.
        self._side = PersonSide(engine, "")

    # Seeing

    @property
    def is_forgotten(self) -> bool:
        """Whether the person was forgotten, so that nothing is learned of them."""
        return self._store.is_forgotten(self.person)

    def memories(self) -> tuple[Memorised, ...]:
        """Return all that is known, latest first."""
        return self._side.memories(self.person)

    def fetch(self) -> None:
        """Take up the vectors that the store has of what is known, in one read."""
        texts = [memory.attribute.text for memory in self.memories()]
        self._engine.decider.embedder.fetch(self._store, self.person, texts)

    def touched(self, memory: Memorised) -> tuple[Topic, ...]:
        """Return the sensitive topics that a memory touches.

        Raises:
            ModelError: the embedder failed.
        """
        (topics,) = topics_of([memory.attribute.text], self._engine.decider.embedder)
        return topics

    def memory(self, id: str) -> Memorised:
        """Return one memory, also one that was replaced.

        Raises:
            RefusedError: 404, there is none.
        """
        return ledger.one(self._store.database, self._attribute(id))

    def replaced(self) -> dict[str, tuple[float, Happened]]:
        """Return the memories that gave way to others: when, and to which words."""
        current = {attribute.id for attribute in self._store.attributes(self.person)}
        last = {
            id: (at, happened)
            for id, at, happened in ledger.events_of(self._store.database, self.person)
        }
        return {
            id: (at, happened)
            for id, (at, happened) in last.items()
            if happened.event == "SUPERSEDE" and id not in current
        }

    def history(self, id: str) -> list[tuple[float, Happened]]:
        """Return what became of a memory, first to last.

        Raises:
            RefusedError: 404, there is none.
        """
        return ledger.events(self._store.database, self._attribute(id).id)

    def conversation(self, id: str) -> Conversation | None:
        """Return a conversation that a memory rests on; None where it is kept no more."""
        found = self._store.conversation(id)
        return found if found is not None and found.person == self.person else None

    def receipts(self, *, first: int, size: int) -> list[Answered]:
        """Return receipts, latest first, from the `first`-th on, counted from 0."""
        return self._side.receipts(self.person, size=first + size)[first:]

    def receipt(self, id: str) -> Answered:
        """Return the receipt of an answer.

        Raises:
            RefusedError: 404, there is none.
        """
        found = self._side.receipt(id)
        if found is None or found.person != self.person:
            raise RefusedError("there is no such answer.", status=404)
        return found

    def opinions(self) -> Opinions:
        """Return what the person said so far."""
        verdicts: dict[str, str] = {}
        wishes: dict[tuple[str, str], str] = {}
        for judgment in self._store.judgments(self.person):
            subject, by = judgment.subject, judgment.judge
            if by.kind != "person" or by.name != self.person or subject.attribute is None:
                continue
            if judgment.question == SUPPORTED.name:
                verdicts[subject.attribute] = judgment.answer
            elif judgment.question == RELEVANT.name and subject.query is not None:
                wishes[subject.attribute, subject.query] = judgment.answer
        return Opinions(verdicts, wishes)

    def export(self) -> dict[str, Any]:
        """Return everything that is kept, as JSON can hold it."""
        made = self._side.export(self.person)
        del made["user_id"]
        return made

    # Deciding

    @property
    def choices(self) -> Choices:
        """What the person decided."""
        return self._side.choices(self.person)

    def choose(self, **chosen: Any) -> Choices:
        """Change what the person decided; see `PersonSide.choose`.

        Raises:
            InputError: see there.
            RefusedError: 409, they were forgotten.
        """
        if self.is_forgotten:
            raise RefusedError("you were forgotten: there is nothing to choose.", status=409)
        ledger.enrol(self._store.database, self.person, self._application)
        return self._side.choose(self.person, **chosen)

    def review(self, id: str, said: corrections.Review) -> None:
        """Approve or decline a memory, or take that back.

        Raises:
            RefusedError: 404, there is none.
        """
        self._side.review(self._attribute(id).id, said)

    def reword(self, id: str, text: str) -> None:
        """Put other words in the place of a memory's.

        Raises:
            RefusedError: 404, there is none.
            InputError: the words cannot be a memory.
        """
        corrections.reworded(
            self._store,
            self.memory(id),
            text,
            key=self._engine.key,
            now=self._engine.clock(),
            by="person",
        )

    def wish(self, receipt_id: str, id: str, *, use: bool) -> None:
        """Say that a memory should, or should not, have been used for an answer.

        Raises:
            RefusedError: 404, there is no such answer, or the memory is gone.
            InputError: the answer had nothing to do with it.
        """
        answered = self.receipt(receipt_id)
        self._attribute(id)
        say = corrections.wish_for if use else corrections.refuse_for
        say(self._store, answered, id)

    def answer(self, receipt_id: str, yes: bool) -> None:
        """Take the answer to the question on a receipt.

        Raises:
            RefusedError: 404, there is no such answer.
            InputError: it asked nothing.
        """
        self._side.answer(self.receipt(receipt_id).id, yes)

    # Forgetting

    def goes_with(self, id: str) -> tuple[Attribute, ...]:
        """Return the other memories that are forgotten with one: they rest on the same words.

        Raises:
            RefusedError: 404, there is none.
        """
        ids = planned(self._store, self.person, [self._attribute(id).id])
        found = (self._store.attribute(each) for each in ids if each != id)
        return tuple(attribute for attribute in found if attribute is not None)

    def forget_one(self, id: str, *, conversations: bool) -> Deleted:
        """Forget a memory and what rests on its words; see `PersonSide.forget_some`.

        Raises:
            RefusedError: 404, there is none.
        """
        return self._side.forget_some(
            self.person, [self._attribute(id).id], conversations=conversations
        )

    def forget_all(self) -> Deleted:
        """Forget the person altogether; nothing is learned of them again."""
        return self._side.forget(self.person)

    def _attribute(self, id: str) -> Attribute:
        found = self._store.attribute(id)
        if found is None or found.person != self.person:
            raise RefusedError("there is no such memory.", status=404)
        return found
