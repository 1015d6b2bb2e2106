"""Small records of invented people."""

from __future__ import annotations

from recenter.provenance import Signature
from recenter.records import (
    Attribute,
    Conversation,
    Decision,
    Evidence,
    Judge,
    Judgment,
    Message,
    Query,
    Receipt,
    ReceiptLine,
    Reference,
    Reply,
    Selection,
    Subject,
    Turn,
    attribute_id,
    conversation_id,
    judgment_id,
    reference_id,
)

SIGNATURE = Signature(model="test:extractor", seed=1)


def conversation(
    person: str = "p_ada", key: str = "1", text: str = "I keep bees.", at: str | None = None
) -> Conversation:
    return Conversation(
        id=conversation_id(person, "test", key),
        person=person,
        turns=(Turn(role="user", text=text), Turn(role="assistant", text="Noted.")),
        source="test",
        at=at,
        language="en",
        tags=("sample",),
    )


def attribute(
    text: str = "Keeps bees.",
    *conversations: Conversation,
    person: str = "p_ada",
    signature: Signature = SIGNATURE,
) -> Attribute:
    evidence = tuple(
        Evidence(
            conversation=c.id, turn=0, start=0, end=len(c.turns[0].text), quote=c.turns[0].text
        )
        for c in conversations or (conversation(person),)
    )
    return Attribute(
        id=attribute_id(person, text, evidence, signature),
        person=person,
        text=text,
        source="stated",
        confidence=0.75,
        evidence=evidence,
        reason="said so",
        signature=signature,
    )


def query(person: str = "p_ada", id: str = "que_1") -> Query:
    return Query(
        id=id,
        person=person,
        prompt="What should I plant?",
        messages=(Turn(role="user", text="Hi"),),
    )


def selection(of: Query, *attributes: Attribute, id: str = "sel_1") -> Selection:
    return Selection(
        id=id,
        query=of.id,
        person=of.person,
        decisions=tuple(
            Decision(attribute=a.id, decision="use", score=0.9, reason="on topic")
            for a in attributes
        ),
        signature=SIGNATURE,
    )


def reply(to: Query, *attributes: Attribute, id: str = "rep_1") -> Reply:
    lines = tuple(
        ReceiptLine(attribute=a.id, text=a.text, reason="on topic", quotes=(a.evidence[0].quote,))
        for a in attributes
    )
    return Reply(
        id=id,
        query=to.id,
        person=to.person,
        arm="selected",
        text="Lavender.",
        messages=(Message(role="user", content=to.prompt),),
        receipt=Receipt(used=lines),
        signature=SIGNATURE,
    )


def judgment(
    subject: Subject,
    *,
    person: str | None = None,
    judge: str = "test:judge",
    kind: str = "model",
    answer: str = "accept",
) -> Judgment:
    by = Judge(kind="person" if kind == "person" else "model", name=judge)
    return Judgment(
        id=judgment_id("supported", subject, by, None, SIGNATURE),
        question="supported",
        subject=subject,
        judge=by,
        answer=answer,
        person=person,
        reason="the quote says so",
        signature=SIGNATURE,
    )


def reference(
    person: str = "p_ada", text: str = "Keeps bees.", planted: Conversation | None = None
) -> Reference:
    conversation = None if planted is None else planted.id
    return Reference(
        id=reference_id(person, "test", f"{text} {conversation}"),
        person=person,
        kind="preference",
        text=text,
        source="test",
        conversation=conversation,
    )
