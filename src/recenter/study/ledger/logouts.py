"""Sessions of the researcher's side that were ended before their cookie is too old."""

from __future__ import annotations

from recenter.store.database import Transaction
from recenter.study.ledger.desk import Desk


def end_session(desk: Desk, nonce: str, *, lasts: float) -> None:
    """Let a session count no more in any process; forget those that are older than `lasts` seconds.

    What is kept is a keyed hash, which no cookie can be made of.
    """
    now = desk.clock()

    def work(transaction: Transaction) -> None:
        transaction.run("study_logouts_forget", before=now - lasts)
        transaction.run("study_logout_add", id=_id(desk, nonce), now=now)

    desk.database.transact(work)


def is_ended(desk: Desk, nonce: str) -> bool:
    """Return whether somebody logged out of a session."""
    return bool(desk.database.rows("study_logout", id=_id(desk, nonce)))


def _id(desk: Desk, nonce: str) -> str:
    return f"out_{desk.secret('logout', nonce)}"
