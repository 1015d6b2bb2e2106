"""`RecenterStore`: LangGraph's store over the memory of people."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Iterable
from typing import Any

import msgspec
from langgraph.store.base import (
    BaseStore,
    GetOp,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
    TTLConfig,
    validate_op_namespace,
)

from recenter.errors import InputError
from recenter.integrations.langgraph.items import (
    Place,
    address_of,
    item_of,
    lies_in,
    matches,
    metadata_of,
    place_of,
    statement_of,
    ttl_of,
    value_of,
)
from recenter.memory import Memory
from recenter.memory.one_person import OnePerson
from recenter.memory.records import Memorised

AGENT = "langgraph"
"""Noted with what a graph puts, so that the person sees where it comes from."""

_MINUTE = 60.0


class RecenterStore(BaseStore):
    """A store whose namespaces begin with an application and the id of a person of it.

    Values hold a statement about the person (`content`, `text` or `memory`); what else they hold
    is kept with it. What the person's memory has learned otherwise is found too. Nothing is read
    or listed across people.
    """

    supports_ttl = True

    def __init__(self, memory: Memory, *, ttl: TTLConfig | None = None) -> None:
        """Use a memory, which the caller closes. Its own application does not matter here."""
        self._memory = memory
        self._putting = threading.Lock()
        self.ttl_config = ttl

    def person_of(self, namespace: tuple[str, ...]) -> OnePerson:
        """Return the memory of the person whom a namespace names.

        Raises:
            InputError: it names no single person.
        """
        place = place_of(namespace)
        theirs = self._memory.of_application(place.application)
        return OnePerson(theirs.engine, theirs.person(place.user_id), place.application)

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do operations one after the other and return their results.

        Raises:
            InputError: a namespace names no single person, or a value no statement.
            InvalidNamespaceError: a label is empty or holds a period.
        """
        return [self._one(op) for op in ops]

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Do operations in a thread: see `batch`."""
        return await asyncio.to_thread(self.batch, list(ops))

    def _one(self, op: Op) -> Result:
        validate_op_namespace(op)
        if isinstance(op, GetOp):
            return self._get(op)
        if isinstance(op, SearchOp):
            return self._search(op)
        if isinstance(op, PutOp):
            self._put(op)
            return None
        if isinstance(op, ListNamespacesOp):
            return self._list(op)
        raise InputError(f"{type(op).__name__} is no operation of a store.", field="ops")

    def _get(self, op: GetOp) -> Item | None:
        place, person = place_of(op.namespace), self.person_of(op.namespace)
        held = _held(person.usable(), place, op.key)
        if not held:
            return None
        if op.refresh_ttl:
            _refresh(person, held[:1])
        found = item_of(held[0], place)
        return Item(**{name: getattr(found, name) for name in Item.__slots__})

    def _search(self, op: SearchOp) -> list[SearchItem]:
        place, person = place_of(op.namespace_prefix), self.person_of(op.namespace_prefix)
        depth = len(place.path)

        def wanted(memory: Memorised) -> bool:
            inside = address_of(memory)[0][:depth] == place.path
            return inside and matches(value_of(memory), op.filter or {})

        if op.query and op.query.strip():
            found = [(hit.memory, hit.score) for hit in person.ranked(op.query, wanted)]
        else:
            found = [(memory, None) for memory in person.usable() if wanted(memory)]
        chosen = found[op.offset : op.offset + op.limit]
        if op.refresh_ttl:
            _refresh(person, [memory for memory, _ in chosen])
        return [item_of(memory, place, score=score) for memory, score in chosen]

    def _put(self, op: PutOp) -> None:
        place, person = place_of(op.namespace), self.person_of(op.namespace)
        with self._putting:  # Two that put the same key in one process make one memory.
            held = _held(person.memories(), place, op.key)
            if op.value is None:
                person.forget_some([memory.attribute.id for memory in held])
            elif not person.choices().paused:
                _keep(person, place, op, held[0] if held else None)

    def _list(self, op: ListNamespacesOp) -> list[tuple[str, ...]]:
        conditions = op.match_conditions or ()
        place = _only_person(conditions)
        person = self.person_of(place.namespace)
        known = {item_of(memory, place).namespace for memory in person.usable()}
        chosen = {n[: op.max_depth] for n in known if all(lies_in(n, c) for c in conditions)}
        return sorted(chosen)[op.offset : op.offset + op.limit]


def _held(memories: Iterable[Memorised], place: Place, key: str) -> list[Memorised]:
    return [memory for memory in memories if address_of(memory) == (place.path, key)]


def _keep(person: OnePerson, place: Place, op: PutOp, held: Memorised | None) -> None:
    value: Any = op.value
    statement = statement_of(value)
    now = person.engine.clock()
    expires = None if op.ttl is None else now + op.ttl * _MINUTE
    metadata = metadata_of(place, op.key, value, statement, op.ttl)
    if held is None:
        person.keep(
            statement.text,
            agent=AGENT,
            metadata=metadata,
            expires=expires,
            # The same words under another key, or again after they were deleted, are another item.
            key=f"{AGENT} {uuid.uuid4().hex}",
        )
        return
    note = msgspec.structs.replace(held.note, updated=now, expires=expires, metadata=metadata)
    if " ".join(statement.text.split()) == held.attribute.text:
        person.annotate(held.attribute, note)
    else:
        person.correct(msgspec.structs.replace(held, note=note), statement.text)


def _refresh(person: OnePerson, memories: Iterable[Memorised]) -> None:
    for memory in memories:
        ttl = ttl_of(memory)
        if ttl is not None:
            expires = person.engine.clock() + ttl * _MINUTE
            note = msgspec.structs.replace(memory.note, expires=expires)
            person.annotate(memory.attribute, note)


def _only_person(conditions: Iterable[MatchCondition]) -> Place:
    """Return the person to whom conditions confine a listing.

    Raises:
        InputError: to none; whose ids were used is not kept, so that nobody can list them.
    """
    for condition in conditions:
        if condition.match_type == "prefix" and "*" not in condition.path[:2]:
            return place_of(condition.path)
    raise InputError(
        "namespaces are listed of one person only; people's ids are not kept.",
        field="prefix",
        cure="Give prefix=('shop', 'ada').",
    )
