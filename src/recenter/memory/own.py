"""One person's memory, by pseudonym: what is known of them, what they decide, what is forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

import msgspec

from recenter.errors import InputError, RecenterError, RefusedError
from recenter.memory import arguments, corrections, ledger
from recenter.memory.download import downloaded
from recenter.memory.engine import Engine
from recenter.memory.forget import forget_memories, planned
from recenter.memory.records import Answered, Choices, Deleted, Memorised
from recenter.memory.unreachable import copies_of
from recenter.records import Failure
from recenter.stages.policy import make_policy
from recenter.text.forgetting import forget_texts


class Chosen(TypedDict, total=False):
    """What `PersonSide.choose` takes."""

    paused: bool | None
    allowed: Sequence[str] | None
    allowed_local: Sequence[str] | None
    cloud: bool | None
    keep_days: int | None


class PersonSide:
    """What everybody may do with one person's memory who acts for that person.

    What is somebody else's does not exist here. Who may do more, or answers in other words, adds
    to it: `Mine`, `OnePerson`.
    """

    def __init__(self, engine: Engine, person: str, application: str) -> None:
        """Reach the person of this pseudonym, as one of this application."""
        self._engine, self._application = engine, application
        self.person = person
        """Their pseudonym."""

    @property
    def engine(self) -> Engine:
        """Stores, models and threads."""
        return self._engine

    # Seeing

    def memories(self) -> tuple[Memorised, ...]:
        """Return all that is known, whatever its status, latest first."""
        self._engine.recorder.flush()
        return ledger.latest_first(self._engine.store.database, self.person)

    def find(self, memory_id: str) -> Memorised | None:
        """Return a memory, also one that was replaced; None where they have none of this id."""
        attribute = self._engine.store.attribute(memory_id)
        if attribute is None or attribute.person != self.person:
            return None
        return ledger.one(self._engine.store.database, attribute)

    def need(self, memory_id: str) -> Memorised:
        """Return a memory, also one that was replaced.

        Raises:
            InputError: they have none of this id.
        """
        found = self.find(memory_id)
        if found is None:
            raise self.missing("memory", memory_id)
        return found

    def receipts(
        self, *, before: float | None = None, first: int = 0, size: int = 50
    ) -> list[Answered]:
        """Return receipts, latest first, from the `first`-th on, counted from 0."""
        self._engine.recorder.flush()
        database = self._engine.store.database
        return ledger.receipts(database, self.person, before=before, size=first + size)[first:]

    def receipt(self, receipt_id: str) -> Answered:
        """Return the receipt of an answer.

        Raises:
            InputError: they have none of this id.
        """
        self._engine.recorder.flush()
        found = ledger.receipt(self._engine.store.database, receipt_id)
        if found is None or found.person != self.person:
            raise self.missing("receipt", receipt_id)
        return found

    def export(self, user_id: str | None = None) -> dict[str, Any]:
        """Return everything that is kept, as JSON can hold it, under the application's id."""
        self._engine.recorder.flush()
        return downloaded(self._engine.store, self.person, user_id)

    def missing(self, what: str, id: str) -> RecenterError:
        """Return what is raised where there is no `memory` or `receipt` of this id."""
        return InputError(f"there is no {what} {id!r}.", field=f"{what}_id")

    # Deciding

    def choices(self) -> Choices:
        """Return what the person decided about their memory."""
        return ledger.choices(self._engine.store.database, self.person)

    def choose(
        self,
        *,
        paused: bool | None = None,
        allowed: Sequence[str] | None = None,
        allowed_local: Sequence[str] | None = None,
        cloud: bool | None = None,
        keep_days: int | None = None,
    ) -> Choices:
        """Change what the person decided; what is left out stays. `keep_days=0` keeps for ever.

        Raises:
            InputError: there is no such topic, or the days are negative.
            RefusedError: 409, the person was forgotten.
        """
        changes: dict[str, Any] = {}
        if paused is not None:
            changes["paused"] = arguments.flag(paused, field="paused")
        if allowed is not None:
            changes["allowed"] = make_policy(allowed).allowed
        if allowed_local is not None:
            changes["allowed_local"] = make_policy(allowed_local).allowed
        if cloud is not None:
            changes["cloud"] = arguments.flag(cloud, field="cloud")
        if keep_days is not None:
            changes["keep_days"] = arguments.count(keep_days, field="keep_days") or None
        made = ledger.change_choices(
            self._engine.store.database, self.person, self._application, **changes
        )
        if made is None:
            raise RefusedError(
                "the person was forgotten: nothing is kept of them, so nothing can be chosen.",
                status=409,
            )
        return made

    def end_links(self) -> None:
        """End every link to the person's page so far, and what was opened with it."""
        ledger.end_links(self._engine.store.database, self.person)

    def links_ended(self) -> int:
        """Return how often that was done; a link carries the number it was made under."""
        return ledger.links_ended(self._engine.store.database, self.person)

    def review(
        self, memory_id: str, said: corrections.Review, *, failure: Failure = "other"
    ) -> None:
        """Approve or decline a memory, or take that back.

        Raises:
            InputError: there is no such memory, or the word is another.
        """
        corrections.check_review(said, field="review")
        corrections.review(
            self._engine.store,
            self.need(memory_id).attribute,
            said,
            now=self._engine.clock(),
            failure=failure,
        )

    def reword(self, memory_id: str, text: str) -> None:
        """Put the person's own words in the place of a memory's.

        Raises:
            InputError: there is no such memory, or the words cannot be one.
        """
        self._put(self.need(memory_id), text)

    def wish(self, receipt_id: str, memory_id: str, *, use: bool) -> None:
        """Say that a memory should, or should not, have been used for an answer.

        Raises:
            InputError: there is no such answer or memory, or they had nothing to do with each
                other.
        """
        answered = self.receipt(receipt_id)
        say = corrections.wish_for if use else corrections.refuse_for
        say(self._engine.store, answered, self.need(memory_id).attribute.id)

    def answer(self, receipt_id: str, yes: bool) -> None:
        """Take the answer to the question on a receipt: a yes states the memory, a no is kept.

        Raises:
            InputError: there is no such receipt, it asked nothing, or what it asked about is gone.
        """
        answered = self.receipt(receipt_id)
        if answered.asked is None:
            raise InputError(f"the receipt {receipt_id} asked nothing.", field="receipt_id")
        memory = self.find(answered.asked)
        if memory is None:
            raise InputError("what was asked about is gone.", field="receipt_id")
        self.wish(receipt_id, answered.asked, use=yes)
        if yes:
            self._put(memory, memory.attribute.text)

    def _put(self, memory: Memorised, text: str) -> None:
        corrections.reworded(
            self._engine.store,
            memory,
            text,
            key=self._engine.key,
            now=self._engine.clock(),
            by="person",
        )

    # Forgetting

    def would_forget(self, memory_ids: Iterable[str]) -> tuple[str, ...]:
        """Return the ids of all that `forget_some` would remove; nothing is removed."""
        return planned(self._engine.store, self.person, memory_ids)

    def forget_some(self, memory_ids: Iterable[str], *, conversations: bool = False) -> Deleted:
        """Forget memories and all that rests on their words; ids of others change nothing."""
        self._engine.recorder.flush()
        store = self._engine.store
        reachless = copies_of(store, self.person)
        done = forget_memories(
            store,
            self.person,
            memory_ids,
            key=self._engine.key,
            conversations=conversations,
            erase=self._engine.config.erases_at_once,
        )
        return msgspec.structs.replace(done, unreachable=reachless.copies, models=reachless.models)

    def forget_all(self) -> Deleted:
        """Forget the person altogether: all that is kept goes, and nothing is learned again."""
        self._engine.recorder.flush()
        store = self._engine.store
        reachless = copies_of(store, self.person)
        report = store.forget(self.person, erase=self._engine.config.erases_at_once)
        forget_texts()
        return Deleted(
            counts={name: n for name, n in report.counts.items() if n},
            erased=report.erased,
            unreachable=reachless.copies,
            models=reachless.models,
        )
