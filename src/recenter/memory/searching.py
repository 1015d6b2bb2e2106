"""Search a person's memories: what should bear on an answer, or a ranking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from recenter.errors import InputError
from recenter.memory import ledger
from recenter.memory.corrected import Corrected, said_of
from recenter.memory.decide import is_usable
from recenter.memory.engine import Engine
from recenter.memory.records import Memorised
from recenter.provenance import make_id
from recenter.records import Query, Use
from recenter.stages.policy import Policy, select

Empty = Literal["paused", "closed", "unknown", "nothing"]
"""Why nothing is found: the person paused memory; closed the destination of the config; nothing
that may be used is known of them; or nothing of it is for this query."""


class Hit(NamedTuple):
    """A memory that was found."""

    memory: Memorised
    score: float | None
    decision: Use
    reason: str


class Searched(NamedTuple):
    """What a search gave."""

    hits: list[Hit]
    nothing: Empty = "nothing"
    """Why there are none, where there are none."""


def searched(
    engine: Engine,
    person: str,
    text: str,
    *,
    most: int | None,
    threshold: float | None,
    wanted: Callable[[Memorised], bool],
) -> Searched:
    """Return memories for a query, best first.

    Without a threshold, those that an answer would use; with one, all that score at least that,
    also those that the person's choices withhold: a search is not an answer. Nothing is found of
    somebody who is paused, or who closed the destination of the config.

    Raises:
        InputError: the query is empty.
    """
    if not isinstance(text, str) or not text.strip():
        raise InputError("a search needs words, got none.", field="query")
    database = engine.store.database
    chosen = ledger.choices(database, person)
    now = engine.clock()
    known = {
        m.attribute.id: m
        for m in ledger.profile(database, person)
        if is_usable(m, now) and wanted(m)
    }
    if chosen.paused:
        return Searched([], "paused")
    if chosen.closed(engine.config.destination):
        return Searched([], "closed")
    if not known:
        return Searched([], "unknown")
    query = Query(id=make_id("qry", person, text, []), person=person, prompt=text)
    decider = engine.decider
    attributes = [m.attribute for m in known.values()]
    policy = Policy(allowed=chosen.allowed_for(engine.config.destination))
    corrected = Corrected(decider.selector, said_of(engine.store, person), decider.embedder)
    made = select(
        query, attributes, corrected, policy=policy, cap=decider.cap, embedder=decider.embedder
    )
    hits = [Hit(known[d.attribute], d.score, d.decision, d.reason) for d in made.decisions]
    if threshold is None:
        return Searched([hit for hit in hits if hit.decision == "use"][:most])
    near = (hit for hit in hits if hit.score is None or hit.score >= threshold)
    return Searched(list(near)[:most])
