"""Somebody left at the platform that they came from: what they still hold goes to others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recenter.store.database import Transaction
from recenter.study.ledger.desk import RETURNED, Desk, annotator_of
from recenter.study.ledger.joining import LATER, identity_of, set_state, take_back


def release(desk: Desk, annotator: str) -> None:
    """End the part of somebody who left; open work goes to others, and their answers stand.

    A part that has ended keeps its outcome. Doing it again changes nothing.

    Raises:
        RefusedError: nobody of this id takes part.
    """
    desk.database.transact(lambda t: _release(t, desk, annotator))


def release_once(
    desk: Desk, annotator: str, *, came_with: Mapping[str, str], keys: Sequence[str]
) -> bool:
    """Release somebody because of a message of their platform; return whether it was done now.

    Nothing is done where nobody of this pseudonym takes part, where they last came with other ids
    (of another study, or of a later submission), or where a message of one of these keys was
    applied before.
    """

    def work(transaction: Transaction) -> bool:
        transaction.rows("study_hold", study=desk.id)
        ids = identity_of(transaction, annotator)
        if ids is None:
            return False
        last = ids | {
            name.removeprefix(LATER): value for name, value in ids.items() if name.startswith(LATER)
        }
        if not came_with.items() <= last.items() or not _first(transaction, desk, keys):
            return False
        _release(transaction, desk, annotator)
        return True

    return desk.database.transact(work)


def _first(transaction: Transaction, desk: Desk, keys: Sequence[str]) -> bool:
    """Remember the keys, hashed; return whether none was known."""
    made = [
        transaction.run(
            "study_delivery_add",
            id=f"del_{desk.secret('delivery', key)}",
            study=desk.id,
            now=desk.clock(),
        )
        for key in keys
    ]
    return all(made)


def _release(transaction: Transaction, desk: Desk, annotator: str) -> None:
    transaction.rows("study_hold", study=desk.id)
    who = annotator_of(transaction, desk, annotator)
    for slot, task, state in transaction.rows(
        "study_slots_worked", study=desk.id, annotator=annotator
    ):
        if state == "held":
            take_back(transaction, desk, slot, task)
    if not who.ended:
        set_state(transaction, desk, annotator, RETURNED)
