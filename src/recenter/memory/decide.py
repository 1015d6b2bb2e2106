"""What, usually nothing, of a person's memories goes into an answer, and the receipt of it."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import msgspec

from recenter.memory import ledger
from recenter.memory.corrected import Corrected, said_of
from recenter.memory.records import Answered, Destination, Memorised, Outcome
from recenter.memory.vectors import Vectors
from recenter.provenance import make_id
from recenter.records import Attribute, Query, Receipt, ReceiptLine, Selection, Turn, Use
from recenter.stages.policy import Policy, select
from recenter.stages.respond import memory_block, receipt_of
from recenter.stages.select import Selector, changed
from recenter.store import Store

_CHARACTERS_PER_TOKEN = 3
"""Cautious: English text has about four."""
_PROMPT = 200

_WHY: Mapping[Outcome, str] = {
    "paused": "Memory is paused by the person: nothing is used and nothing is learned.",
    "incognito": "This conversation is incognito: nothing is used and nothing is learned.",
    "unknown": "Nothing is known of the person.",
    "nothing": "The person lets memory be used by models on a machine of one's own only.",
    "unavailable": "Memory was not ready in time; the message was sent as it is.",
}


class Decided(NamedTuple):
    """A decision, with what it used, ready to be shown and kept."""

    answered: Answered
    query: Query | None
    used: tuple[Attribute, ...]
    unkept: tuple[str, ...] = ()
    """Texts of memories whose vectors the store does not have yet."""

    @property
    def block(self) -> str | None:
        """What goes in front of the message; None where nothing is used."""
        return memory_block(self.used) if self.used else None


class Decider(NamedTuple):
    """Who selects, and within what limits."""

    selector: Selector
    embedder: Vectors
    cap: int | None = None


def without(outcome: Outcome, person: str, *, now: float, application: str = "") -> Decided:
    """Return the decision to use nothing for a reason that needs no look at the message."""
    answered = Answered(
        id=f"rcp_{secrets.token_hex(12)}",
        person=person,
        at=now,
        outcome=outcome,
        receipt=Receipt(note=_WHY[outcome]),
        application=application,
    )
    return Decided(answered, None, ())


def decide(  # noqa: PLR0913 - what one answer depends on
    store: Store,
    decider: Decider,
    person: str,
    prompt: str,
    *,
    now: float,
    before: Sequence[Turn] = (),
    tokens: int | None = None,
    application: str = "",
    destination: Destination = "cloud",
    beside: Executor,
) -> Decided:
    """Decide what of a person's memories an answer to a prompt uses.

    Args:
        store: that holds the memories.
        decider: who decides.
        person: whose memories.
        prompt: the new message.
        now: seconds since 1970; what has lapsed by then is not used.
        before: the conversation so far.
        tokens: that the memories may take, estimated from their length.
        application: on the receipt.
        destination: of what is used; the person may allow more where it is local.
        beside: whose thread has the message read meanwhile.

    Raises:
        StoreError: the database refused.
        ModelError: a model was asked and gave no usable answer.
    """
    chosen, any_known = ledger.glance(store.database, person)
    if chosen.paused:
        return without("paused", person, now=now, application=application)
    if chosen.closed(destination):
        return without("nothing", person, now=now, application=application)
    if not any_known or not prompt.strip():
        return without("unknown", person, now=now, application=application)
    # The model reads the message, without Python's lock, while the store is read.
    reading = _begun(beside, decider.embedder.read, prompt)
    known = [m for m in ledger.profile(store.database, person) if is_usable(m, now)]
    if not known:
        return without("unknown", person, now=now, application=application)
    attributes = [m.attribute for m in known]
    unkept = decider.embedder.fetch(store, person, [a.text for a in attributes])
    said = said_of(store, person)
    reading()
    query = Query(
        # The same words again are the same query, whatever was said before them.
        id=make_id("qry", person, prompt, []),
        person=person,
        prompt=prompt,
        messages=tuple(before),
    )
    corrected = Corrected(decider.selector, said, decider.embedder)
    policy = Policy(allowed=chosen.allowed_for(destination))
    made = select(
        query, attributes, corrected, policy=policy, cap=decider.cap, embedder=decider.embedder
    )
    if tokens is not None:
        made = fitting(made, attributes, tokens=tokens)
    decided = _decided(made, query, attributes, now=now, application=application)
    return decided._replace(unkept=unkept)


def _begun(beside: Executor, read: Callable[[str], None], prompt: str) -> Callable[[], None]:
    """Have a message read; return what waits until it is."""
    try:
        return beside.submit(read, prompt).result
    except RuntimeError:  # Closed, or Python is ending: then it is read where it is needed.
        return functools.partial(read, prompt)


def is_usable(memory: Memorised, now: float) -> bool:
    """Tell whether a memory may be used at all: accepted, and not lapsed."""
    expires = memory.note.expires
    return memory.status == "accepted" and (expires is None or expires > now)


def fitting(made: Selection, attributes: Sequence[Attribute], *, tokens: int) -> Selection:
    """Return the selection with what does not fit into so many tokens withheld, best kept."""
    chosen: list[Attribute] = []
    changes: dict[str, tuple[Use, str]] = {}
    known = {attribute.id: attribute for attribute in attributes}
    for id in made.used:
        with_it = memory_block([*chosen, known[id]])
        if len(with_it) > tokens * _CHARACTERS_PER_TOKEN:
            changes[id] = ("withhold", f"Would be used, but does not fit into {tokens} tokens.")
        else:
            chosen.append(known[id])
    return changed(made, changes, nothing=f"What would be used does not fit into {tokens} tokens.")


def _decided(
    made: Selection, query: Query, attributes: Sequence[Attribute], *, now: float, application: str
) -> Decided:
    known = {attribute.id: attribute for attribute in attributes}
    used = tuple(known[id] for id in made.used)
    receipt = receipt_of(made, attributes)
    outcome: Outcome = "use" if used else "ask" if receipt.asked else "nothing"
    asked = receipt.asked[0] if receipt.asked else None
    answered = Answered(
        id=f"rcp_{secrets.token_hex(12)}",
        person=query.person,
        at=now,
        outcome=outcome,
        receipt=receipt,
        query=query.id,
        prompt=query.prompt[:_PROMPT],
        application=application,
        question=question_of(asked) if asked else None,
        asked=asked.attribute if asked else None,
    )
    return Decided(answered, msgspec.structs.replace(query, messages=()), used)


def question_of(line: ReceiptLine) -> str:
    """Return the one short question that an application may show to the person."""
    statement = line.text.strip().rstrip(".")
    return f"May I take this into account: “{statement}”?"
