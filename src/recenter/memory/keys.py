"""Applications and the keys they come with. A key is shown once and kept as a hash only."""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

from recenter import formats
from recenter.errors import InputError
from recenter.records import Record
from recenter.store.database import Database, Transaction
from recenter.store.writing import hold_people

KEY_PREFIX = "rk_"
"""All keys begin with it."""
_BYTES = 32


class Application(Record, frozen=True):
    """One application whose people are kept apart from those of every other."""

    name: str
    keep_days: int | None = None
    """Days after which what was not confirmed since is removed; None keeps it. A person may
    choose fewer."""


class Key(NamedTuple):
    """What is known of a key; `person` is None where it opens the whole application."""

    id: str
    application: str
    person: str | None
    created: float
    revoked: float | None
    label: str


class Scope(NamedTuple):
    """What a key opens."""

    key: str
    application: str
    person: str | None


def put_application(database: Database, made: Application) -> None:
    """Keep an application, or change it.

    Raises:
        InputError: the days are not positive.
    """
    if made.keep_days is not None and made.keep_days < 1:
        raise InputError(f"must be 1 or more, got {made.keep_days}.", field="keep_days")
    database.transact(
        lambda t: t.run("memory_applications_put", name=made.name, record=formats.encode(made))
    )


def applications(database: Database) -> list[Application]:
    """Return all applications."""
    rows = database.rows("memory_applications_all")
    return [formats.decode(record, Application) for _, record in rows]


def new_key(
    database: Database, application: str, *, person: str | None = None, label: str = "", now: float
) -> str:
    """Return a new key of an application, of which only the hash is kept.

    256 random bits cannot be guessed, so that a plain hash (BLAKE2b, RFC 7693) is enough.

    Raises:
        InputError: the person was forgotten.
    """
    key = f"{KEY_PREFIX}{secrets.token_urlsafe(_BYTES)}"

    def work(transaction: Transaction) -> None:
        if person is not None and hold_people(transaction, [person]):
            raise InputError("this person was forgotten.", field="person")
        if not transaction.rows("memory_applications_get", name=application):
            record = formats.encode(Application(name=application))
            transaction.run("memory_applications_put", name=application, record=record)
        transaction.run(
            "memory_keys_put",
            id=f"key_{secrets.token_hex(6)}",
            application=application,
            person=person,
            hash=_hash(key),
            created=now,
            label=label,
        )

    database.transact(work)
    return key


def find_key(database: Database, key: str) -> Scope | None:
    """Return what a key opens; None for one that is not known, or was revoked."""
    rows = database.rows("memory_keys_find", hash=_hash(key))
    return Scope(*rows[0]) if rows else None


def keys(database: Database) -> list[Key]:
    """Return all keys, oldest first, also those that were revoked."""
    return [Key(*row) for row in database.rows("memory_keys_all")]


def revoke_key(database: Database, id: str, *, now: float) -> bool:
    """Make a key worthless; False where there is none, or it was revoked before."""
    return database.transact(lambda t: t.run("memory_keys_revoke", id=id, at=now)) > 0


def _hash(key: str) -> str:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()
