"""What the tests run in processes of their own."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from recenter.records import Conversation, Subject
from recenter.store import Item, open_store
from recenter.store.database import open_database
from tests.store import samples

STAGE, LEDGER = "extract", "ledger-1"


def say(number: int) -> None:
    """Tell the test how far this process is."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def open_and_count(url: str) -> int:
    """Open the store; return how many migrations it has."""
    open_store(url).close()
    database = open_database(url)
    try:
        return len(database.rows("migrations_applied"))
    finally:
        database.close()


def source(size: int, *, pause: float = 0.0) -> Iterator[Conversation]:
    """Yield the same conversations each time, of one person in ten."""
    for i in range(size):
        time.sleep(pause)
        text = f"Conversation {i}: " + "bees " * (i % 200)
        yield samples.conversation(f"p_{i % 10}", str(i), text=text, at=str(i))


def import_all(url: str, size: int, pause: float = 0.0) -> dict[str, int]:
    """Import the source; say on the way what is safely stored."""
    with open_store(url) as store:
        stored = 0

        def tell(id: str, outcome: str) -> None:
            nonlocal stored
            stored += 1
            if stored % 100 == 0:
                say(stored)

        report = store.put_conversations(source(size, pause=pause), each=tell)
        return {"new": report.new, "same": report.same}


def write_everything(url: str, worker: int, rounds: int) -> int:
    """Write records of all kinds for people that other processes write for too."""
    with open_store(url) as store:
        for i in range(rounds):
            person = f"p_{i % 3}"
            store.put_conversations(
                [samples.conversation(person, f"{worker}-{i}"), samples.conversation(person, "s")]
            )
            attribute = samples.attribute(f"Fact {i % 5}.", person=person)
            store.put_judgments(
                [
                    samples.judgment(
                        Subject(attribute=attribute.id), person=person, judge=f"j:{worker}"
                    )
                ]
            )
            store.cache.put(f"key-{i}", b"x" * 100, person=person)
            store.put_query(samples.query(person, f"que_{worker}_{i}"))
        return rounds


def work_off(url: str, lease: float = 60.0, pause: float = 0.0) -> list[str]:
    """Do what is on the list, as an extraction does; return the items done."""
    done = []
    with open_store(url) as store:
        while tasks := store.work.claim(STAGE, signature=LEDGER, size=3, lease=lease):
            for task in tasks:
                person = str(task.person)
                found = [
                    samples.attribute(f"Fact {i}.", person=person)
                    for i, _ in enumerate(store.conversations(person))
                ]
                time.sleep(pause)
                store.put_attributes(person, found, signature=samples.SIGNATURE)
                if store.work.done(task):
                    done.append(task.item)
                say(len(done))
    return done


def add_work(url: str, people: int) -> None:
    """Put people on the list."""
    with open_store(url) as store:
        items = [Item(person=f"p_{i}", item=f"p_{i}", content="1") for i in range(people)]
        store.work.add(STAGE, items, signature=LEDGER)


def import_forever(url: str, person: str) -> int:
    """Store conversations of one person until they are refused; return how many were stored."""
    stored = 0
    with open_store(url) as store:
        for i in range(100_000):
            talk = samples.conversation(person, str(i))
            fact = samples.attribute("Keeps bees.", talk, person=person)
            report = store.put_conversations([talk])
            store.put_attributes(person, [fact], signature=samples.SIGNATURE)
            store.put_judgments([samples.judgment(Subject(attribute=fact.id))])
            store.cache.put(f"{person}-{i}", b"bees", person=person)
            if report.refused:
                break
            stored += report.new
            if i == 20:
                say(stored)
    return stored
