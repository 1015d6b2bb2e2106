"""What a person says of their memories: each is a Judgment that outranks every model's."""

from __future__ import annotations

from typing import Literal

import msgspec

from recenter.errors import InputError
from recenter.memory import approved, ledger
from recenter.memory.records import Answered, Happened, Memorised
from recenter.memory.traces import Hasher
from recenter.provenance import Signature
from recenter.questions import RELEVANT, SUPPORTED
from recenter.records import Attribute, Failure, Judge, Judgment, Subject, judgment_id
from recenter.stages.extract import LONGEST_TEXT
from recenter.store import Store
from recenter.store.database import Transaction
from recenter.store.removal import rewrite
from recenter.store.tables import ATTRIBUTES, JUDGMENTS
from recenter.store.writing import lock_person, put_batch
from recenter.text.instructions import instruction_like

Review = Literal["approve", "decline", "undo"]
BY_PERSON = Signature(model="person")
"""Of what a person wrote or said about themselves."""


def judged(
    question: str,
    subject: Subject,
    answer: str,
    *,
    person: str,
    failure: Failure | None = None,
    reason: str | None = None,
) -> Judgment:
    """Return what the remembered person answered; answered again, it takes the place of it."""
    by = Judge(kind="person", name=person)
    return Judgment(
        id=judgment_id(question, subject, by, None, BY_PERSON),
        question=question,
        subject=subject,
        judge=by,
        answer=answer,
        person=person,
        failure=failure,
        reason=reason,
        signature=BY_PERSON,
    )


def check_review(said: str, *, field: str) -> Review:
    """Return what was said of a memory, if it is one of the three words.

    Raises:
        InputError: it is not.
    """
    try:
        known: Review = msgspec.convert(said, Review)
    except msgspec.ValidationError:
        raise InputError(f"expected approve, decline or undo, got {said!r}.", field=field) from None
    return known


def review(
    store: Store, attribute: Attribute, said: Review, *, now: float, failure: Failure = "other"
) -> None:
    """Approve or decline a memory, or take that back: then the models' verdict stands again.

    What contradicts it gives way to what is approved, until that is taken back.
    """
    person = attribute.person
    answer = "reject" if said == "decline" else "accept"
    judgment = judged(
        SUPPORTED.name,
        Subject(attribute=attribute.id),
        answer,
        person=person,
        failure=failure if said == "decline" else None,
    )

    def work(transaction: Transaction) -> None:
        if not lock_person(transaction, person):
            return
        current = _kept(transaction, attribute.id)
        if said == "approve":
            approved.give_way(transaction, current, now)
        else:
            approved.bring_back(transaction, current, now)
        if said == "undo":
            transaction.run("judgments_delete", id=judgment.id)
        else:
            put_batch(transaction, table=JUDGMENTS, rows=[JUDGMENTS.row(judgment)])
        happened = Happened(event="REVIEW", new=current.text, by="person", why=said)
        ledger.put_event(transaction, current, happened, now)

    store.database.transact(work)


def refuse_for(store: Store, answered: Answered, attribute: str) -> None:
    """Remember that a memory is true, and not for messages like this one.

    Raises:
        InputError: the receipt does not mention it, or its words were forgotten.
    """
    _relevant(store, answered, attribute, "no")


def wish_for(store: Store, answered: Answered, attribute: str) -> None:
    """Remember that a memory that was withheld should have been used.

    Raises:
        InputError: as `refuse_for`.
    """
    _relevant(store, answered, attribute, "yes")


def _relevant(store: Store, answered: Answered, attribute: str, answer: str) -> None:
    lines = answered.receipt.lines
    if attribute not in {line.attribute for line in lines} or answered.query is None:
        raise InputError(
            f"the receipt {answered.id} says nothing of {attribute!r}.", field="memory_id"
        )
    subject = Subject(attribute=attribute, query=answered.query)
    judgment = judged(RELEVANT.name, subject, answer, person=answered.person)

    def work(transaction: Transaction) -> None:
        if lock_person(transaction, answered.person):
            _kept(transaction, attribute)
            put_batch(transaction, table=JUDGMENTS, rows=[JUDGMENTS.row(judgment)])

    store.database.transact(work)


def _kept(transaction: Transaction, id: str) -> Attribute:
    """Return an attribute as it is now: it may have been forgotten since the caller read it.

    Raises:
        InputError: it is gone.
    """
    rows = transaction.rows("attributes_get", id=id)
    if not rows:
        raise InputError(f"there is no memory {id!r} any more.", field="memory_id")
    return ATTRIBUTES.record(rows[0][0])


def reworded(
    store: Store, memory: Memorised, text: str, *, key: bytes, now: float, by: str
) -> Attribute:
    """Put other words in the place of a memory's, under its id; what it said stays in its history.

    It counts as stated and accepted: whoever words it vouches for it. The old words are not
    learned again from the same or a repeated source.

    Raises:
        InputError: the text is empty, too long, or reads as an instruction.
    """
    line = checked_text(text)
    person = memory.attribute.person
    note = msgspec.structs.replace(memory.note, updated=now, created=memory.note.created or now)

    def work(transaction: Transaction) -> Attribute:
        if not lock_person(transaction, person):
            return memory.attribute
        old = _kept(transaction, memory.attribute.id)
        made = msgspec.structs.replace(old, text=line, source="stated", confidence=1.0, reason=None)
        rewrite(transaction, ATTRIBUTES, made)
        transaction.run("attributes_revive", id=made.id)
        ledger.put_note(transaction, made, note)
        if line != old.text:
            ledger.put_traces(transaction, person, Hasher(key, person).settled(old))
        verdict = judged(SUPPORTED.name, Subject(attribute=made.id), "accept", person=person)
        put_batch(transaction, table=JUDGMENTS, rows=[JUDGMENTS.row(verdict)])
        happened = Happened(event="UPDATE", old=old.text, new=made.text, by=by)
        ledger.put_event(transaction, made, happened, now)
        return made

    return store.database.transact(work)


def noted(store: Store, memory: Memorised, *, now: float) -> None:
    """Keep what the application notes of a memory, whose words and standing stay as they are.

    Raises:
        InputError: it is gone.
    """
    note = msgspec.structs.replace(memory.note, updated=now, created=memory.note.created or now)

    def work(transaction: Transaction) -> None:
        if lock_person(transaction, memory.attribute.person):
            ledger.put_note(transaction, _kept(transaction, memory.attribute.id), note)

    store.database.transact(work)


def checked_text(text: str) -> str:
    """Return the text of a memory on one line.

    Raises:
        InputError: it is empty, too long, or reads as an instruction.
    """
    if not isinstance(text, str):
        raise InputError(f"a memory is a text, got {type(text).__name__}.", field="text")
    if not text.strip():
        raise InputError("a memory needs words, got none.", field="text")
    line = " ".join(text.split())
    if len(line) > LONGEST_TEXT:
        raise InputError(
            f"a memory has at most {LONGEST_TEXT} characters, got {len(line)}.",
            field="text",
            cure="Say one thing in each.",
        )
    why = instruction_like(line)
    if why is not None:
        raise InputError(
            f"this reads as an instruction to a model ({why}), not as something about a person.",
            field="text",
        )
    return line
