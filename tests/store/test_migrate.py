"""From the first schema onward, by one opener or by many at once."""

from __future__ import annotations

import msgspec
import pytest

from recenter.errors import MigrationError
from recenter.store import Store, open_store
from recenter.store.database import open_database
from recenter.store.migrate import Migration, load_migrations, migrate
from tests.store import samples
from tests.store.processes import run_together

OURS = load_migrations()
NEXT = Migration(
    OURS[-1].number + 1,
    "next",
    "-- A comment; with a semicolon;\nALTER TABLE people ADD COLUMN note TEXT;\n"
    "CREATE INDEX people_note ON people (note);\n",
)


def test_numbers_follow_each_other_and_files_keep_their_names() -> None:
    assert [m.number for m in OURS] == list(range(1, len(OURS) + 1))
    assert [m.name for m in OURS] == [
        "001_records",
        "002_work_order",
        "003_studies",
        "004_memory",
        "005_references",
        "006_person_links",
        "007_unerased",
    ]


def test_data_of_every_earlier_schema_is_kept(url: str) -> None:
    """Put data at the first schema, then add one migration after the other."""
    database = open_database(url)
    migrate(database, OURS[:1])
    Store(database).put_conversations([samples.conversation()])
    with open_store(url) as store:
        assert list(store.conversations()) == [samples.conversation()]
    assert migrate(database, [*OURS, NEXT]) == 1
    assert migrate(database, [*OURS, NEXT]) == 0
    assert database.rows("conversations_contents", ids=[samples.conversation().id])
    database.close()


def test_a_failing_migration_leaves_no_trace(url: str) -> None:
    database = open_database(url)
    migrate(database, OURS)
    before = database.tables()
    broken = Migration(
        OURS[-1].number + 1,
        "broken",
        "CREATE TABLE half (id TEXT);\nCREATE TABLE people (id TEXT);\n",
    )
    with pytest.raises(Exception, match="already exists"):
        migrate(database, [*OURS, broken])
    assert database.tables() == before
    assert migrate(database, [*OURS, NEXT]) == 1
    database.close()


def test_a_later_database_is_refused_with_the_cure(url: str) -> None:
    database = open_database(url)
    migrate(database, [*OURS, NEXT])
    database.close()
    with pytest.raises(MigrationError, match=r"later version.*pip install --upgrade recenter"):
        open_store(url)


def test_an_altered_migration_is_refused(url: str) -> None:
    database = open_database(url)
    migrate(database, OURS)
    altered = msgspec.structs.replace(OURS[0], sql=OURS[0].sql + "\n-- changed")
    with pytest.raises(MigrationError, match="001_records"):
        migrate(database, [altered, *OURS[1:]])
    database.close()


def test_many_open_a_new_store_at_once(url: str) -> None:
    results = run_together("tests.store.workers", "open_and_count", [(url,)] * 6)
    assert results == [len(OURS)] * 6
