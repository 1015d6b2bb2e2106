"""The memory of one person, for whoever acts on their behalf and may reach nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from recenter.memory import corrections, ledger
from recenter.memory.context import Context
from recenter.memory.decide import is_usable
from recenter.memory.learned import Learned
from recenter.memory.messages import checked
from recenter.memory.own import PersonSide
from recenter.memory.records import Answered, Memorised, Note
from recenter.memory.searching import Hit, searched
from recenter.memory.traces import Hasher
from recenter.memory.verbatim import put_verbatim
from recenter.records import Attribute, Evidence
from recenter.store.database import Transaction
from recenter.store.writing import hold_people


class OnePerson(PersonSide):
    """Memories of one person of one application; those of others do not exist for it."""

    # Seeing

    def usable(self) -> tuple[Memorised, ...]:
        """Return what may be used at all: accepted and not lapsed; nothing while paused."""
        if self.choices().paused:
            return ()
        now = self._engine.clock()
        return tuple(m for m in self.memories() if is_usable(m, now))

    def last_receipt(self) -> Answered | None:
        """Return the receipt of the latest answer; None where there was no answer yet."""
        found = self.receipts(size=1)
        return found[0] if found else None

    # Asking

    def context(self, messages: Any) -> Context:
        """Decide which memories, usually none, an answer should use, and keep the receipt.

        Raises:
            InputError: the messages are not of the shape of OpenAI's.
        """
        return self._engine.context(checked(messages), self.person, application=self._application)

    def ranked(self, query: str, wanted: Callable[[Memorised], bool]) -> list[Hit]:
        """Return all memories that are wanted, best for the query first; nothing while paused.

        Raises:
            InputError: the query is empty.
        """
        found = searched(self._engine, self.person, query, most=None, threshold=0.0, wanted=wanted)
        return found.hits

    def was_forgotten(self, text: str) -> bool:
        """Tell whether a text says again what the person had forgotten or put right, or may do so
        in other words. Whoever is not the person may not bring that back.
        """
        whole = Evidence(conversation="", turn=0, start=0, end=len(text), quote=text)
        said = Attribute(
            id="",
            person=self.person,
            text=text,
            source="stated",
            confidence=1.0,
            evidence=(whole,),
        )
        left = ledger.traces(self._engine.store.database, self.person)
        hasher = Hasher(self._engine.key, self.person)
        return hasher.is_refused(said, left) or hasher.is_alike(said, left)

    # Changing

    def learn(self, messages: Any, *, agent: str | None = None) -> Learned:
        """Learn from what the person says in a conversation.

        Raises:
            InputError: the messages are not of the shape of OpenAI's.
            ModelError: a model that was asked gave no usable answer.
        """
        return self._engine.learn_now(
            checked(messages), self.person, note=self._note(agent), application=self._application
        )

    def keep(
        self,
        text: str,
        *,
        agent: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        expires: float | None = None,
        key: str | None = None,
    ) -> Learned:
        """Keep a text as a memory, word for word; nothing where it is known, the person is paused
        or was forgotten.

        Args:
            text: a statement about the person.
            agent: who says so.
            metadata: to be kept with it.
            expires: seconds since 1970 after which it is not used.
            key: tells texts apart that are the same.

        Raises:
            InputError: the text is empty, too long, or reads as an instruction.
        """
        note = msgspec.structs.replace(
            self._note(agent), metadata=dict(metadata or {}), expires=expires
        )
        return put_verbatim(
            self._engine,
            self.person,
            checked(text),
            note=note,
            application=self._application,
            key=key,
        )

    def correct(self, memory: Memorised, text: str) -> Attribute:
        """Put other words in the place of a memory's; with its note as it is given.

        Raises:
            InputError: the text cannot be a memory.
        """
        return corrections.reworded(
            self._engine.store,
            memory,
            text,
            key=self._engine.key,
            now=self._engine.clock(),
            by="application",
        )

    def annotate(self, attribute: Attribute, note: Note) -> None:
        """Keep another note with a memory, and nothing in its history; none of what is gone."""

        def work(transaction: Transaction) -> None:
            forgotten = hold_people(transaction, [self.person])
            if not forgotten and transaction.rows("attributes_get", id=attribute.id):
                ledger.put_note(transaction, attribute, note)

        self._engine.store.database.transact(work)

    def _note(self, agent: str | None) -> Note:
        now = self._engine.clock()
        return Note(created=now, updated=now, agent=agent)
