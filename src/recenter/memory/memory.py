"""`Memory`: in the shape that people know from mem0, and with evidence, restraint and receipts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, cast, get_args

import msgspec

from recenter.errors import InputError
from recenter.importers.fields import iso_utc
from recenter.memory import corrections, ledger
from recenter.memory.config import MemoryConfig, config_of
from recenter.memory.context import Context
from recenter.memory.engine import Engine
from recenter.memory.envelope import changed, history, shown
from recenter.memory.forget import planned
from recenter.memory.messages import checked
from recenter.memory.people import People
from recenter.memory.records import Destination, Memorised, Note
from recenter.memory.searching import searched
from recenter.memory.verbatim import put_verbatim


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
        People.__init__(other, self._engine, name)
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
        person = self.person(_given(user_id))
        return self._engine.context(
            checked(messages) if isinstance(messages, str | Mapping) else _same(messages),
            person,
            tokens=tokens,
            incognito=incognito,
            application=self._application,
            destination=_where(destination),
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

        What waits is in the store and survives a restart. `status` tells what failed.
        """
        if not incognito:
            person = self.person(_given(user_id))
            self._engine.learn_later(
                checked(messages),
                person,
                key=conversation_id,
                application=self._application,
            )

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
        name = _user(user_id, filters)
        now = self._engine.clock()
        note = Note(
            created=now,
            updated=now,
            expires=_expires(expiration_date),
            metadata=_metadata(metadata or {}),
            agent=agent_id,
            run=run_id,
        )
        person = self.person(name)
        given = checked(messages)
        application = self._application
        if not infer:
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
        name = _given(user_id)
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
        name = _user(user_id, filters)
        found, nothing = searched(
            self._engine,
            self.person(name),
            query,
            most=limit if top_k is None else top_k,
            threshold=threshold,
            wanted=_wanted(filters, agent_id=agent_id, run_id=run_id),
        )
        results = [
            shown(memory, name, score=score)
            | ({"decision": decision, "explanation": reason} if explain else {})
            for memory, score, decision, reason in found
        ]
        return {"results": results, "reason": None if results else nothing}

    def get(self, memory_id: str) -> dict[str, Any] | None:
        """Return a memory; None where there is none."""
        memory = self._find(memory_id)
        return None if memory is None else shown(memory, None)

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
        name = _user(user_id, filters)
        wanted = _wanted(filters, agent_id=agent_id, run_id=run_id)
        memories = [m for m in self.memories(name) if wanted(m)]
        results = [shown(memory, name) for memory in memories]
        chosen = [
            r
            for r in results
            if r["status"] == status or (not status and r["status"] != "rejected")
        ]
        most = limit if top_k is None else top_k
        if most is not None and most < 0:
            raise InputError(f"must be 0 or more, got {most}.", field="top_k")
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
        words = data if text is None else text
        if words is None and metadata is None:
            raise InputError("there is nothing to change.", field="data", cure="Give new words.")
        if metadata is not None:
            note = msgspec.structs.replace(memory.note, metadata=_metadata(metadata))
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
        done = self.forget_some(memory.attribute.person, [memory_id], conversations=conversations)
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
        name = _user(user_id, filters)
        person = self.person(name)
        wanted = _wanted(filters, agent_id=agent_id, run_id=run_id)
        # Also those that others took the place of: their words are kept for their history.
        past = ledger.profile(self._engine.store.database, person, retired=True)
        ids = [m.attribute.id for m in (*self.memories(name), *past) if wanted(m)]
        if dry_run:
            would = planned(self._engine.store, person, ids)
            return {"message": "Nothing was deleted.", "would_delete": list(would)}
        done = self.forget_some(person, ids, conversations=conversations)
        return {"message": "Memories deleted successfully!", "deleted": msgspec.to_builtins(done)}

    def history(self, memory_id: str) -> list[dict[str, Any]]:
        """Return what became of a memory, first to last; nothing of one that was forgotten."""
        return history(memory_id, ledger.events(self._engine.store.database, memory_id))

    def _find(self, memory_id: str) -> Memorised | None:
        attribute = self._engine.store.attribute(memory_id)
        return None if attribute is None else ledger.one(self._engine.store.database, attribute)

    def _need(self, memory_id: str) -> Memorised:
        memory = self._find(memory_id)
        if memory is None:
            raise InputError(f"there is no memory {memory_id!r}.", field="memory_id")
        return memory


def _same(messages: Any) -> Any:
    """Return messages as they are, once their shape was looked at: what goes on is the object."""
    checked(messages)
    return messages


def _where(destination: Any) -> Destination | None:
    if destination not in (None, *get_args(Destination)):
        raise InputError(
            f"expected {' or '.join(get_args(Destination))}, got {destination!r}.",
            field="destination",
        )
    return cast("Destination | None", destination)


def _given(user_id: Any) -> str:
    if user_id is not None and not isinstance(user_id, str):
        raise InputError(
            f"it must be said in text whose memory this is, got {type(user_id).__name__}.",
            field="user_id",
            cure="Give user_id=str(...) of the id that the application has.",
        )
    if user_id is None or not user_id.strip():
        raise InputError(
            "it must be said whose memory this is.",
            field="user_id",
            cure='Give user_id="...", or filters={"user_id": "..."}.',
        )
    return user_id


def _user(user_id: str | None, filters: Mapping[str, Any] | None) -> str:
    return _given(user_id if user_id is not None else (filters or {}).get("user_id"))


def _wanted(filters: Mapping[str, Any] | None, **named: str | None) -> Callable[[Memorised], bool]:
    """Return whether a memory has the agent, run and metadata that were asked for.

    Raises:
        InputError: a filter is an expression; only equality is known.
    """
    asked = {**(filters or {}), **{name: value for name, value in named.items() if value}}
    asked.pop("user_id", None)
    for name, value in asked.items():
        if name in ("AND", "OR", "NOT") or isinstance(value, Mapping | list):
            raise InputError(
                "a filter compares a name with one value.",
                field=f"filters.{name}",
                cure='Write {"user_id": "ada", "run_id": "7"}.',
            )

    def wanted(memory: Memorised) -> bool:
        held = {"agent_id": memory.note.agent, "run_id": memory.note.run, **memory.note.metadata}
        return all(held.get(name) == value for name, value in asked.items())

    return wanted


def _metadata(given: Any) -> dict[str, Any]:
    """Return metadata as the store gives it back.

    Raises:
        InputError: JSON cannot hold it.
    """
    try:
        made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(given), type=dict[str, Any])
    except (TypeError, ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise InputError(
            f"metadata is a dict that JSON can hold: {error}.", field="metadata"
        ) from error
    return made


def _expires(given: Any) -> float | None:
    at = iso_utc(given, field="expiration_date")
    if at is None:
        return None
    return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(UTC).timestamp()
