"""Work of the dead is taken up at once, that of the living is left, the displaced is done again."""

from __future__ import annotations

import subprocess
import sys
import time

from recenter.store import Item, Store

CLAIM = """
import sys
from recenter.store import open_store
store = open_store(sys.argv[1])
print(store.work.claim("extract", signature="s")[0].item, flush=True)
sys.stdin.read()
"""


def claimer(url: str) -> subprocess.Popen[str]:
    """Start a process that has claimed a task, and holds it until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIM, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "a"
    return process


def test_a_killed_worker_holds_nothing_up(store: Store, url: str) -> None:
    store.work.add("extract", [Item(item="a", content="1")], signature="s")
    process = claimer(url)
    with process:
        assert store.work.release_dead("extract", signature="s") == 0
        assert store.work.claim("extract", signature="s") == []
        process.kill()
    assert store.work.release_dead("extract", signature="s") == 1
    assert [task.item for task in store.work.claim("extract", signature="s")] == ["a"]


def test_a_task_is_held_for_longer_than_its_lease(store: Store) -> None:
    store.work.add("extract", [Item(item="a", content="1")], signature="s")
    (task,) = store.work.claim("extract", signature="s", lease=0.3)
    with store.work.held(task, lease=0.3):
        time.sleep(1)
        assert store.work.claim("extract", signature="s") == []
    time.sleep(0.5)
    assert store.work.claim("extract", signature="s") != []


def test_what_another_took_the_place_of_is_done_again(store: Store) -> None:
    items = [Item(item="a", content="1"), Item(item="b", content="1")]
    for signature in ("old", "new"):
        store.work.add("extract", items, signature=signature)
        for task in store.work.claim("extract", signature=signature, size=2):
            store.work.done(task)
    (again,) = [Item(item="a", content="2")]
    store.work.add("extract", [again], signature="new")
    (task,) = store.work.claim("extract", signature="new")
    assert store.work.displace(task, stage="extract", signature="new") == 1
    assert store.work.add("extract", items, signature="old").new == 1
    assert [one.item for one in store.work.claim("extract", signature="old")] == ["a"]
