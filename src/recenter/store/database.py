"""Connect, translate, transact: the only module that knows which of two databases it talks to.

Queries are written once, with `:name` for parameters and `= ANY(:names)` for lists. Everything in
which SQLite and PostgreSQL differ is in the two dialects below.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import tenacity

from recenter.errors import ConfigError, MissingExtraError, StoreError
from recenter.forking import begins_anew
from recenter.store.queries import QUERIES

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")
Row = tuple[Any, ...]
Value = str | int | float | bytes | list[str] | None

_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")
_VALUES = re.compile(r"\bVALUES \(([^()]*)\)")
_BUSY_SECONDS = 60
_ERASE_SECONDS = 2
_RETRIES = 8
_MIGRATION_LOCK = 7_235_640_117


class Dialect(Protocol):
    """What differs between the databases."""

    begin: str
    error: type[Exception]
    place: str
    """Where the data is, without any password, for messages."""

    def connect(self) -> Any:
        """Return a connection in autocommit mode."""

    def translate(self, sql: str) -> Any:
        """Return a query in the form that the driver takes."""

    def adapt(self, value: list[str]) -> Any:
        """Return a list parameter as the driver takes it."""

    def put_all(self, connection: Any, sql: str, rows: Sequence[dict[str, Any]]) -> None:
        """Execute a statement once per row, the way that is fastest for thousands of rows."""

    def is_transient(self, error: Exception) -> bool:
        """Tell whether the same transaction may succeed when run again."""

    def lock_schema(self, connection: Any) -> None:
        """Keep other migrating processes out until the transaction ends."""

    def tables(self, connection: Any) -> list[str]:
        """Return the names of the store's tables."""

    def erase(self, connection: Any) -> bool:
        """Overwrite what deleted rows left behind; False where readers prevent it just now."""


class Sqlite:
    """A file in WAL mode: one writer at a time, readers are not kept waiting."""

    begin = "BEGIN IMMEDIATE"
    error: type[Exception] = sqlite3.Error

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = str(path)

    def connect(self) -> sqlite3.Connection:
        """Open the file, made readable by its owner only where it is new."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise StoreError(
                f"{self.path} cannot be opened: {error.strerror}.",
                cure="Name a file in a folder that may be written to.",
            ) from error
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in (
                f"busy_timeout = {_BUSY_SECONDS * 1000}",
                "synchronous = NORMAL",
                "foreign_keys = ON",
                # Deleted text is overwritten; what that does not reach, `erase` does.
                "secure_delete = ON",
            ):
                connection.execute(f"PRAGMA {pragma}")
            held = self.tables(connection)
            # It stays with the file: not in that of another program, which is refused later.
            if not held or "migrations" in held:
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @functools.lru_cache(maxsize=1024)  # noqa: B019 - one dialect a process, queries are few
    def translate(self, sql: str) -> str:
        """Lists travel as JSON; rows need no lock of their own under a single writer."""
        sql = re.sub(r"= ANY\((:\w+)\)", r"IN (SELECT value FROM json_each(\1))", sql)
        return re.sub(r"\bFOR (SHARE|UPDATE( SKIP LOCKED)?)", "", sql)

    def adapt(self, value: list[str]) -> str:
        """Encode a list as JSON."""
        return json.dumps(value)

    def put_all(
        self, connection: sqlite3.Connection, sql: str, rows: Sequence[dict[str, Any]]
    ) -> None:
        """Prepare the statement once: there is no server to wait for."""
        connection.executemany(self.translate(sql), rows)

    def is_transient(self, error: Exception) -> bool:
        """Only what a second process can cause."""
        return isinstance(error, sqlite3.OperationalError) and (
            error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        )

    def lock_schema(self, connection: sqlite3.Connection) -> None:
        """Nothing to do: BEGIN IMMEDIATE already holds the file."""

    def tables(self, connection: sqlite3.Connection) -> list[str]:
        """Read the catalog of the file."""
        rows = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        )
        return [name for (name,) in rows]

    def erase(self, connection: sqlite3.Connection) -> bool:
        """Rewrite the file without its free space, then move the log into it and empty the log.

        `secure_delete` alone is not enough: rows that were moved between pages earlier leave
        copies in the unused part of a page, which it does not reach (tested).
        """
        connection.execute(f"PRAGMA busy_timeout = {_ERASE_SECONDS * 1000}")
        try:
            connection.execute("VACUUM")
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            if not self.is_transient(error):
                raise
            return False
        finally:
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
        return not busy


class Postgres:
    """A server shared by many; the tables live in a schema named `recenter`."""

    begin = "BEGIN"

    def __init__(self, url: str) -> None:
        try:
            import psycopg
            from psycopg.conninfo import conninfo_to_dict
        except ImportError:
            raise MissingExtraError("A store in PostgreSQL", "postgres") from None
        self.url = url
        self.error: type[Exception] = psycopg.Error
        try:
            told = conninfo_to_dict(url)
        except psycopg.ProgrammingError as error:
            raise ConfigError(
                f"the store's URL cannot be read: {error}.",
                cure="Write it as postgresql://user@host:5432/database.",
            ) from None
        self.place = f"PostgreSQL {told.get('host', 'localhost')}/{told.get('dbname', '')}"

    def connect(self) -> psycopg.Connection:
        """Connect, in a schema of our own so that an application's tables stay apart."""
        import psycopg

        connection = psycopg.connect(self.url, autocommit=True)
        connection.execute("SET search_path TO recenter")
        return connection

    @functools.lru_cache(maxsize=1024)  # noqa: B019 - as above
    def translate(self, sql: str) -> bytes:
        """Name parameters as psycopg does. Text is compared by bytes, as SQLite does, so that
        the order of rows does not depend on the server's language.
        """
        sql = re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', sql)
        return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%")).encode()

    def adapt(self, value: list[str]) -> list[str]:
        """Pass a list as an array."""
        return value

    def put_all(
        self, connection: psycopg.Connection, sql: str, rows: Sequence[dict[str, Any]]
    ) -> None:
        """Copy the rows of an INSERT, all of them texts, into a temporary table, and insert them
        from there in the order of their first column; other statements go row by row.
        """
        cursor = connection.cursor()
        values = _VALUES.search(sql)
        if values is None:
            cursor.executemany(self.translate(sql), rows)
            return
        names = _PARAMETER.findall(values[1])
        columns = ", ".join(f"{name} TEXT" for name in names)
        cursor.execute(self.translate(f"CREATE TEMPORARY TABLE bulk ({columns}) ON COMMIT DROP"))
        with cursor.copy(f"COPY bulk ({', '.join(names)}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])
        chosen = " ".join(("SELECT", _PARAMETER.sub(r"\1", values[1]), "FROM bulk ORDER BY 1"))
        cursor.execute(self.translate(sql.replace(values[0], chosen)))
        cursor.execute("DROP TABLE bulk")

    def is_transient(self, error: Exception) -> bool:
        """Deadlocks and failed serialisation, which only concurrent writers cause."""
        import psycopg

        return isinstance(
            error, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure
        )

    def lock_schema(self, connection: psycopg.Connection) -> None:
        """Take an advisory lock, which exists before any table does."""
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
        found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'recenter'")
        if not found.fetchone():
            connection.execute("CREATE SCHEMA recenter")

    def tables(self, connection: psycopg.Connection) -> list[str]:
        """Read the catalog of the schema."""
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'recenter'")
        return [name for (name,) in rows]

    def erase(self, connection: psycopg.Connection) -> bool:
        """Write every table anew, so that no dead row is left in its file. The server's log of
        writes (WAL) keeps what it held until the server recycles it.
        """
        import psycopg

        connection.execute(f"SET lock_timeout = '{_ERASE_SECONDS}s'")
        try:
            for table in self.tables(connection):
                connection.execute(f"VACUUM (FULL) {table}".encode())
        except psycopg.errors.LockNotAvailable:
            return False
        finally:
            connection.execute("SET lock_timeout = 0")
        return True


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
        return self._retried(self._dialect.erase)

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
