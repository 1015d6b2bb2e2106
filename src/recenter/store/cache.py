"""Answers of models and vectors, kept so that nothing is paid for twice, and forgettable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recenter.store.database import Database, Transaction
from recenter.store.writing import hold_people


class StoreCache:
    """The cache in the store's database; `models.calls` says what a cache is.

    A value is kept once, with a link to each of its people: one that rests on the words of two
    must go with the first of them, and another request can always be made.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> bytes | None:
        """Return the value of a key, or None."""
        rows = self._database.rows("cache_get", key=key)
        return bytes(rows[0][0]) if rows else None

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Return the values of those keys that have one, in one read."""
        rows = self._database.rows("cache_get_many", keys=list(keys)) if keys else []
        return {key: bytes(value) for key, value in rows}

    def sizes(self, keys: Sequence[str]) -> dict[str, int]:
        """Return how many bytes the value of each of those keys has that have one, in one read."""
        rows = self._database.rows("cache_sizes", keys=list(keys)) if keys else []
        return {key: int(size) for key, size in rows}

    def put(self, key: str, value: bytes, *, person: str | Sequence[str] | None) -> None:
        """Keep a value under its people, or under nobody; not where one of them was forgotten."""
        people = [person] if isinstance(person, str) else list(person or ())

        def work(transaction: Transaction) -> None:
            if hold_people(transaction, people):
                return
            transaction.run("cache_put", key=key, value=value)
            transaction.many("cache_file", [{"key": key, "person": one} for one in people])

        self._database.transact(work)


def file_values(transaction: Transaction, values: Mapping[str, bytes], person: str) -> None:
    """Keep values under one person, who is held, within a transaction."""
    transaction.many("cache_put", [{"key": key, "value": v} for key, v in values.items()])
    transaction.many("cache_file", [{"key": key, "person": person} for key in values])
