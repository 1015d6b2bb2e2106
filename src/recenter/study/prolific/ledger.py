"""What was paid, written down before it is asked for: Prolific pays again if it is asked again."""

from __future__ import annotations

import datetime
import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from recenter.errors import InputError, PaidBeforeError, StoreError
from recenter.records import Record
from recenter.study.prolific.pay import money

State = Literal["begun", "accepted", "unknown", "not_paid"]
"""`begun` is written before the request. Left at that, nobody knows: it counts as `unknown`."""


class Payment(Record, frozen=True):
    """Bonuses that are set up at Prolific under one id."""

    bulk: str
    """Prolific's id of them."""
    study: str
    keys: tuple[str, ...]
    """Digests of study, submission and purpose, one for each bonus."""
    total: int
    """With fees and tax, in pence or cents."""
    currency: str


class Entry(Record, frozen=True):
    """One line of a ledger: how far a payment has come."""

    attempt: str
    """One for each time that the payment is asked for."""
    state: State
    at: str
    """ISO 8601, UTC."""
    payment: Payment


class Ledger(Protocol):
    """Where payments are written down. What it has taken survives a crash of the machine."""

    def begin(self, payment: Payment) -> Entry:
        """Write down that the payment will now be asked for.

        Raises:
            PaidBeforeError: it, or a bonus in it, is begun, accepted or unknown already.
            StoreError: it could not be made durable; then nothing may be paid.
        """

    def end(self, begun: Entry, state: State) -> Entry:
        """Write down what came of it."""

    def entries(self) -> Sequence[Entry]:
        """Return everything, oldest first."""


class FileLedger:
    """A ledger in a file of JSON lines that is only ever added to.

    Several processes may use it on one machine: each writes, then looks whether it was first.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, payment: Payment) -> Entry:
        """Write down that the payment will now be asked for: see `Ledger`."""
        refuse(standing(self.entries(), keys=payment.keys, bulk=payment.bulk))
        begun = Entry(attempt=secrets.token_hex(8), state="begun", at=_now(), payment=payment)
        self._add(begun)
        entries = self.entries()
        place = entries.index(begun)
        if earlier := standing(entries[:place], keys=payment.keys, bulk=payment.bulk):
            self._add(msgspec.structs.replace(begun, state="not_paid", at=_now()))
            refuse(earlier)
        return begun

    def end(self, begun: Entry, state: State) -> Entry:
        """Write down what came of it."""
        ended: Entry = msgspec.structs.replace(begun, state=state, at=_now())
        self._add(ended)
        return ended

    def entries(self) -> tuple[Entry, ...]:
        """Return everything, oldest first.

        Raises:
            InputError: a line cannot be read.
            StoreError: the file cannot be read.
        """
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreError(f"{self._path} cannot be read: {error.strerror}.") from None
        return tuple(self._entry(number, line) for number, line in enumerate(lines, 1))

    def _entry(self, number: int, line: bytes) -> Entry:
        try:
            return msgspec.json.decode(line, type=Entry)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InputError(
                f"it is not an entry of a ledger: {error}.",
                file=str(self._path),
                line=number,
                cure="If it is the last line, cut short by a crash: look at Prolific whether the "
                "payment of the line before was made, then delete this one.",
            ) from None

    def _add(self, entry: Entry) -> None:
        line = msgspec.json.encode(entry) + b"\n"
        try:
            new = not self._path.exists()
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                written = os.write(file, line)
                os.fsync(file)
            finally:
                os.close(file)
            if new:
                _sync_folder(self._path.parent)
        except OSError as error:
            raise StoreError(
                f"the ledger {self._path} cannot be written: {error.strerror}.",
                cure="Look at Prolific whether a payment was under way; begin no other.",
            ) from None
        if written < len(line):
            raise StoreError(f"the ledger {self._path} took only a part: is the disk full?")


def standing(
    entries: Iterable[Entry], *, keys: Sequence[str], bulk: str | None = None
) -> Entry | None:
    """Return the entry that forbids a payment: the same one, or one with a bonus of it.

    The latest entry of an attempt counts; `not_paid` forbids nothing.
    """
    latest = {entry.attempt: entry for entry in entries}
    for entry in latest.values():
        same = entry.payment.bulk == bulk or not set(keys).isdisjoint(entry.payment.keys)
        if same and entry.state != "not_paid":
            return entry
    return None


def settle(ledger: Ledger, attempt: str, *, paid: bool) -> Entry:
    """Write down what a person saw at Prolific of a payment whose outcome was unknown.

    Raises:
        InputError: there is no such attempt, or its outcome is known.
    """
    found = [entry for entry in ledger.entries() if entry.attempt == attempt]
    if not found or found[-1].state not in ("begun", "unknown"):
        state = found[-1].state if found else "not in the ledger"
        raise InputError(f"{attempt} is {state}, not unknown.", field="attempt")
    return ledger.end(found[-1], "accepted" if paid else "not_paid")


def unsettled(ledger: Ledger) -> tuple[Entry, ...]:
    """Return the payments of which nobody knows yet whether they were made."""
    latest = {entry.attempt: entry for entry in ledger.entries()}
    return tuple(entry for entry in latest.values() if entry.state in ("begun", "unknown"))


def describe(entry: Entry) -> str:
    """Return an entry in words."""
    payment = entry.payment
    said = {
        "begun": "asked for, outcome unknown: look at the platform",
        "unknown": "asked for, outcome unknown: look at the platform",
        "accepted": "accepted",
        "not_paid": "not paid",
    }
    return (
        f"{money(payment.total, payment.currency)} for {len(payment.keys)} people of study "
        f"{payment.study} (bulk payment {payment.bulk}), {said[entry.state]}, "
        f"{entry.at}, attempt {entry.attempt}"
    )


def refuse(earlier: Entry | None) -> None:
    """Refuse what an entry forbids.

    Raises:
        PaidBeforeError: there is such an entry; the message tells it.
    """
    if earlier is not None:
        raise PaidBeforeError(
            f"nothing was paid: these bonuses, or some of them, stand in the ledger: "
            f"{describe(earlier)}.",
            cure="Another bonus for the same person needs another purpose.",
        )


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
