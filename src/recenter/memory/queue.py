"""Conversations that wait to be learned from, in the store, so that a restart loses none."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence, Set
from typing import NamedTuple

import msgspec

from recenter.errors import RecenterError
from recenter.forking import begins_anew
from recenter.importers.pseudonym import pseudonym
from recenter.memory import ledger
from recenter.memory.learn import Learner, learn
from recenter.memory.learned import Learned
from recenter.memory.messages import agreeing
from recenter.memory.traces import Hasher
from recenter.records import LIVE, Conversation, Turn, conversation_id
from recenter.store import Store
from recenter.store.database import Transaction
from recenter.store.tables import CONVERSATIONS
from recenter.store.work import FailedTask, Item, Task, put_items
from recenter.store.writing import lock_person, put_batch

LEARN = "learn"
SIGNATURE = "memory"
"""One queue for every version of the learner: what waits is taken up by whoever comes next."""

MASK = "█"
"""Stands for each character of forgotten words in a conversation that is kept."""

_POLL, _LEASE, _LONGEST_PAUSE = 2.0, 60.0, 60.0
_ALL = 2**31 - 1

_log = logging.getLogger("recenter.memory")


class Stored(NamedTuple):
    """A conversation as it stands now, and how many of its turns were there before."""

    conversation: Conversation
    before: int

    @property
    def has_grown(self) -> bool:
        """Whether something was said that was not there before."""
        return len(self.conversation.turns) > self.before


def put_turns(
    store: Store,
    person: str,
    turns: Sequence[Turn],
    *,
    key: str,
    hasher: Hasher | None,
    at: str | None,
    later: bool,
) -> Stored | None:
    """Store what was said, as a new conversation or the next part of one, and with `later` put it
    on the list, in one transaction. What was all said before is returned as it stands; None where
    the person was forgotten.

    Args:
        store: where.
        person: who said it, with an assistant.
        turns: the whole conversation so far; of the person and the assistant only.
        key: of the conversation, keyed. Where the client has none it is that of its first words:
            conversations that begin with the same words of a person are one, as far as they agree.
        hasher: by which turns that held forgotten words are known, and masked; None masks none.
        at: when, ISO 8601 in UTC.
        later: whether the learner's queue is told.
    """

    def work(transaction: Transaction) -> Stored | None:
        # Before it is read: what is forgotten meanwhile must not be written back.
        if not lock_person(transaction, person):
            return None
        known = ledger.traces_of_turns(transaction, person)
        made = _continued(
            transaction,
            person,
            turns,
            key=key,
            at=at,
            masked=lambda t: _masked(t, known, hasher, key),
        )
        if not made.has_grown:
            return made
        conversation = made.conversation
        row = CONVERSATIONS.row(conversation)
        ((_, outcome),) = put_batch(transaction, table=CONVERSATIONS, rows=[row])
        if outcome not in ("new", "changed"):
            return None
        if later:
            item = Item(item=conversation.id, person=person, content=conversation.content)
            put_items(transaction, stage=LEARN, signature=SIGNATURE, items=[item])
        return made

    return store.database.transact(work)


def pass_over(
    store: Store, person: str, turns: Sequence[Turn], *, key: str, hasher: Hasher
) -> None:
    """Know the turns of a conversation again that were said while memory was paused, by traces
    alone: a client sends them once more with what is said later, and they are masked then.
    """
    left = {"turn": {hasher.turn(turn.text, within=key) for turn in turns}}

    def work(transaction: Transaction) -> None:
        if lock_person(transaction, person):
            ledger.put_traces(transaction, person, left)

    store.database.transact(work)


def take_back(store: Store, stored: Stored) -> None:
    """Remove the new turns of a conversation from which nothing could be learned, so that they are
    new when they are sent again; not where it has changed since.
    """
    conversation = stored.conversation

    def work(transaction: Transaction) -> None:
        lock_person(transaction, conversation.person)
        rows = transaction.rows("conversations_get", id=conversation.id)
        if not rows or CONVERSATIONS.record(rows[0][0]).turns != conversation.turns:
            return
        if stored.before:
            turns = conversation.turns[: stored.before]
            row = CONVERSATIONS.row(msgspec.structs.replace(conversation, turns=turns))
            transaction.run("conversations_put", **row)
        else:
            transaction.run("conversations_delete", id=conversation.id)

    store.database.transact(work)


def _continued(
    transaction: Transaction,
    person: str,
    turns: Sequence[Turn],
    *,
    key: str,
    at: str | None,
    masked: Callable[[Turn], Turn],
) -> Stored:
    while True:
        id = conversation_id(person, LIVE, key)
        rows = transaction.rows("conversations_get", id=id)
        if not rows:
            new = tuple(map(masked, turns))
            made = Conversation(id=id, person=person, turns=new, source=LIVE, at=at)
            return Stored(made, 0)
        stored = CONVERSATIONS.record(rows[0][0])
        same = agreeing(stored.turns, turns, MASK)
        if same == min(len(stored.turns), len(turns)):
            more = tuple(map(masked, turns[same:]))
            grown = msgspec.structs.replace(stored, turns=stored.turns + more)
            return Stored(grown, len(stored.turns))
        # One that takes another course is a conversation of its own, known by where it parts: so
        # it stays the same one while it grows.
        key = pseudonym(key.encode(), *(x for t in turns[: same + 1] for x in (t.role, t.text)))


def _masked(turn: Turn, known: Set[str], hasher: Hasher | None, key: str) -> Turn:
    if hasher is None or not known:
        return turn
    if known.isdisjoint((hasher.turn(turn.text), hasher.turn(turn.text, within=key))):
        return turn
    return msgspec.structs.replace(turn, text=MASK * len(turn.text))


class Worker:
    """Learns in a thread of its own, from a store of its own, until it is stopped.

    What fails is tried again, then kept as failed with its reason: see `failures`.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        learner: Callable[[Store], Learner],
        *,
        clock: Callable[[], float] = time.time,
        told: Callable[[Conversation, Learned], None] | None = None,
        failed: Callable[[str], None] | None = None,
        again: bool = False,
    ) -> None:
        """Begin nothing yet. With `again`, what was given up before is not tried anew: a process
        that learned has ended by itself, perhaps by one conversation.
        """
        self._again = again
        self._open, self._learner, self._clock = open_store, learner, clock
        self._told, self._failed = told, failed
        self.begin()
        begins_anew(self)

    def begin(self) -> None:
        """Have no thread yet."""
        self._wake, self._over = threading.Event(), threading.Event()
        self._idle = threading.Condition()
        self._busy = True
        self._thread = threading.Thread(target=self._run, name="recenter-learner", daemon=True)
        self._started = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin, once; what an earlier process left is taken up."""
        with self._lock:
            if not self._started:
                self._started = True
                self._thread.start()

    def wake(self) -> None:
        """Say that something was put on the list."""
        with self._idle:
            self._busy = True
        self._wake.set()
        self.start()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is open; False where something still is after `seconds`."""
        self.start()
        with self._idle:
            return self._idle.wait_for(lambda: not self._busy, seconds)

    def stop(self, seconds: float = 10.0) -> None:
        """End after the conversation in hand; what waits stays on the list."""
        self._over.set()
        self._wake.set()
        with self._lock:
            started, self._started = self._started, True
        if started:
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                with self._open() as store:
                    self._serve(store)
            except RecenterError as error:
                # The database is away; answers go on without memory, and this comes back.
                self._say(str(error))
                self._over.wait(_POLL)

    def _serve(self, store: Store) -> None:
        learner = self._learner(store)
        store.work.release_dead(LEARN, signature=SIGNATURE)
        if not self._again:
            store.work.reopen(LEARN, signature=SIGNATURE)
        pause = 0.0
        while not self._over.is_set():
            self._wake.clear()
            tasks = store.work.claim(LEARN, signature=SIGNATURE, lease=_LEASE)
            if not tasks:
                with self._idle:
                    if not self._wake.is_set():
                        self._busy = False
                        self._idle.notify_all()
                self._wake.wait(_POLL)
            for task in tasks:
                pause = 0.0 if self._one(store, learner, task) else max(_POLL, 2 * pause)
                self._over.wait(min(pause, _LONGEST_PAUSE))

    def _one(self, store: Store, learner: Learner, task: Task) -> bool:
        try:
            with store.work.held(task, lease=_LEASE):
                conversation = store.conversation(task.item)
                if conversation is not None:
                    made = learn(store, learner, conversation, now=self._clock())
                    if self._told is not None:
                        self._told(conversation, made)
            store.work.done(task)
        # One conversation that cannot be read, for whatever reason, must not end all learning.
        except Exception as error:  # noqa: BLE001
            # The class alone: a message of a model may quote what it was sent.
            store.work.fail(task, type(error).__name__, retry=True)
            self._say(f"a conversation could not be learned from: {type(error).__name__}")
            return False
        return True

    def _say(self, what: str) -> None:
        _log.warning("%s", what)
        if self._failed is not None:
            self._failed(what)


def failures(store: Store) -> list[FailedTask]:
    """Return the conversations that nobody learns from any more, and why."""
    # Of all applications: each is shown its own, however many others have.
    return store.work.failed(LEARN, signature=SIGNATURE, size=_ALL)
