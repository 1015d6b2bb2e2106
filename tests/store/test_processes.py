"""Several processes write at once, or are killed in the middle: nothing is lost or doubled."""

from __future__ import annotations

import collections
import os
import signal

import pytest

from recenter.store import Store, open_store
from tests.store import samples, workers
from tests.store.processes import finish, run_together, start

MODULE = "tests.store.workers"


def test_everyone_writes_everything_at_once(url: str) -> None:
    run_together(MODULE, "write_everything", [(url, worker, 30) for worker in range(4)])
    with open_store(url) as store:
        counts = store.counts()
        shared = 3
        assert counts["conversations"] == 4 * 30 + shared
        assert counts["queries"] == 4 * 30
        # One judgment for each worker, person and fact.
        assert counts["judgments"] == 4 * 15
        assert counts["cache"] == 30
        assert counts["people"] == 3
        assert len({c.id for c in store.conversations()}) == 4 * 30 + shared


def test_the_same_import_at_once_stores_everything_once(url: str) -> None:
    reports = run_together(MODULE, "import_all", [(url, 700)] * 3)
    with open_store(url) as store:
        assert sorted(store.conversations(), key=lambda c: c.id) == sorted(
            workers.source(700), key=lambda c: c.id
        )
    assert all(report["new"] + report["same"] == 700 for report in reports)


@pytest.mark.parametrize("stored_before", [0, 1, 5, 12])
def test_an_import_that_is_killed_is_finished_by_the_next(url: str, stored_before: int) -> None:
    open_store(url).close()
    process = start(MODULE, "import_all", (url, 2000, 0.0005))
    assert process.stdout is not None
    for _ in range(stored_before):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with open_store(url) as store:
        held = store.counts()["conversations"]
        assert stored_before * 100 <= held < 2000
    report = finish(start(MODULE, "import_all", (url, 2000)))
    assert report == {"new": 2000 - held, "same": held}
    with open_store(url) as store:
        wanted = {c.id: c for c in workers.source(2000)}
        assert {c.id: c for c in store.conversations()} == wanted
        assert store.counts()["conversations"] == 2000


def expect_all_extracted(store: Store, people: int) -> None:
    """Every person has exactly the attributes of an extraction that was never cut short."""
    found = collections.Counter(a.person for a in store.attributes())
    assert found == {f"p_{i}": 10 for i in range(people)}
    assert store.counts()["attributes"] == 10 * people
    states = store.work.states(workers.STAGE, signature=workers.LEDGER)
    assert states == {"open": 0, "claimed": 0, "done": people, "failed": 0}


def prepare(url: str, people: int) -> None:
    """Store ten conversations of each person and put everyone on the list."""
    with open_store(url) as store:
        store.put_conversations(
            samples.conversation(f"p_{i % people}", str(i)) for i in range(10 * people)
        )
    workers.add_work(url, people)


@pytest.mark.parametrize("done_before", [0, 1, 7])
def test_an_extraction_that_is_killed_is_finished_by_the_next(url: str, done_before: int) -> None:
    prepare(url, 20)
    process = start(MODULE, "work_off", (url, 0.5, 0.05))
    assert process.stdout is not None
    for _ in range(done_before):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    workers.add_work(url, 20)
    done: list[str] = []
    with open_store(url) as store:
        # What the killed one held is free when its lease has run out.
        while store.work.states(workers.STAGE, signature=workers.LEDGER)["done"] < 20:
            done += finish(start(MODULE, "work_off", (url,)))
        expect_all_extracted(store, 20)
    assert len(done) == len(set(done)) <= 20 - done_before


def test_several_share_the_list(url: str) -> None:
    prepare(url, 30)
    shares = run_together(MODULE, "work_off", [(url, 60.0, 0.01)] * 3)
    done = [item for share in shares for item in share]
    assert sorted(done) == sorted(f"p_{i}" for i in range(30))
    with open_store(url) as store:
        expect_all_extracted(store, 30)


def test_a_person_forgotten_while_others_store_about_them(url: str) -> None:
    """Whoever stores waits for the tombstone or is seen by it: nothing slips through."""
    open_store(url).close()
    writers = [start(MODULE, "import_forever", (url, "p_ada")) for _ in range(2)]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    with open_store(url) as store:
        store.forget("p_ada", erase=False)
        for writer in writers:
            finish(writer)
        left = {name: count for name, count in store.counts().items() if count}
    assert left == {"forgotten": 1}


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_made_by_fork_has_a_connection_of_its_own(store: Store) -> None:
    store.put_conversations([samples.conversation(key="parent")])
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if store.put_conversations([samples.conversation(key="child")]).new else 1
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    store.put_conversations([samples.conversation(key="parent again")])
    assert store.counts()["conversations"] == 3


@pytest.mark.postgres
def test_a_lost_connection_is_made_again(postgres_url: str) -> None:
    import psycopg

    with open_store(postgres_url) as store, psycopg.connect(postgres_url, autocommit=True) as admin:
        store.put_conversations([samples.conversation(key="1")])
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        store.put_conversations([samples.conversation(key="2")])
        assert store.counts()["conversations"] == 2
