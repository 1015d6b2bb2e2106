"""What stands behind `Memory`: stores, models and threads of one process, opened when needed."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import msgspec

from recenter.config import Settings, pseudonym_key
from recenter.forking import begins_anew
from recenter.importers.pseudonym import person_id, pseudonym
from recenter.memory import ledger
from recenter.memory.apart import Apart
from recenter.memory.config import MemoryConfig, Parts
from recenter.memory.context import Context
from recenter.memory.decide import Decided, Decider, decide, without
from recenter.memory.inhand import InHand
from recenter.memory.learn import Learner, learn, rehearse
from recenter.memory.learned import Learned, Nothing
from recenter.memory.messages import Messages, last_of_user, text_of, turns_of
from recenter.memory.queue import Stored, Worker, pass_over, put_turns, take_back
from recenter.memory.recorder import Recorder
from recenter.memory.records import Destination, Note, Outcome
from recenter.memory.traces import Hasher
from recenter.memory.vectors import Vectors
from recenter.records import LIVE, Conversation, Turn, conversation_id
from recenter.stages.respond import without_blocks
from recenter.store import Store, open_store

PATIENCE = 0.5
"""Seconds that an answer waits for a decision before it goes on without memory."""

_DECIDING, _WAITING = 4, 64
_GIVING_WAY = 0.25
_LEARNED_ROLES = ("user", "assistant")


class Engine:
    """Threads share one. Deciding, storing and learning each have a connection of their own, so
    that an answer never waits for a conversation to be learned.
    """

    def __init__(
        self, config: MemoryConfig, *, clock: Callable[[], float] = time.time, later: bool = True
    ) -> None:
        """Open nothing yet. Without `later`, what is put on the list waits for another process."""
        self.config = config
        self.settings: Settings = config.settings()
        self.clock = clock
        self.recorder = Recorder()
        self._parts = Parts(config, self.settings)
        self._later = later
        self._apart = False
        self.begin()
        begins_anew(self)
        self.trouble: str | None = None
        """What last went wrong while learning or deciding, without anybody's words."""

    def begin(self) -> None:
        """Have no threads yet that decide, or that read a message for one that does."""
        self._lock = threading.RLock()
        self._deciding = ThreadPoolExecutor(_DECIDING, "recenter-decider")
        self._reading = ThreadPoolExecutor(_DECIDING, "recenter-reader")
        self._free = threading.BoundedSemaphore(_WAITING)
        self._in_hand = InHand()

    @functools.cached_property
    def key(self) -> bytes:
        """The secret of pseudonyms and traces."""
        return pseudonym_key(self.settings)

    @functools.cached_property
    def store(self) -> Store:
        """The store, for everything but decisions."""
        with self._lock:
            return self.__dict__.get("store") or open_store(self.settings.store_url)

    @functools.cached_property
    def reading(self) -> Store:
        """The store, for reads that an answer waits for: nothing is written through it."""
        with self._lock:
            return self.__dict__.get("reading") or open_store(self.settings.store_url)

    @functools.cached_property
    def decider(self) -> Decider:
        """Who decides."""
        with self._lock:
            embedder = Vectors(self._parts.embedder())
            return Decider(self._parts.selector(embedder), embedder, cap=self.config.cap)

    @functools.cached_property
    def learner(self) -> Learner:
        """Who learns."""
        with self._lock:
            embedder = self.decider.embedder.waiting(self._give_way)
            return Learner(
                self._parts.extractor(embedder),
                embedder,
                self._parts.verifier(embedder),
                self.key,
            )

    def person(self, user_id: str, application: str) -> str:
        """Return the pseudonym of a person of an application; the empty one is that of the
        command line's `--person`.
        """
        source = f"application:{application}" if application else ""
        return person_id(self.key, user_id, source=source)

    # Deciding

    def context(
        self,
        messages: Messages,
        person: str,
        *,
        tokens: int | None = None,
        incognito: bool = False,
        application: str = "",
        destination: Destination | None = None,
    ) -> Context:
        """Decide what an answer to these messages uses, and keep the receipt."""
        decided = self._decide(
            messages,
            person,
            tokens=tokens,
            incognito=incognito,
            application=application,
            destination=destination,
        )
        return self._made(decided, messages)

    def safe_context(
        self,
        messages: Messages,
        person: str,
        *,
        patience: float = PATIENCE,
        kept: bool = True,
        **more: Any,
    ) -> Context:
        """As `context`, and where that fails or takes too long, the messages as they are.

        Unless it is `kept`, there is no receipt: what is sent is only counted.
        """
        try:
            waiting = self._submit(messages, person, more)
            return self._made(waiting.result(patience), messages, kept=kept)
        # No fault of memory, whatever it is, may cost somebody their answer.
        except Exception as error:  # noqa: BLE001
            return self._given_up(error, messages, person, more)

    async def context_in_time(
        self,
        messages: Messages,
        person: str,
        *,
        patience: float = PATIENCE,
        kept: bool = True,
        **more: Any,
    ) -> Context:
        """As `safe_context`, without holding up an event loop."""
        try:
            waiting = asyncio.wrap_future(self._submit(messages, person, more))
            return self._made(await asyncio.wait_for(waiting, patience), messages, kept=kept)
        except Exception as error:  # noqa: BLE001 - as in `safe_context`
            return self._given_up(error, messages, person, more)

    def glanced(
        self, messages: Messages, person: str, *, incognito: bool = False, application: str = ""
    ) -> Context | None:
        """Return the decision where one short read of the store shows that nothing is used; None
        where it has to be made. Never raises: whoever decides then meets the same.
        """
        outcome: Outcome | None = "incognito" if incognito else None
        if outcome is None and last_of_user(messages) is None:
            outcome = "unknown"
        try:
            if outcome is None:
                chosen, known = ledger.glance(self.reading.database, person)
                closed = chosen.closed(self.config.destination)
                outcome = "paused" if chosen.paused else None if known or closed else "unknown"
        except Exception:  # noqa: BLE001 - as in `safe_context`
            return None
        if outcome is None:
            return None
        made = without(outcome, person, now=self.clock(), application=application)
        return Context(made, messages)

    def warm(self) -> None:
        """Begin to load the models, so that the first answer need not wait for them."""
        self._deciding.submit(lambda: self.decider.embedder.embed(["warm"]))

    def _submit(self, messages: Messages, person: str, more: Mapping[str, Any]) -> Future[Decided]:
        # While the database is away, answers do not queue up behind decisions that wait for it.
        if not self._free.acquire(blocking=False):
            raise TimeoutError
        asked: dict[str, Any] = {
            "tokens": None,
            "incognito": False,
            "application": "",
            "destination": None,
            **more,
        }
        self._in_hand.begin()
        waiting = self._deciding.submit(self._decide, messages, person, **asked)
        waiting.add_done_callback(lambda _: self._ended())
        return waiting

    def _ended(self) -> None:
        self._free.release()
        self._in_hand.end()

    def _give_way(self) -> None:
        """Learning has time: answers that are being decided come first, for a while."""
        self._in_hand.wait(_GIVING_WAY)

    def _made(self, decided: Decided, messages: Messages, *, kept: bool = True) -> Context:
        # Kept here and not where it was decided: of what came too late there is no receipt.
        if kept:
            self._keep(decided)
        return Context(decided, messages)

    def _given_up(
        self, error: Exception, messages: Messages, person: str, more: Mapping[str, Any]
    ) -> Context:
        self.trouble = f"a decision was given up: {type(error).__name__}"
        application = more.get("application", "")
        made = without("unavailable", person, now=self.clock(), application=application)
        return Context(made, messages)

    def _decide(
        self,
        messages: Messages,
        person: str,
        *,
        tokens: int | None,
        incognito: bool,
        application: str,
        destination: Destination | None,
    ) -> Decided:
        now = self.clock()
        if incognito:
            return without("incognito", person, now=now, application=application)
        place = last_of_user(messages)
        if place is None:
            return without("unknown", person, now=now, application=application)
        return decide(
            self.reading,
            self.decider,
            person,
            text_of(messages[place]),
            now=now,
            before=turns_of(messages[:place]),
            tokens=tokens,
            application=application,
            destination=destination or self.config.destination,
            beside=self._reading,
        )

    def _keep(self, decided: Decided) -> None:
        if decided.answered.outcome in ("incognito", "unknown", "unavailable", "paused"):
            return  # There is nothing to show or to correct.

        def job() -> None:
            if decided.query is not None:
                self.store.put_query(decided.query)
            ledger.put_receipts(self.store.database, [decided.answered])
            if decided.unkept:
                self.decider.embedder.keep(self.store, decided.answered.person, decided.unkept)

        self.recorder.put(job)

    # Learning

    def learn_now(
        self,
        messages: Messages,
        person: str,
        *,
        note: Note,
        key: str | None = None,
        application: str = "",
    ) -> Learned:
        """Learn from messages before returning; nothing of a person who is paused.

        Where that fails, nothing is kept: the same messages can be given again.
        """
        if ledger.enrol(self.store.database, person, application).paused:
            return Learned(nothing="paused")
        stored = self._put(messages, person, key, later=False)
        if stored is None:
            return Learned(nothing=self.nothing_of(messages))
        if not stored.has_grown:
            return Learned(nothing="known")
        try:
            return learn(self.store, self.learner, stored.conversation, now=note.updated, note=note)
        except BaseException:
            take_back(self.store, stored)
            raise

    def rehearse(self, messages: Messages, person: str) -> Learned:
        """Return what would be learned from messages; nothing is stored."""
        turns = self._turns(messages)
        if not any(turn.role == "user" for turn in turns) or self.store.is_forgotten(person):
            return Learned(nothing=self.nothing_of(messages))
        id = conversation_id(person, LIVE, "rehearsal")
        made = Conversation(id=id, person=person, turns=turns, source=LIVE)
        return rehearse(self.store, self.learner, made)

    def put_conversation(
        self, messages: Messages, person: str, *, key: str | None = None, again: bool = False
    ) -> Conversation | None:
        """Store what was said, with `again` also what was forgotten, and return the conversation as
        far as that; None where the person said nothing, or was forgotten.
        """
        stored = self._put(messages, person, key, later=False, again=again)
        if stored is None:
            return None
        turns = stored.conversation.turns[: len(self._turns(messages))]
        return msgspec.structs.replace(stored.conversation, turns=turns)

    def nothing_of(self, messages: Messages) -> Nothing:
        """Return why messages are not stored at all: the person says nothing in them, or else was
        forgotten.
        """
        spoke = any(turn.role == "user" for turn in self._turns(messages))
        return "forgotten" if spoke else "no_words"

    def learn_later(
        self, messages: Messages, person: str, *, key: str | None = None, application: str = ""
    ) -> None:
        """Have messages learned from by the queue; never raises, and never waits for a model."""

        def job() -> None:
            if ledger.enrol(self.store.database, person, application).paused:
                self._pass_over(messages, person, key)
                return
            stored = self._put(messages, person, key, later=True)
            if stored is not None and stored.has_grown and self._later:
                self.worker.wake()

        self.recorder.put(job)

    def pass_over_later(self, messages: Messages, person: str, *, key: str | None = None) -> None:
        """Have what was said while memory was paused not learned from when it is sent again."""
        self.recorder.put(lambda: self._pass_over(messages, person, key))

    def _pass_over(self, messages: Messages, person: str, key: str | None) -> None:
        turns = self._turns(messages)
        part = self._part(turns, person, key)
        if part is not None:
            pass_over(self.store, person, turns, key=part, hasher=Hasher(self.key, person))

    def learn_apart(self) -> None:
        """Have what waits learned by a process of its own; before the first is learned."""
        self._apart = True

    @functools.cached_property
    def worker(self) -> Worker | Apart:
        """The thread or process that learns; started by the first thing it is told of."""

        def told(what: str) -> None:
            self.trouble = what

        with self._lock:
            return self.__dict__.get("worker") or (
                Apart(self.config, lambda: self.store, failed=told)
                if self._apart
                else Worker(
                    lambda: open_store(self.settings.store_url),
                    lambda _: self.learner,
                    clock=self.clock,
                    failed=told,
                )
            )

    def _put(
        self,
        messages: Messages,
        person: str,
        key: str | None,
        *,
        later: bool,
        again: bool = False,
    ) -> Stored | None:
        turns = self._turns(messages)
        part = self._part(turns, person, key)
        if part is None:
            return None
        hasher, at = None if again else Hasher(self.key, person), self._at()
        return put_turns(self.store, person, turns, key=part, hasher=hasher, at=at, later=later)

    def _part(self, turns: Sequence[Turn], person: str, key: str | None) -> str | None:
        """Return the key of a conversation; None where the person says nothing in it."""
        first = next((turn.text for turn in turns if turn.role == "user"), None)
        if first is None:
            return None
        # Keyed, so that nobody can try out which words a forgotten conversation began with.
        begins = ("begins", first) if key is None else ("named", key)
        return pseudonym(self.key, "live", person, *begins)

    def _turns(self, messages: Messages) -> tuple[Turn, ...]:
        return _own(turns_of(messages, at=self._at()))

    def _at(self) -> str:
        return datetime.fromtimestamp(self.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def wait(self, seconds: float) -> bool:
        """Wait until what was put on the list is learned; False where it was not in time."""
        self.recorder.flush()
        return self.worker.wait(seconds)

    def close(self) -> None:
        """Finish the conversation in hand, keep what waits, close the connections."""
        self.recorder.close()
        if "worker" in self.__dict__:
            self.worker.stop()
        self._deciding.shutdown(wait=False, cancel_futures=True)
        self._reading.shutdown(wait=False)  # Who decides still waits for what it began.
        for name in ("store", "reading"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()


def _own(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Return what the person and the assistant said. System prompts, answers of tools and blocks
    of memory are not theirs: they are not even stored.
    """
    kept = (turn for turn in turns if turn.role in _LEARNED_ROLES)
    cleared = (Turn(role=t.role, text=without_blocks(t.text), at=t.at) for t in kept)
    return tuple(turn for turn in cleared if turn.text.strip())
