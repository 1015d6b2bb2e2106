"""`Memory`: in the shape that people know from mem0, and with evidence, restraint and receipts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

import msgspec

from recenter.errors import InputError
from recenter.memory import arguments, corrections, ledger
from recenter.memory.arguments import whose
from recenter.memory.config import MemoryConfig, config_of
from recenter.memory.context import Context
from recenter.memory.engine import Engine
from recenter.memory.envelope import changed, history, shown
from recenter.memory.forget import planned
from recenter.memory.messages import checked
from recenter.memory.people import People
from recenter.memory.queue import failures as given_up
from recenter.memory.records import Destination, Memorised, Note
from recenter.memory.retention import lapse
from recenter.memory.searching import searched
from recenter.memory.verbatim import put_verbatim
from recenter.store import open_store


class Memory(People):
    """Remembers people for one application. Threads may share it; close it at the end.

    Results are mem0's dicts: `{"results": [{"id", "memory", ...}]}`, with `evidence`, `source`,
    `confidence` and `status` beside what mem0 has.
    """

    def __init__(
        self,
        config: Mapping[str, Any] | MemoryConfig | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set up from a dict; with none, from Recenter's settings, on the models in the package.

        Raises:
            ConfigError: a name or value is not known.
        """
        made = config if isinstance(config, MemoryConfig) else config_of(config)
        super().__init__(Engine(made, clock=clock), made.application)

    @classmethod
    def from_config(cls, config_dict: Mapping[str, Any]) -> Memory:
        """Set up from a dict, as mem0's users write it."""
        return cls(config_dict)

    def of_application(self, name: str) -> Memory:
        """Return the memory of another application, on the same store, models and threads."""
        other = object.__new__(Memory)
        People.__init__(other, self._engine, arguments.text(name, field="application"))
        return other

    def __enter__(self) -> Memory:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the threads; what waits to be learned from stays in the store."""
        self._engine.close()

    # Answers

    def context(
        self,
        messages: Any,
        *,
        user_id: str,
        tokens: int | None = None,
        incognito: bool = False,
        destination: Destination | None = None,
    ) -> Context:
        """Decide which memories, usually none, an answer to these messages should use.

        Falsy where none is: then `to_openai()` gives back the very messages that came in.

        Args:
            messages: OpenAI's dicts, or a text.
            user_id: as the application calls the person.
            tokens: that the memories may take.
            incognito: use nothing, whatever is known.
            destination: "local" where the model that answers runs on a machine of one's own, else
                "cloud"; None as the config has it. The person may allow more where it is local.

        Raises:
            InputError: the messages are not of that shape, or the destination is neither.
            StoreError: the store cannot be read.
        """
        person = self.person(user_id)
        return self._engine.context(
            arguments.same(messages),
            person,
            tokens=arguments.count(tokens, field="tokens"),
            incognito=arguments.flag(incognito, field="incognito"),
            application=self._application,
            destination=arguments.destination(destination),
        )

    def learn(
        self,
        messages: Any,
        *,
        user_id: str,
        conversation_id: str | None = None,
        incognito: bool = False,
    ) -> None:
        """Have a conversation learned from in the background; never delays, never raises for it.

        What waits is in the store and survives a restart. `failures` tells what failed.
        """
        person, given = self.person(user_id), checked(messages)
        key = arguments.name(conversation_id, field="conversation_id")
        if not arguments.flag(incognito, field="incognito"):
            self._engine.learn_later(given, person, key=key, application=self._application)

    def failures(self) -> dict[str, Any]:
        """Return the conversations of this application that could not be learned from, and why."""
        store = self._engine.store
        results = [
            {"conversation": task.item, "attempts": task.attempts, "error": task.error}
            for task in given_up(store)
            if task.person is not None
            and ledger.choices(store.database, task.person).application == self._application
        ]
        return {"results": results}

    def lapse(self) -> dict[str, Any]:
        """Remove what has lapsed in the store, and overwrite the space that deletions freed.

        A server does it once an hour; a program without one calls it as often as it keeps its word.

        Raises:
            StoreError: the store cannot be read.
        """
        # A connection of its own: a long removal must not hold up those who ask.
        with open_store(self._engine.settings.store_url) as store:
            done = lapse(store, key=self._engine.key, now=self._engine.clock())
            return {"people": len(done), "erased": not store.is_unerased()}

    # mem0's verbs

    def add(
        self,
        messages: Any,
        *,
        user_id: str | None = None,
        agent_id: str | None = None,
        run_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        infer: bool = True,
        expiration_date: Any = None,
        filters: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Learn from messages and return what changed.

        With `infer=False`, each message of the person is kept as a memory, word for word. Where
        nothing changed, `reason` says why; `refused` counts what was not kept, by reason.

        Raises:
            InputError: nobody is named, or the messages are not of the shape of OpenAI's.
            ModelError: a model that was asked gave no usable answer; it is never `[]`.
        """
        name = arguments.user(user_id, filters)
        now = self._engine.clock()
        note = Note(
            created=now,
            updated=now,
            expires=arguments.expires(expiration_date),
            metadata=arguments.metadata(metadata or {}),
            agent=arguments.name(agent_id, field="agent_id"),
            run=arguments.name(run_id, field="run_id"),
        )
        person = self.person(name)
        given = checked(messages)
        application = self._application
        if not arguments.flag(infer, field="infer"):
            made = put_verbatim(self._engine, person, given, note=note, application=application)
        else:
            made = self._engine.learn_now(
                given, person, key=run_id, note=note, application=application
            )
        return changed(made, note, name)

    def rehearse(self, messages: Any, *, user_id: str) -> dict[str, Any]:
        """Return what `add` would learn from messages, and `not_kept`: the words that statements
        which would be refused rest on, each with the reason. Nothing is stored.

        Raises:
            InputError: nobody is named, or the messages are not of the shape of OpenAI's.
            ModelError: a model that was asked gave no usable answer.
        """
        name = whose(user_id)
        now = self._engine.clock()
        made = self._engine.rehearse(checked(messages), self.person(name))
        note = Note(created=now, updated=now)
        not_kept = [{"quotes": list(one.quotes), "reason": one.reason} for one in made.refused]
        return changed(made, note, name) | {"not_kept": not_kept}

    def search(  # noqa: PLR0913 - mem0's arguments
        self,
        query: str,
        *,
        user_id: str | None = None,
        agent_id: str | None = None,
        run_id: str | None = None,
        top_k: int | None = None,
        limit: int | None = None,
        filters: Mapping[str, Any] | None = None,
        threshold: float | None = None,
        explain: bool = False,
    ) -> dict[str, Any]:
        """Return the memories that should bear on an answer to the query, best first; often none.

        With a `threshold`, what scores at least that instead, as a search does: 0 ranks all. The
        score is the chance that people would let the memory change the answer. Where nothing is
        found, `reason` says why.
        """
        name = arguments.user(user_id, filters)
        found, nothing = searched(
            self._engine,
            self.person(name),
            arguments.text(query, field="query"),
            most=arguments.count(limit if top_k is None else top_k, field="top_k"),
            threshold=arguments.share(threshold, field="threshold"),
            wanted=arguments.wanted(filters, agent_id=agent_id, run_id=run_id),
        )
        explained = arguments.flag(explain, field="explain")
        results = [
            shown(memory, name, score=score)
            | ({"decision": decision, "explanation": reason} if explained else {})
            for memory, score, decision, reason in found
        ]
        return {"results": results, "reason": None if results else nothing}

    def get(self, memory_id: str, *, user_id: str | None = None) -> dict[str, Any] | None:
        """Return a memory; None where there is none.

        The store has pseudonyms alone: the result says whose it is only where `user_id` does, and
        then one of somebody else is None.
        """
        memory = self._find(memory_id)
        if memory is None or user_id is None:
            return None if memory is None else shown(memory, None)
        return shown(memory, user_id) if memory.attribute.person == self.person(user_id) else None

    def get_all(
        self,
        *,
        user_id: str | None = None,
        agent_id: str | None = None,
        run_id: str | None = None,
        filters: Mapping[str, Any] | None = None,
        top_k: int | None = None,
        limit: int | None = None,
        status: str | None = None,
    ) -> dict[str, Any]:
        """Return what is known of a person, used or proposed; `status` asks for one kind only."""
        name = arguments.user(user_id, filters)
        wanted = arguments.wanted(filters, agent_id=agent_id, run_id=run_id)
        asked = arguments.status(status)
        most = arguments.count(limit if top_k is None else top_k, field="top_k")
        results = [shown(memory, name) for memory in self.memories(name) if wanted(memory)]
        chosen = [
            r for r in results if r["status"] == asked or (not asked and r["status"] != "rejected")
        ]
        return {"results": chosen if most is None else chosen[:most]}

    def update(
        self,
        memory_id: str,
        data: str | None = None,
        *,
        text: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> dict[str, str]:
        """Put other words in the place of a memory's, under its id; the old ones go to its history.

        Other metadata alone vouches for nothing: what waits for the person goes on waiting.

        Raises:
            InputError: there is no such memory, the words cannot be one, or neither is given.
        """
        memory = self._need(memory_id)
        words = arguments.name(data if text is None else text, field="data")
        if words is None and metadata is None:
            raise InputError("there is nothing to change.", field="data", cure="Give new words.")
        if metadata is not None:
            note = msgspec.structs.replace(memory.note, metadata=arguments.metadata(metadata))
            memory = msgspec.structs.replace(memory, note=note)
        now = self._engine.clock()
        if words is None:
            corrections.noted(self._engine.store, memory, now=now)
        else:
            corrections.reworded(
                self._engine.store, memory, words, key=self._engine.key, now=now, by="application"
            )
        return {"message": "Memory updated successfully!"}

    def delete(self, memory_id: str, *, conversations: bool = False) -> dict[str, Any]:
        """Forget a memory and all that rests on its words, so that it is not learned again.

        Its words are masked in the conversations they were said in; with `conversations`, these
        go too. The result says what was removed.

        Raises:
            InputError: there is no such memory.
        """
        memory = self._need(memory_id)
        whole = arguments.flag(conversations, field="conversations")
        done = self.forget_some(memory.attribute.person, [memory_id], conversations=whole)
        return {"message": "Memory deleted successfully!", "deleted": msgspec.to_builtins(done)}

    def delete_all(
        self,
        *,
        user_id: str | None = None,
        agent_id: str | None = None,
        run_id: str | None = None,
        filters: Mapping[str, Any] | None = None,
        conversations: bool = False,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Forget all memories of one person; never of more than one.

        With `dry_run`, say which and change nothing. `forget` removes the person altogether.
        """
        name = arguments.user(user_id, filters)
        person = self.person(name)
        wanted = arguments.wanted(filters, agent_id=agent_id, run_id=run_id)
        # Also those that others took the place of: their words are kept for their history.
        past = ledger.profile(self._engine.store.database, person, retired=True)
        ids = [m.attribute.id for m in (*self.memories(name), *past) if wanted(m)]
        whole = arguments.flag(conversations, field="conversations")
        if arguments.flag(dry_run, field="dry_run"):
            would = planned(self._engine.store, person, ids)
            return {"message": "Nothing was deleted.", "would_delete": list(would)}
        done = self.forget_some(person, ids, conversations=whole)
        return {"message": "Memories deleted successfully!", "deleted": msgspec.to_builtins(done)}

    def history(self, memory_id: str) -> list[dict[str, Any]]:
        """Return what became of a memory, first to last; nothing of one that was forgotten."""
        id = arguments.text(memory_id, field="memory_id")
        return history(id, ledger.events(self._engine.store.database, id))

    def _find(self, memory_id: str) -> Memorised | None:
        attribute = self._engine.store.attribute(arguments.text(memory_id, field="memory_id"))
        return None if attribute is None else ledger.one(self._engine.store.database, attribute)

    def _need(self, memory_id: str) -> Memorised:
        memory = self._find(memory_id)
        if memory is None:
            raise InputError(f"there is no memory {memory_id!r}.", field="memory_id")
        return memory
