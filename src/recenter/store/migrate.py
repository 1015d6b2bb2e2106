"""Bring a database to the schema of this version: numbered files, each applied once, in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources

import msgspec

from recenter.errors import MigrationError
from recenter.provenance import digest
from recenter.store.database import Database, Transaction

_STATEMENT_END = re.compile(r";\s*(?:\n|$)")


class Migration(msgspec.Struct, frozen=True):
    """One step of the schema. Files are only ever added, never edited."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Digest of the text, kept in the database to notice an edited file."""
        return digest(self.sql)

    @property
    def statements(self) -> list[str]:
        """The statements without comments, one by one."""
        lines = [line for line in self.sql.splitlines() if not line.lstrip().startswith("--")]
        parts = _STATEMENT_END.split("\n".join(lines))
        return [part for part in parts if part.strip()]


def load_migrations() -> list[Migration]:
    """Return the migrations that come with this version, first to last."""
    folder = resources.files(__package__).joinpath("migrations")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [
        Migration(
            int(name[:3]), name.removesuffix(".sql"), folder.joinpath(name).read_text("utf-8")
        )
        for name in names
    ]


def migrate(database: Database, migrations: Sequence[Migration]) -> int:
    """Apply what is missing, each migration in one transaction with its record; return how many.

    Openers that come at the same time wait for each other. A database that is up to date is only
    read.

    Raises:
        MigrationError: the database is newer than this code or not ours, or a migration was
            altered.
    """
    tables = database.tables()
    if tables and "migrations" not in tables:
        raise MigrationError(
            f"{database.place} holds tables of something else ({', '.join(tables[:3])}).",
            cure="Name another file or database for the store.",
        )
    if tables:
        missing = _missing(database, database.rows("migrations_applied"), migrations)
        if not missing:
            return 0
    applied = 0
    while database.transact(lambda t: _apply_next(database, t, migrations)):
        applied += 1
    return applied


def _apply_next(
    database: Database, transaction: Transaction, migrations: Sequence[Migration]
) -> bool:
    transaction.lock_schema()
    transaction.run("migrations_create")
    missing = _missing(database, transaction.rows("migrations_applied"), migrations)
    if not missing:
        return False
    first = missing[0]
    for statement in first.statements:
        transaction.script(statement)
    transaction.run(
        "migrations_record", number=first.number, title=first.name, checksum=first.checksum
    )
    return True


def _missing(
    database: Database, rows: Sequence[tuple[int, str, str]], migrations: Sequence[Migration]
) -> list[Migration]:
    ours = {migration.number: migration for migration in migrations}
    for number, name, checksum in rows:
        if number not in ours:
            raise MigrationError(
                f"{database.place} was made by a later version of Recenter: it has migration "
                f"{name}, and this version knows up to {max(ours, default=0):03d}.",
                cure="Run: pip install --upgrade recenter",
            )
        if ours[number].checksum != checksum:
            raise MigrationError(
                f"migration {name} is not the one that {database.place} was made with.",
                cure="Migrations are never edited: restore the file, and put the change into a "
                "new one.",
            )
    applied = {number for number, _, _ in rows}
    return [migration for migration in migrations if migration.number not in applied]
