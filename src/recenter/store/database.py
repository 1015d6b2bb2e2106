"""Named queries in transactions, on one connection, run again where another process was in the way.

Which of two databases it is, only the dialect knows.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import tenacity

from recenter.errors import ConfigError, StoreError
from recenter.forking import begins_anew
from recenter.store.dialects import Dialect, Postgres, Sqlite
from recenter.store.queries import QUERIES

T = TypeVar("T")
Row = tuple[Any, ...]
Value = str | int | float | bytes | list[str] | None

_RETRIES = 8
_log = logging.getLogger(__name__)


class Transaction:
    """Named queries within one transaction."""

    def __init__(self, dialect: Dialect, connection: Any, *, bulk: bool = False) -> None:
        self._dialect = dialect
        self._connection = connection
        self._bulk = bulk

    def rows(self, query: str, /, **values: Value) -> list[Row]:
        """Return all rows of a query."""
        return [tuple(row) for row in self._execute(QUERIES[query], values).fetchall()]

    def pairs(self, query: str, /, **values: Value) -> list[tuple[str, str]]:
        """Return all rows of a query of two texts."""
        return [(first, second) for first, second in self.rows(query, **values)]

    def run(self, query: str, /, **values: Value) -> int:
        """Execute a statement; return the number of rows it touched."""
        return int(self._execute(QUERIES[query], values).rowcount)

    def many(self, query: str, rows: Sequence[dict[str, Value]]) -> None:
        """Execute a statement once per row."""
        if not rows:
            return
        adapted = [self._adapt(row) for row in rows]
        if self._bulk:
            self._dialect.put_all(self._connection, QUERIES[query], adapted)
        else:
            sql = self._dialect.translate(QUERIES[query])
            self._connection.cursor().executemany(sql, adapted)

    def script(self, statement: str) -> None:
        """Execute one statement of a migration."""
        self._execute(statement, {})

    def leave_unerased(self) -> None:
        """Note that what is deleted here is to be overwritten, for `Database.erase`."""
        self.run("unerased_put", id=secrets.token_hex(16))

    def lock_schema(self) -> None:
        """Keep other migrating processes out until the transaction ends."""
        self._dialect.lock_schema(self._connection)

    def _execute(self, sql: str, values: dict[str, Value]) -> Any:
        return self._connection.execute(self._dialect.translate(sql), self._adapt(values))

    def _adapt(self, values: dict[str, Value]) -> dict[str, Any]:
        return {
            name: clean(value)
            if isinstance(value, str)
            else self._dialect.adapt([clean(item) for item in value])
            if isinstance(value, list)
            else value
            for name, value in values.items()
        }


def clean(text: str) -> str:
    """Return the text as both databases can hold it: NUL and lone surrogates become U+FFFD.

    Records are stored as JSON, where NUL is escaped and survives; this is for the columns.
    """
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Database:
    """One connection, opened when first needed, shared by the threads of one process.

    A transaction is a function that may be run again: it is, when another process got in the way.
    A child made by fork opens a connection of its own.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._connection: Any = None
        self._process = os.getpid()
        self.begin()
        begins_anew(self)

    def begin(self) -> None:
        """Wait for nobody: a thread that used the connection is not there after a fork."""
        self._lock = threading.RLock()

    @property
    def place(self) -> str:
        """Where the data is, without any password."""
        return self._dialect.place

    def transact(self, work: Callable[[Transaction], T], *, bulk: bool = False) -> T:
        """Run a function in one transaction: all of it happens or nothing.

        With `bulk`, what it stores in lists goes the way that is fastest for thousands of rows.

        Raises:
            StoreError: the database refused.
        """
        return self._retried(lambda connection: self._transact(connection, work, bulk=bulk))

    def rows(self, query: str, /, **values: Value) -> list[Row]:
        """Return all rows of a query that changes nothing."""
        return self._retried(lambda c: Transaction(self._dialect, c).rows(query, **values))

    def tables(self) -> list[str]:
        """Return the names of the tables, in order."""
        return self._retried(lambda connection: sorted(self._dialect.tables(connection)))

    def erase(self) -> bool:
        """Overwrite what deleted rows left behind; False where readers prevent it just now."""
        # What is deleted while this runs may be left, and stays noted.
        before = self.rows("unerased_ids")
        done = self._retried(self._dialect.erase)
        if done and before:
            self.transact(
                lambda t: t.many("unerased_delete", [{"id": id} for (id,) in before]),
            )
        return done

    def erase_after(self) -> bool:
        """Overwrite what a deletion left that is done already: False also where the database
        refuses, as a full disk makes it. It is noted, and logged for who runs this.
        """
        try:
            return self.erase()
        except StoreError as error:
            _log.warning("freed space was not overwritten: %s", error)
            return False

    def is_unerased(self) -> bool:
        """Tell whether something was deleted since the freed space was overwritten."""
        return bool(self.rows("unerased_ids"))

    def close(self) -> None:
        """Close the connection; the next use opens another."""
        with self._lock:
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None

    def _transact(
        self, connection: Any, work: Callable[[Transaction], T], *, bulk: bool = False
    ) -> T:
        connection.execute(self._dialect.begin)
        try:
            result = work(Transaction(self._dialect, connection, bulk=bulk))
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(self._dialect.error):
                connection.execute("ROLLBACK")
            raise
        return result

    def _retried(self, work: Callable[[Any], T]) -> T:
        first: list[Exception] = []

        def again() -> T:
            # What the first attempt met counts as its outcome; then there are others.
            if first:
                raise first.pop()
            return self._locked(work)

        try:
            # Nearly always the only attempt, and what counts attempts takes longer than a read.
            return self._locked(work)
        except self._dialect.error as error:
            first.append(error)
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._may_repeat),
            stop=tenacity.stop_after_attempt(_RETRIES),
            wait=tenacity.wait_random_exponential(multiplier=0.02, max=1.0),
            reraise=True,
        )
        try:
            result: T = retrying(again)
            return result
        except self._dialect.error as error:
            # The first line only: the rest may quote the row.
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise StoreError(f"{self.place}: {reason}.", cure=_cure(reason)) from error

    def _may_repeat(self, error: BaseException) -> bool:
        # A connection that broke is opened again; what it was doing may be repeated.
        return isinstance(error, self._dialect.error) and (
            self._dialect.is_transient(error) or bool(getattr(self._connection, "closed", False))
        )

    def _locked(self, work: Callable[[Any], T]) -> T:
        with self._lock:
            return work(self._connected())

    def _connected(self) -> Any:
        if self._process != os.getpid():
            self._connection, self._process = None, os.getpid()
        if self._connection is not None and getattr(self._connection, "closed", False):
            self._connection = None
        if self._connection is None:
            self._connection = self._dialect.connect()
        return self._connection


def _cure(reason: str) -> str | None:
    cures = {
        "not a database": "Name another file: this one holds something else, or is damaged.",
        "locked": "Another process keeps the file busy; wait for it or stop it.",
        "readonly": "Check that the file and its folder may be written to.",
        "full": "Free some disk space; nothing of the interrupted step was stored.",
        "connection": "Check that the server runs and that the URL, user and password are right.",
    }
    return next((cure for part, cure in cures.items() if part in reason), None)


def open_database(url: str) -> Database:
    """Return the database of a URL: `sqlite:///PATH`, a bare path, or `postgresql://...`.

    Raises:
        ConfigError: the URL is of another kind, or would keep the data in memory only.
        MissingExtraError: PostgreSQL, without its driver.
    """
    scheme, found, rest = url.partition("://")
    if found and scheme in ("postgresql", "postgres"):
        return Database(Postgres(url))
    if found and scheme != "sqlite":
        raise ConfigError(
            f"a store cannot be of the kind {scheme!r}.",
            cure="Give a file (sqlite:///PATH or the path itself) or postgresql://...",
        )
    path = rest.removeprefix("/") if found else url
    if not path or ":memory:" in path:
        raise ConfigError(
            f"the store {url!r} names no file.",
            cure="A store in memory would forget what it was told; give sqlite:///PATH.",
        )
    return Database(Sqlite(Path(path).expanduser()))
