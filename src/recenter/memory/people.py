"""The people of one application, as it calls them; the application acts for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

from recenter.errors import InputError
from recenter.memory import arguments, ledger
from recenter.memory.corrections import Review
from recenter.memory.engine import Engine
from recenter.memory.own import Chosen, PersonSide
from recenter.memory.records import Answered, Choices, Deleted, Memorised
from recenter.records import Failure


class People:
    """The half of `Memory` that the person's page is made of: `PersonSide` of whoever is named."""

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
        """Return the pseudonym under which a person of this application is stored.

        Raises:
            InputError: nobody is named, or not in text.
        """
        return self._engine.person(arguments.whose(user_id), self._application)

    # Seeing

    def memories(self, user_id: str) -> tuple[Memorised, ...]:
        """Return all that is known of a person, with its status, latest first."""
        return self._side(self.person(user_id)).memories()

    def receipt(self, receipt_id: str) -> Answered | None:
        """Return the receipt of an answer."""
        self._engine.recorder.flush()
        id = arguments.text(receipt_id, field="receipt_id")
        return ledger.receipt(self._engine.store.database, id)

    def receipts(
        self, user_id: str, *, before: float | None = None, size: int = 50
    ) -> list[Answered]:
        """Return the receipts of a person, latest first."""
        return self._side(self.person(user_id)).receipts(before=before, size=size)

    def export(self, user_id: str) -> dict[str, Any]:
        """Return everything that is kept of a person, as JSON can hold it."""
        return self._side(self.person(user_id)).export(user_id)

    # Deciding

    def choices(self, user_id: str) -> Choices:
        """Return what a person decided about their memory."""
        return self._side(self.person(user_id)).choices()

    def choose(self, user_id: str, **chosen: Unpack[Chosen]) -> Choices:
        """Change what a person decided; what is left out stays. `keep_days=0` keeps for ever.

        Raises:
            InputError: there is no such topic, or the days are negative.
            RefusedError: 409, the person was forgotten.
        """
        return self._side(self.person(user_id)).choose(**chosen)

    def end_links(self, user_id: str) -> None:
        """End every link to a person's page so far, and what was opened with it."""
        self._side(self.person(user_id)).end_links()

    def links_ended(self, user_id: str) -> int:
        """Return how often that was done; a link carries the number it was made under."""
        return self._side(self.person(user_id)).links_ended()

    def review(self, memory_id: str, said: Review, *, failure: Failure = "other") -> None:
        """Approve or decline a memory for its person, or undo that.

        Raises:
            InputError: there is no such memory, or the word is another.
        """
        attribute = self._engine.store.attribute(arguments.text(memory_id, field="memory_id"))
        side = self._side("" if attribute is None else attribute.person)
        side.review(memory_id, said, failure=failure)

    def not_for_this(self, receipt_id: str, memory_id: str) -> None:
        """Remember that a memory is true, and not for messages like this one."""
        self._of_receipt(receipt_id).wish(receipt_id, memory_id, use=False)

    def should_have_used(self, receipt_id: str, memory_id: str) -> None:
        """Remember that a memory that was withheld should have been used."""
        self._of_receipt(receipt_id).wish(receipt_id, memory_id, use=True)

    def answer(self, receipt_id: str, yes: bool) -> None:
        """Take the answer to the question on a receipt: a yes states the memory, a no is kept.

        Raises:
            InputError: the receipt asked nothing.
        """
        said = arguments.flag(yes, field="yes")
        self._of_receipt(receipt_id).answer(receipt_id, said)

    # Forgetting

    def forget_some(
        self, person: str, memory_ids: Iterable[str], *, conversations: bool = False
    ) -> Deleted:
        """Forget memories of one person, by pseudonym; others' ids change nothing."""
        if isinstance(memory_ids, str):
            raise InputError("must be a list of ids, got one text.", field="memory_ids")
        return self._side(person).forget_some(memory_ids, conversations=conversations)

    def forget(self, user_id: str) -> Deleted:
        """Forget a person altogether: all that is kept goes, and nothing is learned again."""
        return self._side(self.person(user_id)).forget_all()

    def _side(self, person: str) -> PersonSide:
        return PersonSide(self._engine, person, self._application)

    def _of_receipt(self, receipt_id: str) -> PersonSide:
        found = self.receipt(receipt_id)
        if found is None:
            raise InputError(f"there is no receipt {receipt_id!r}.", field="receipt_id")
        return self._side(found.person)
