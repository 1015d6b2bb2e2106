"""What a person may see and decide about their memory; the application calls it for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from recenter.errors import InputError
from recenter.memory import corrections, ledger
from recenter.memory.download import downloaded
from recenter.memory.engine import Engine
from recenter.memory.forget import forget_memories
from recenter.memory.records import Answered, Choices, Deleted, Memorised
from recenter.memory.unreachable import copies_of
from recenter.records import Failure
from recenter.stages.policy import make_policy


class PersonSide:
    """The half of `Memory` that the person's page is made of."""

    def __init__(self, engine: Engine, application: str) -> None:
        self._engine = engine
        self._application = application

    @property
    def engine(self) -> Engine:
        """Stores, models and threads."""
        return self._engine

    @property
    def application(self) -> str:
        """Name of the application whose people these are."""
        return self._application

    def person(self, user_id: str) -> str:
        """Return the pseudonym under which a person of this application is stored."""
        return self._engine.person(user_id, self._application)

    # Seeing

    def memories(self, user_id: str) -> tuple[Memorised, ...]:
        """Return all that is known of a person, with its status, latest first."""
        self._engine.recorder.flush()
        return ledger.latest_first(self._engine.store.database, self.person(user_id))

    def receipt(self, receipt_id: str) -> Answered | None:
        """Return the receipt of an answer."""
        self._engine.recorder.flush()
        return ledger.receipt(self._engine.store.database, receipt_id)

    def receipts(
        self, user_id: str, *, before: float | None = None, size: int = 50
    ) -> list[Answered]:
        """Return the receipts of a person, latest first."""
        self._engine.recorder.flush()
        database, person = self._engine.store.database, self.person(user_id)
        return ledger.receipts(database, person, before=before, size=size)

    def export(self, user_id: str) -> dict[str, Any]:
        """Return everything that is kept of a person, as JSON can hold it."""
        self._engine.recorder.flush()
        return downloaded(self._engine.store, self.person(user_id), user_id)

    # Deciding

    def choices(self, user_id: str) -> Choices:
        """Return what a person decided about their memory."""
        return ledger.choices(self._engine.store.database, self.person(user_id))

    def choose(
        self,
        user_id: str,
        *,
        paused: bool | None = None,
        allowed: Sequence[str] | None = None,
        allowed_local: Sequence[str] | None = None,
        cloud: bool | None = None,
        keep_days: int | None = None,
    ) -> Choices:
        """Change what a person decided; what is left out stays. `keep_days=0` keeps for ever.

        Raises:
            InputError: there is no such topic, or the days are negative.
        """
        # From now on a person of this application: what they decide first may come first of all.
        made = ledger.enrol(self._engine.store.database, self.person(user_id), self._application)
        if paused is not None:
            made = msgspec.structs.replace(made, paused=paused)
        if allowed is not None:
            made = msgspec.structs.replace(made, allowed=make_policy(allowed).allowed)
        if allowed_local is not None:
            local = make_policy(allowed_local).allowed
            made = msgspec.structs.replace(made, allowed_local=local)
        if cloud is not None:
            made = msgspec.structs.replace(made, cloud=cloud)
        if keep_days is not None:
            if keep_days < 0:
                raise InputError(f"must be 0 or more, got {keep_days}.", field="keep_days")
            made = msgspec.structs.replace(made, keep_days=keep_days or None)
        ledger.put_choices(self._engine.store.database, self.person(user_id), made)
        return made

    def review(
        self, memory_id: str, said: corrections.Review, *, failure: Failure = "other"
    ) -> None:
        """Approve or decline a memory for its person, or undo that.

        Raises:
            InputError: there is no such memory, or the word is another.
        """
        corrections.check_review(said, field="review")
        attribute = self._engine.store.attribute(memory_id)
        if attribute is None:
            raise InputError(f"there is no memory {memory_id!r}.", field="memory_id")
        corrections.review(
            self._engine.store, attribute, said, now=self._engine.clock(), failure=failure
        )

    def not_for_this(self, receipt_id: str, memory_id: str) -> None:
        """Remember that a memory is true, and not for messages like this one."""
        corrections.refuse_for(self._engine.store, self._receipt(receipt_id), memory_id)

    def should_have_used(self, receipt_id: str, memory_id: str) -> None:
        """Remember that a memory that was withheld should have been used."""
        corrections.wish_for(self._engine.store, self._receipt(receipt_id), memory_id)

    def answer(self, receipt_id: str, yes: bool) -> None:
        """Take the answer to the question on a receipt: a yes states the memory, a no is kept.

        Raises:
            InputError: the receipt asked nothing.
        """
        answered = self._receipt(receipt_id)
        if answered.asked is None:
            raise InputError(f"the receipt {receipt_id} asked nothing.", field="receipt_id")
        attribute = self._engine.store.attribute(answered.asked)
        if attribute is None:
            raise InputError("what was asked about is gone.", field="receipt_id")
        if not yes:
            corrections.refuse_for(self._engine.store, answered, answered.asked)
            return
        corrections.wish_for(self._engine.store, answered, answered.asked)
        memory = ledger.one(self._engine.store.database, attribute)
        corrections.reworded(
            self._engine.store,
            memory,
            attribute.text,
            key=self._engine.key,
            now=self._engine.clock(),
            by="person",
        )

    # Forgetting

    def forget_some(
        self, person: str, memory_ids: Iterable[str], *, conversations: bool = False
    ) -> Deleted:
        """Forget memories of one person, by pseudonym; others' ids change nothing."""
        self._engine.recorder.flush()
        store = self._engine.store
        reachless = copies_of(store, person)
        done = forget_memories(
            store,
            person,
            memory_ids,
            key=self._engine.key,
            conversations=conversations,
            erase=True,
        )
        return msgspec.structs.replace(done, unreachable=reachless.copies, models=reachless.models)

    def forget(self, user_id: str) -> Deleted:
        """Forget a person altogether: all that is kept goes, and nothing is learned again."""
        self._engine.recorder.flush()
        store, person = self._engine.store, self.person(user_id)
        reachless = copies_of(store, person)
        report = store.forget(person)
        return Deleted(
            counts={name: n for name, n in report.counts.items() if n},
            erased=report.erased,
            unreachable=reachless.copies,
            models=reachless.models,
        )

    def _receipt(self, receipt_id: str) -> Answered:
        found = self.receipt(receipt_id)
        if found is None:
            raise InputError(f"there is no receipt {receipt_id!r}.", field="receipt_id")
        return found
