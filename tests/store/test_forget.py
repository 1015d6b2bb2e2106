"""Nothing of a forgotten person is left: in no table, and in no byte of the files."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from recenter.memory import keys, ledger
from recenter.memory.records import Answered, Happened, Note
from recenter.records import Attribute, Receipt, Subject
from recenter.store import Item, Run, Store, dialects, open_store
from recenter.store.database import Database, Transaction, open_database
from tests.store import samples

SECRET = "xylophone-carpenter"


def fill(store: Store, person: str, secret: str, *, key: str = "1") -> None:
    """Put something of a person into every table."""
    talk = samples.conversation(person, key, text=f"I am a {secret}.", at="2026-01-01T00:00:00Z")
    gone = samples.conversation(person, f"{key}-gone", text=f"Once a {secret}.")
    store.put_conversations([talk, gone])
    store.delete_conversation(gone.id)
    attribute = samples.attribute(f"Is a {secret}.", talk, person=person)
    store.put_attributes(person, [attribute], signature=samples.SIGNATURE)
    query = samples.query(person, f"que_{person}")
    reply = samples.reply(query, attribute, id=f"rep_{person}")
    store.put_query(query)
    store.put_selection(samples.selection(query, attribute, id=f"sel_{person}"))
    store.put_reply(reply)
    store.put_references([samples.reference(person, f"Is a {secret}.", talk)])
    store.put_judgments(
        [
            samples.judgment(Subject(attribute=attribute.id)),
            samples.judgment(Subject(reply=reply.id), person=person),
            samples.judgment(Subject(attribute="att_x"), judge=person, kind="person"),
        ]
    )
    store.cache.put(f"key-{person}", secret.encode(), person=person)
    _remember(store, attribute, secret)
    store.work.add("extract", [Item(person=person, item=talk.id, content="1")], signature="s")
    (task,) = store.work.claim("extract", signature="s")
    store.work.fail(task, f"cannot read {secret}")
    store.put_run(
        Run(
            id=f"run_{person}",
            command="respond",
            started="2026-01-01T00:00:00Z",
            arguments={"person": person, "prompt": secret},
            counts={"replies": 1},
            person=person,
        )
    )


def _remember(store: Store, attribute: Attribute, secret: str) -> None:
    """Fill the tables of memory for applications."""
    person = attribute.person
    note = Note(created=1.0, updated=1.0, metadata={"said": secret})

    def work(transaction: Transaction) -> None:
        ledger.put_note(transaction, attribute, note)
        ledger.put_event(transaction, attribute, Happened(event="ADD", new=attribute.text), 1.0)
        ledger.put_traces(transaction, person, {"quote": {f"hash of {person}"}})

    store.database.transact(work)
    ledger.change_choices(store.database, person, "", paused=True)
    receipt = Receipt(note=secret)
    answered = Answered(id=f"rcp_{person}", person=person, at=1.0, outcome="use", receipt=receipt)
    ledger.put_receipts(store.database, [answered])
    keys.new_key(store.database, "app", person=person, label=secret, now=1.0)
    ledger.end_links(store.database, person)


def everything(database: Database, url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables that the catalog knows."""
    tables = database.tables()
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            return {t: file.execute(f"SELECT * FROM {t}").fetchall() for t in tables}
    import psycopg

    with psycopg.connect(url) as server:
        server.execute("SET search_path TO recenter")
        return {t: server.execute(f"SELECT * FROM {t}".encode()).fetchall() for t in tables}


def raw_bytes(url: str) -> bytes:
    """Return every byte of the files that hold the tables, their indexes and long values."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
    import psycopg

    with psycopg.connect(url) as server:
        server.execute("CHECKPOINT")
        rows = server.execute(
            "SELECT pg_read_binary_file(pg_relation_filepath(c.oid)) FROM pg_class c "
            "WHERE pg_relation_filepath(c.oid) IS NOT NULL AND (c.relnamespace IN "
            "(SELECT oid FROM pg_namespace WHERE nspname = 'recenter') OR c.oid IN "
            "(SELECT reltoastrelid FROM pg_class WHERE relnamespace IN "
            "(SELECT oid FROM pg_namespace WHERE nspname = 'recenter')))"
        ).fetchall()
        return b"".join(bytes(content) for (content,) in rows)


def test_no_byte_is_left_on_either_database(store: Store, url: str) -> None:
    fill(store, "p_ada", SECRET)
    # Long values are compressed and kept apart: only short ones can be searched for.
    store.put_conversations([samples.conversation(text=f"{SECRET} in plain words")])
    assert SECRET.encode() in raw_bytes(url)
    assert store.forget("p_ada").erased
    assert SECRET.encode() not in raw_bytes(url)


def test_no_table_keeps_anything_but_the_tombstone(store: Store, url: str) -> None:
    fill(store, "p_bob", "gardener")
    database = open_database(url)
    bobs_alone = everything(database, url)
    fill(store, "p_ada", SECRET)
    filled = everything(database, url)
    same = [t for t in filled if len(filled[t]) == len(bobs_alone[t])]
    # Studies are filled and emptied in tests/study/ledger.
    assert [t for t in same if not t.startswith("stud")] == [
        "memory_applications",
        "migrations",
        "unerased",
    ]
    report = store.forget("p_ada")
    left = everything(database, url)
    database.close()
    assert report.erased
    assert all(n > 0 for t, n in report.counts.items() if "study" not in t), report.counts
    assert SECRET not in str(left)
    mentions = {t: [row for row in rows if "p_ada" in str(row)] for t, rows in left.items()}
    # A manifest keeps its own id, here made of the pseudonym by this test.
    assert [t for t, rows in mentions.items() if rows] == ["memory_links", "people", "runs"]
    assert mentions["people"] == [("p_ada", 1)]
    # Or links that were ended would be good again where the tombstone is lifted.
    assert mentions["memory_links"] == [("p_ada", 1)]
    run = store.run("run_p_ada")
    assert run is not None
    assert (run.person, run.arguments, run.counts) == (None, {}, {"replies": 1})
    for table in set(left) - {"memory_links", "people", "runs"}:
        assert left[table] == bobs_alone[table]


def test_what_comes_later_of_a_forgotten_person_is_refused(store: Store) -> None:
    fill(store, "p_ada", SECRET)
    store.forget("p_ada")
    talk = samples.conversation()
    both = [talk, samples.conversation("p_bob")]
    report = store.put_conversations(both)
    assert (report.new, report.refused) == (1, 1)
    attribute = samples.attribute()
    put = store.put_attributes("p_ada", [attribute], signature=samples.SIGNATURE)
    assert put.refused == 1
    assert store.put_query(samples.query()) == "refused"
    assert store.put_judgments([samples.judgment(Subject(), person="p_ada")]).refused == 1
    own = samples.judgment(Subject(), judge="p_ada", kind="person")
    assert store.put_judgments([own]).refused == 1
    store.cache.put("key", b"value", person=["p_bob", "p_ada"])
    assert store.cache.get("key") is None
    item = Item(person="p_ada", item="i", content="1")
    assert store.work.add("extract", [item], signature="s").refused == 1
    later = Run(id="run_2", command="x", started="2026", arguments={"person": "p_ada"})
    store.put_run(later)
    again = store.run("run_2")
    assert again is not None
    assert again.arguments == {}
    assert list(store.people()) == ["p_bob"]
    assert not store.knows("p_ada")
    assert store.counts()["forgotten"] == 1
    assert store.lift("p_ada")
    assert not store.lift("p_ada")
    assert store.put_conversations([talk]).new == 1


def test_forgetting_twice_or_a_stranger_is_no_error(store: Store) -> None:
    assert set(store.forget("p_nobody").counts.values()) == {0}
    assert set(store.forget("p_nobody").counts.values()) == {0}
    assert store.put_conversations([samples.conversation("p_nobody")]).refused == 1


@pytest.mark.parametrize("seed", range(3))
def test_no_byte_of_a_forgotten_person_is_in_the_files(tmp_path: Path, seed: int) -> None:
    """Rows of several people, of all sizes, are moved about between pages before."""
    random_ = random.Random(seed)
    path = tmp_path / "store.db"
    people = ["p_ada", "p_bob", "p_cyn"]
    with open_store(str(path)) as store:
        for i in range(300):
            person = random_.choice(people)
            secret = f"secret-of-{person}-{i} " * random_.choice([1, 3, 30, 400])
            key = str(random_.randrange(120))
            talk = samples.conversation(person, key, text=secret)
            store.put_conversations([talk])
            if random_.random() < 0.1:
                store.delete_conversation(talk.id, erase=False)
            facts = [
                samples.attribute(f"{secret[:80]} {n}", talk, person=person)
                for n in range(random_.randrange(5))
            ]
            store.put_attributes(person, facts, signature=samples.SIGNATURE)
            store.cache.put(key, secret.encode(), person=person)
        assert store.forget("p_ada").erased
        held = b"".join(file.read_bytes() for file in sorted(tmp_path.iterdir()))
        assert b"secret-of-p_bob" in held
        assert b"secret-of-p_ada" not in held
        # Only the tombstone, in its row and in the index over it.
        assert held.count(b"p_ada") <= 2
        assert store.counts()["conversations"] > 0


def test_a_reader_who_delays_the_erasure_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_store(str(path)) as store:
        fill(store, "p_ada", SECRET)
        reader = sqlite3.connect(path)
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM conversations").fetchone()
        assert not store.forget("p_ada").erased
        assert not store.erase()
        assert store.is_unerased()
        reader.close()
        assert store.erase()
        assert not store.is_unerased()
    assert not any(SECRET.encode() in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.postgres
@pytest.mark.parametrize("does", ["reads", "writes", "reads, unseen"])
def test_an_open_transaction_in_postgresql_delays_the_erasure_and_is_told(
    postgres_url: str, does: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    url = postgres_url

    monkeypatch.setattr(dialects, "_ERASE_SECONDS", 0.1)
    if does == "reads, unseen":  # As a session of another role, or a replica, is.
        monkeypatch.setattr(dialects, "_SESSIONS", "SELECT 1 WHERE %(horizon)s < 0")
    with open_store(url) as store:
        fill(store, "p_ada", SECRET)
        with psycopg.connect(url) as other:
            # Of no table of the store.
            other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            other.execute("SELECT txid_current()" if does == "writes" else "SELECT 1")
            assert not store.forget("p_ada").erased
            assert store.is_unerased()
            assert SECRET.encode() in raw_bytes(url)
        assert store.erase()
        assert not store.is_unerased()
        assert SECRET.encode() not in raw_bytes(url)


@pytest.mark.parametrize("what", ["person", "conversation", "attribute"])
def test_what_was_deleted_and_not_overwritten_is_noted_for_the_next_process(
    url: str, what: str
) -> None:
    with open_store(url) as store:
        talk, attribute = samples.conversation(), samples.attribute()
        store.put_conversations([talk])
        store.put_attributes("p_ada", [attribute], signature=samples.SIGNATURE)
        assert not store.is_unerased()
        if what == "person":
            store.forget("p_ada", erase=False)
        elif what == "conversation":
            store.delete_conversation(talk.id, erase=False)
        else:
            store.delete_attribute(attribute.id, erase=False)
    with open_store(url) as store:
        assert store.is_unerased()
        assert store.erase()
        assert not store.is_unerased()


def test_what_is_deleted_while_the_file_is_written_anew_stays_noted(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(url) as store, open_store(url) as other:
        store.put_conversations([samples.conversation(), samples.conversation("p_bob")])
        store.forget("p_ada", erase=False)
        database = store.database
        written_anew = database._dialect.erase

        def erase(connection: Any) -> bool:
            done = written_anew(connection)
            other.forget("p_bob", erase=False)
            return done

        monkeypatch.setattr(database._dialect, "erase", erase)
        assert store.erase()
        monkeypatch.undo()
        assert store.is_unerased()
        assert store.erase()
        assert not store.is_unerased()


def test_deleting_a_conversation_takes_what_rests_on_it(store: Store) -> None:
    first = samples.conversation(key="1", text="I keep bees.")
    second = samples.conversation(key="2", text="My bees again.")
    both = samples.attribute("Keeps bees.", first, second)
    alone = samples.attribute("Says: I keep bees.", first)
    store.put_conversations([first, second])
    store.put_attributes("p_ada", [both, alone], signature=samples.SIGNATURE)
    query = samples.query()
    store.put_query(query)
    store.put_selection(samples.selection(query, both, alone))
    store.put_reply(samples.reply(query, both, id="rep_both"))
    other = samples.attribute("Has a cat.", second)
    store.put_reply(samples.reply(query, other, id="rep_other"))
    store.put_judgments(
        [samples.judgment(Subject(attribute=a.id)) for a in (both, alone)]
        + [samples.judgment(Subject(reply="rep_both"))]
    )
    store.cache.put("key", b"I keep bees.", person="p_ada")

    report = store.delete_conversation(first.id)

    assert report is not None
    assert report.counts["attributes_trimmed"] == report.counts["attributes"] == 1
    assert store.conversation(first.id) is None
    assert store.attribute(alone.id) is None
    kept = store.attribute(both.id)
    assert kept is not None
    assert [e.conversation for e in kept.evidence] == [second.id]
    assert kept.reason is None  # it may retell what is gone
    (selection,) = store.selections("p_ada")
    assert selection.used == (both.id,)
    assert [r.id for r in store.replies("p_ada")] == ["rep_other"]
    assert [j.subject.attribute for j in store.judgments("p_ada")] == [both.id]
    assert store.cache.get("key") is None
    assert store.delete_conversation(first.id) is None


def test_what_was_planted_in_a_conversation_goes_with_it(store: Store) -> None:
    talk = samples.conversation()
    planted, apart = samples.reference(planted=talk), samples.reference(text="Has a cat.")
    store.put_conversations([talk])
    assert store.put_references([planted, apart]).new == 2
    report = store.delete_conversation(talk.id)
    assert report is not None
    assert report.counts["person_references"] == 1
    assert list(store.references("p_ada")) == [apart]
    again = store.put_references([planted, apart])
    assert (again.refused, again.same) == (1, 1)
    assert store.restore(talk.id)
    assert store.put_references([planted]).new == 1


def test_what_was_deleted_stays_so_until_restored(store: Store) -> None:
    talk, attribute = samples.conversation(), samples.attribute()
    store.put_conversations([talk])
    store.put_attributes("p_ada", [attribute], signature=samples.SIGNATURE)
    assert store.delete_attribute(attribute.id) is not None
    assert store.delete_conversation(talk.id) is not None
    assert store.put_conversations([talk]).refused == 1
    put = store.put_attributes("p_ada", [attribute], signature=samples.SIGNATURE)
    assert put.refused == 1
    assert store.counts()["attributes"] == store.counts()["conversations"] == 0
    assert store.restore(talk.id)
    assert not store.restore(talk.id)
    assert store.put_conversations([talk]).new == 1
