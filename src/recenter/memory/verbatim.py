"""Keep what an application or a person says is so, word for word, as stated."""

from __future__ import annotations

from collections.abc import Sequence

from recenter.memory import ledger
from recenter.memory.corrections import BY_PERSON, checked_text, judged
from recenter.memory.engine import Engine
from recenter.memory.messages import Messages, said
from recenter.memory.records import Happened, Note
from recenter.questions import SUPPORTED
from recenter.records import Attribute, Conversation, Evidence, Subject, attribute_id
from recenter.store.database import Transaction
from recenter.store.tables import ATTRIBUTES, JUDGMENTS
from recenter.store.writing import hold_people, put_batch


def put_verbatim(
    engine: Engine,
    person: str,
    messages: Messages,
    *,
    note: Note,
    application: str = "",
    key: str | None = None,
) -> tuple[Attribute, ...]:
    """Keep each message of the person as a memory: stated, accepted, its own evidence; none of a
    person who is paused.

    Messages that begin with words that were kept before are known already, unless a `key` of the
    conversation tells them apart.

    Raises:
        InputError: one is empty, too long, or reads as an instruction.
    """
    for text in said(messages):
        checked_text(text)
    paused = ledger.enrol(engine.store.database, person, application).paused
    conversation = None if paused else engine.put_conversation(messages, person, key=key)
    if conversation is None:
        return ()
    made = _attributes(conversation)

    def work(transaction: Transaction) -> tuple[Attribute, ...]:
        if hold_people(transaction, [person]):
            return ()
        put_batch(transaction, table=ATTRIBUTES, rows=[ATTRIBUTES.row(a) for a in made])
        verdicts = [
            judged(SUPPORTED.name, Subject(attribute=a.id), "accept", person=person) for a in made
        ]
        put_batch(transaction, table=JUDGMENTS, rows=[JUDGMENTS.row(v) for v in verdicts])
        for attribute in made:
            ledger.put_note(transaction, attribute, note)
            happened = Happened(event="ADD", new=attribute.text, by="application")
            ledger.put_event(transaction, attribute, happened, note.created)
        return tuple(made)

    return engine.store.database.transact(work)


def _attributes(conversation: Conversation) -> Sequence[Attribute]:
    made = []
    for place, turn in enumerate(conversation.turns):
        if turn.role != "user":
            continue
        text = checked_text(turn.text)
        evidence = (
            Evidence(
                conversation=conversation.id,
                turn=place,
                start=0,
                end=len(turn.text),
                quote=turn.text,
            ),
        )
        attribute = Attribute(
            id=attribute_id(conversation.person, text, evidence, BY_PERSON),
            person=conversation.person,
            text=text,
            source="stated",
            confidence=1.0,
            evidence=evidence,
            at=turn.at,
            signature=BY_PERSON,
        )
        made.append(attribute)
    return made
