"""The two databases: everything in which SQLite and PostgreSQL differ is here.

Queries are written once, with `:name` for parameters and `= ANY(:names)` for lists.
"""

from __future__ import annotations

import functools
import json
import os
import re
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from recenter.errors import ConfigError, MissingExtraError, StoreError

if TYPE_CHECKING:
    import psycopg

_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")
_VALUES = re.compile(r"\bVALUES \(([^()]*)\)")
_BUSY_SECONDS = 60
_ERASE_SECONDS = 2
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
        """Write every table anew, so that no dead row is left in its file; False too where a
        transaction may still look at such rows, which are then kept for it. The server's log of
        writes (WAL) keeps what it held until the server recycles it.
        """
        import psycopg

        connection.execute(f"SET lock_timeout = '{_ERASE_SECONDS}s'")
        try:
            # Of what was deleted so far every transaction is older than this one.
            ((horizon,),) = connection.execute("SELECT txid_current() % 4294967296").fetchall()
            if not _all_later(connection, _SESSIONS, horizon, seconds=_ERASE_SECONDS):
                return False
            for table in self.tables(connection):
                connection.execute(f"VACUUM (FULL) {table}".encode())
            # Not every session may be seen, and a replica or a prepared transaction is none.
            return _all_later(connection, _TABLES, horizon, seconds=0)
        except psycopg.errors.LockNotAvailable:
            return False
        finally:
            connection.execute("SET lock_timeout = 0")


_SESSIONS = """
SELECT 1 FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
AND backend_type <> 'autovacuum worker'
AND greatest(age(backend_xid), age(backend_xmin)) > age(%(horizon)s::bigint::text::xid) LIMIT 1
"""
_TABLES = """
SELECT 1 FROM pg_class WHERE relnamespace = 'recenter'::regnamespace AND relkind = 'r'
AND age(relfrozenxid) > age(%(horizon)s::bigint::text::xid) LIMIT 1
"""


def _all_later(connection: psycopg.Connection, older: str, horizon: int, *, seconds: float) -> bool:
    """Tell whether nothing older than the horizon is found, within so many seconds."""
    until = time.monotonic() + seconds
    while connection.execute(older.encode(), {"horizon": horizon}).fetchone() is not None:
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
    return True
