"""A person's download has something of every table in which anything of them can stand."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from recenter.memory import Memory
from recenter.study.plan import TaskItems
from tests.memory.conftest import Clock
from tests.memory.test_memory import id_of
from tests.store.test_forget import fill
from tests.study.samples import Clock as StudyClock
from tests.study.samples import opened, relevant, supported, task, written

PARTS = {
    "attributes": "memories",
    "memories": "memories",
    "memory_events": "history",
    "memory_choices": "choices",
    "memory_receipts": "receipts",
    "memory_traces": "forgotten",
    "memory_keys": "keys",
    "memory_links": "links_ended",
    "judgments": "judgments",
    "queries": "queries",
    "selections": "selections",
    "replies": "replies",
    "person_references": "references",
    "conversations": "conversations",
    "deleted": "deleted",
    "runs": "runs",
    "work": "work",
    "cache_people": "cached",
    "study_items": "studies",
    "study_parts": "studies",
}
"""Where what each table holds of a person stands in the download."""


def of_people(memory: Memory, url: str) -> Iterator[str]:
    """Yield the tables that say whose their rows are, from the catalog."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            for table in memory.engine.store.database.tables():
                names = {row[1] for row in file.execute(f"PRAGMA table_info({table})")}
                if "person" in names:
                    yield table
        return
    import psycopg

    with psycopg.connect(url) as server:
        rows = server.execute(
            "SELECT table_name FROM information_schema.columns "
            "WHERE table_schema = 'recenter' AND column_name = 'person'"
        )
        yield from (name for (name,) in rows.fetchall())


def test_no_table_is_left_out(memory: Memory, url: str) -> None:
    person = memory.person("ada")
    fill(memory.engine.store, person, "xylophone-carpenter")
    items = {
        "quality": TaskItems(work=(supported("a", person),)),
        "pages": TaskItems(work=(relevant("m", (person, "per_y")),)),
    }
    file = written(task(overlap=1), task("pages", "relevant", overlap=1))
    opened(memory.engine.store.database, file, items, StudyClock())
    held = memory.export("ada")
    tables = set(of_people(memory, url))
    assert tables == set(PARTS)
    assert {table for table in tables if not held[PARTS[table]]} == set()
    assert "per_y" not in str(held)


def test_what_others_took_the_place_of_is_there_with_its_words(
    memory: Memory, clock: Clock
) -> None:
    memory.add("I live in Berlin.", user_id="ada")
    berlin = id_of(memory, "The user lives in Berlin.")
    clock.now += 86_400
    memory.add("I live in Paris now.", user_id="ada")
    (past,) = memory.export("ada")["superseded"]
    assert (past["id"], past["evidence"][0]["quote"]) == (berlin, "I live in Berlin")
    assert memory.export("bob")["superseded"] == []
