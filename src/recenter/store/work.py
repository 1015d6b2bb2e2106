"""A durable queue that is also the ledger of what was done, shared by several processes.

A task is claimed for a while, done, and marked. What a worker stores comes before the mark, so a
killed worker's task is done again by another: at least once, and since putting a record twice
changes nothing, that is as good as once.
"""

from __future__ import annotations

import functools
import itertools
import os
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from recenter.provenance import make_id
from recenter.store.database import Database, Transaction, Value, clean
from recenter.store.reports import Outcome, PutReport
from recenter.store.writing import hold_people

_ERROR_CHARACTERS = 500
_AT_ONCE = 500
_HERE = socket.gethostname()


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done in a stage, such as extracting from one person's conversations."""

    item: str
    """Id of what is worked on."""
    content: str
    """Digest of everything the result depends on: when it changes, the item is done again."""
    person: str | None = None


class Task(Item, frozen=True, kw_only=True):
    """An item in the hands of one worker."""

    id: str
    owner: str
    attempts: int
    """How often it has been claimed, this time included."""


class FailedTask(msgspec.Struct, frozen=True, kw_only=True):
    """An item that nobody will try again unless told to."""

    person: str | None
    item: str
    attempts: int
    error: str


class Work:
    """The work of all stages. `signature` is the digest of what does it: another model, another
    ledger.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(self, stage: str, items: Iterable[Item], *, signature: str) -> PutReport:
        """Put items on the list. Those done with the same content stay done."""
        adding = functools.partial(put_items, stage=stage, signature=signature)
        total: Counter[str] = Counter()
        rest = iter(items)
        while batch := list(itertools.islice(rest, _AT_ONCE)):
            total += self._database.transact(functools.partial(adding, items=batch))
        return PutReport(**total)

    def claim(
        self,
        stage: str,
        *,
        signature: str,
        size: int = 1,
        lease: float = 600.0,
        attempts: int = 3,
        items: Sequence[str] | None = None,
    ) -> list[Task]:
        """Take up to `size` open tasks for `lease` seconds; none means that nothing is open.

        With `items`, only tasks on these are taken, whatever else is open.
        A task that was given back, or whose lease ran out, is given away again, unless it was
        claimed `attempts` times already: then it has failed.
        """
        owner = f"{_HERE}:{os.getpid()}:{secrets.token_hex(4)}"
        now = self._clock()

        def work(transaction: Transaction) -> list[Task]:
            place: dict[str, Value] = {"stage": stage, "signature": signature}
            transaction.run("work_expire", now=now, **place)
            transaction.run("work_give_up", attempts=attempts, **place)
            values = place | {"owner": owner, "until": now + lease, "size": size}
            rows = (
                transaction.rows("work_claim", **values)
                if items is None
                else transaction.rows("work_claim_among", items=list(items), **values)
            )
            return [
                Task(id=id, person=person, item=item, content=content, owner=owner, attempts=tried)
                for id, person, item, content, tried in sorted(rows, key=lambda row: str(row[0]))
            ]

        return self._database.transact(work)

    def renew(self, task: Task, *, lease: float = 600.0) -> bool:
        """Keep a task for longer; False where it was lost to another worker meanwhile."""
        until = self._clock() + lease
        return self._changed("work_renew", id=task.id, owner=task.owner, until=until)

    @contextmanager
    def held(self, task: Task, *, lease: float = 600.0) -> Iterator[None]:
        """Keep a task for as long as the block runs, however long that is."""
        over = threading.Event()

        def keep() -> None:
            while not over.wait(lease / 3):
                self.renew(task, lease=lease)

        keeper = threading.Thread(target=keep, daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()

    def release_dead(self, stage: str, *, signature: str) -> int:
        """Put back what processes of this machine held when they were killed; return how much.

        Without this, their tasks would wait for the end of their lease.
        """

        def work(transaction: Transaction) -> int:
            place: dict[str, Value] = {"stage": stage, "signature": signature}
            owners = [str(owner) for (owner,) in transaction.rows("work_owners", **place)]
            return sum(
                transaction.run("work_release", owner=owner, **place)
                for owner in owners
                if _is_dead(owner)
            )

        return self._database.transact(work)

    def displace(self, task: Task, *, stage: str, signature: str) -> int:
        """Drop what other signatures did with the item of a task, whose results took the place
        of theirs: they would have to do it again.
        """
        return self._database.transact(
            lambda t: t.run("work_displace", stage=stage, signature=signature, item=task.item)
        )

    def done(self, task: Task) -> bool:
        """Mark a task done, once or again; False where its content changed or it was forgotten."""
        return self._changed("work_done", id=task.id, content=task.content)

    def fail(self, task: Task, error: str, *, retry: bool = False) -> bool:
        """Give a task back with the reason: for another try, or as failed."""
        return self._changed(
            "work_failed",
            id=task.id,
            content=task.content,
            owner=task.owner,
            state="open" if retry else "failed",
            error=error[:_ERROR_CHARACTERS],
        )

    def reopen(self, stage: str, *, signature: str) -> int:
        """Give what has failed, or was given back, fresh tries; return how much that is."""
        return self._database.transact(
            lambda t: t.run("work_reopen", stage=stage, signature=signature)
        )

    def states(self, stage: str, *, signature: str) -> Mapping[str, int]:
        """Return how many tasks are open, claimed, done and failed."""
        rows = self._database.rows("work_states", stage=stage, signature=signature)
        return {"open": 0, "claimed": 0, "done": 0, "failed": 0} | {
            state: int(count) for state, count in rows
        }

    def failed(self, stage: str, *, signature: str, size: int = 100) -> list[FailedTask]:
        """Return up to `size` tasks that failed, with the last error of each."""
        rows = self._database.rows("work_errors", stage=stage, signature=signature, size=size)
        return [
            FailedTask(person=person, item=item, attempts=attempts, error=error)
            for person, item, attempts, error in rows
        ]

    def _changed(self, query: str, /, **values: Value) -> bool:
        return self._database.transact(lambda t: t.run(query, **values)) > 0


def put_items(
    transaction: Transaction, *, stage: str, signature: str, items: Sequence[Item]
) -> Counter[str]:
    """Put items on the list within a transaction: see `Work.add`."""
    rows: dict[str, dict[str, Value]] = {}
    for one in items:
        id = make_id("wrk", stage, signature, one.person, one.item)
        rows[id] = {
            "id": id,
            "stage": stage,
            "signature": signature,
            "person": None if one.person is None else clean(one.person),
            "item": one.item,
            "content": one.content,
        }
    refused = hold_people(transaction, (one.person for one in items if one.person))
    known = dict(transaction.pairs("work_contents", ids=list(rows)))
    outcomes = {id: _outcome(row, known.get(id), refused) for id, row in rows.items()}
    changes = [rows[id] for id in sorted(rows) if outcomes[id] in ("new", "changed")]
    transaction.many("work_put", changes)
    return Counter(outcomes.values())


def _outcome(row: dict[str, Value], known: str | None, refused: set[str]) -> Outcome:
    if row["person"] in refused:
        return "refused"
    if known is None:
        return "new"
    return "same" if known == row["content"] else "changed"


def _is_dead(owner: str) -> bool:
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    # Elsewhere than on POSIX, asking after a process by signal 0 would end it.
    if host != _HERE or os.name != "posix":
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
