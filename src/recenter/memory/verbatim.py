"""Keep what an application or a person says is so, word for word, as stated."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from recenter.memory import ledger
from recenter.memory.corrections import BY_PERSON, checked_text, judged
from recenter.memory.engine import Engine
from recenter.memory.learn import resembling
from recenter.memory.learned import Change, Learned, Refused, nothing_new
from recenter.memory.messages import Messages, said
from recenter.memory.queue import MASK
from recenter.memory.records import Happened, Note
from recenter.memory.traces import Hasher
from recenter.questions import SUPPORTED
from recenter.records import Attribute, Conversation, Evidence, Subject, attribute_id
from recenter.store.database import Transaction
from recenter.store.tables import ATTRIBUTES, JUDGMENTS
from recenter.store.writing import lock_person, put_batch


def put_verbatim(
    engine: Engine,
    person: str,
    messages: Messages,
    *,
    note: Note,
    application: str = "",
    key: str | None = None,
) -> Learned:
    """Keep each message of the person as a memory: stated, accepted, its own evidence.

    None of a person who is paused, none that was forgotten or kept before; one that was learned
    from before is kept too. What resembles something forgotten waits for the person.

    Messages that begin with words that were kept before are known already, unless a `key` of the
    conversation tells them apart; what stands twice in a conversation is one memory. Who writes
    under a key of their own means what they write: it is kept also where the same was forgotten.

    Raises:
        InputError: one is empty, too long, or reads as an instruction.
    """
    for text in said(messages):
        checked_text(text)
    paused = ledger.enrol(engine.store.database, person, application).paused
    if paused:
        return Learned(nothing="paused")
    conversation = engine.put_conversation(messages, person, key=key, again=key is not None)
    if conversation is None:
        return Learned(nothing=engine.nothing_of(messages))
    made = _attributes(conversation)
    masked = [t for t in conversation.turns if t.role == "user" and MASK in t.text]
    hasher = Hasher(engine.key, person)

    def work(transaction: Transaction) -> Learned:
        if not lock_person(transaction, person):
            return Learned(nothing="forgotten")
        rows = transaction.rows("attributes_among", ids=sorted(made), person=person)
        left = ledger.traces(transaction, person) if key is None else {}
        known = {id for (id,) in rows}
        new = [a for id, a in made.items() if id not in known]
        gone = [a for a in new if hasher.is_refused(a, left)]
        changes = [
            _put(transaction, one, note, hasher.is_alike(one, left))
            for one in new
            if one not in gone
        ]
        quotes = [*(tuple(e.quote for e in a.evidence) for a in gone), *((t.text,) for t in masked)]
        why = None if changes else nothing_new(kept=len(known), refused=len(quotes))
        return Learned(tuple(changes), why, tuple(Refused(q, "forgotten") for q in quotes))

    return engine.store.database.transact(work)


def _put(transaction: Transaction, attribute: Attribute, note: Note, alike: bool) -> Change:
    subject, person = Subject(attribute=attribute.id), attribute.person
    verdict = (
        resembling(attribute) if alike else judged(SUPPORTED.name, subject, "accept", person=person)
    )
    put_batch(transaction, table=ATTRIBUTES, rows=[ATTRIBUTES.row(attribute)])
    put_batch(transaction, table=JUDGMENTS, rows=[JUDGMENTS.row(verdict)])
    ledger.put_note(transaction, attribute, note)
    happened = Happened(event="ADD", new=attribute.text, by="application")
    ledger.put_event(transaction, attribute, happened, note.created)
    return Change("ADD", attribute, held=alike)


def _attributes(conversation: Conversation) -> Mapping[str, Attribute]:
    """Return what is said in a conversation by id, which is that of where it is said first: it
    stays the same while the conversation grows.
    """
    made: dict[str, Attribute] = {}
    for place, turn in enumerate(conversation.turns):
        if turn.role != "user" or MASK in turn.text:
            continue
        text = checked_text(turn.text)
        evidence = Evidence(
            conversation=conversation.id,
            turn=place,
            start=0,
            end=len(turn.text),
            quote=turn.text,
        )
        known = made.get(text.casefold())
        made[text.casefold()] = (
            _stated(conversation.person, text, evidence, at=turn.at)
            if known is None
            else msgspec.structs.replace(known, evidence=(*known.evidence, evidence), at=turn.at)
        )
    return {attribute.id: attribute for attribute in made.values()}


def _stated(person: str, text: str, evidence: Evidence, *, at: str | None) -> Attribute:
    return Attribute(
        id=attribute_id(person, text, (evidence,), BY_PERSON),
        person=person,
        text=text,
        source="stated",
        confidence=1.0,
        evidence=(evidence,),
        at=at,
        signature=BY_PERSON,
    )
