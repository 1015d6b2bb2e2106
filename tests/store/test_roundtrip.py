"""Whatever a record may hold comes back as it was, from both databases."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from recenter.provenance import Signature
from recenter.records import (
    Attribute,
    Conversation,
    Decision,
    Evidence,
    Judge,
    Judgment,
    Query,
    Receipt,
    Reference,
    Reply,
    Selection,
    Subject,
    Turn,
    Usage,
)
from recenter.store import Run, Store

MANY = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ID = TEXT.filter(bool)
MAYBE = st.none() | TEXT
UNIT = st.floats(0, 1)
COUNT = st.integers(0, 2**40)
SIGNATURE = st.builds(Signature, model=MAYBE, prompt=MAYBE, seed=st.none() | COUNT)
TURNS = st.lists(st.from_type(Turn), max_size=4).map(tuple)
USAGE = st.builds(Usage, calls=COUNT, seconds=UNIT, cost=st.none() | UNIT)

CONVERSATIONS = st.builds(
    Conversation, id=ID, person=ID, turns=TURNS, at=MAYBE, language=MAYBE, signature=SIGNATURE
)
ATTRIBUTES = st.builds(
    Attribute,
    id=ID,
    person=ID,
    confidence=UNIT,
    evidence=st.lists(st.from_type(Evidence), max_size=3).map(tuple),
    reason=MAYBE,
    members=st.lists(ID, max_size=3).map(tuple),
    signature=SIGNATURE,
)
DECISIONS = st.builds(Decision, score=st.none() | UNIT)
SELECTIONS = st.builds(
    Selection,
    id=ID,
    person=ID,
    decisions=st.lists(DECISIONS, max_size=3).map(tuple),
    signature=SIGNATURE,
)
REPLIES = st.builds(
    Reply,
    id=ID,
    person=ID,
    text=MAYBE,
    receipt=st.builds(Receipt, note=MAYBE),
    usage=USAGE,
    signature=SIGNATURE,
)
QUERIES = st.builds(Query, id=ID, person=ID, messages=TURNS)
REFERENCES = st.builds(
    Reference, id=ID, person=ID, text=TEXT, conversation=MAYBE, question=MAYBE, context=MAYBE
)
JUDGMENTS = st.builds(
    Judgment,
    id=ID,
    subject=st.builds(Subject, attribute=MAYBE, other_reply=MAYBE),
    judge=st.from_type(Judge),
    person=st.none() | ID,
    probability=st.none() | UNIT,
    reason=MAYBE,
    signature=SIGNATURE,
)
RUNS = st.builds(
    Run,
    id=ID,
    arguments=st.dictionaries(TEXT, st.none() | TEXT | st.booleans() | st.lists(TEXT)),
    counts=st.dictionaries(TEXT, COUNT),
    ended=MAYBE,
    usage=USAGE,
    person=st.none() | ID,
)


def clear(store: Store, person: str | None) -> None:
    """Make room for the next example, which may have the same ids."""
    if person is not None:
        store.forget(person, erase=False)
        store.lift(person)


@given(record=CONVERSATIONS)
@MANY
def test_conversations(store: Store, record: Conversation) -> None:
    assert store.put_conversations([record, record]).new == 1
    assert store.conversation(record.id) == record
    assert list(store.conversations(record.person)) == [record]
    assert list(store.conversations()) == [record]
    clear(store, record.person)
    assert list(store.conversations()) == []


@given(record=ATTRIBUTES)
@MANY
def test_attributes(store: Store, record: Attribute) -> None:
    store.put_attributes(record.person, [record], signature=record.signature)
    assert store.attribute(record.id) == record
    assert list(store.attributes(record.person, signature=record.signature)) == [record]
    clear(store, record.person)


@given(query=QUERIES, selection=SELECTIONS, reply=REPLIES)
@MANY
def test_queries_selections_replies(
    store: Store, query: Query, selection: Selection, reply: Reply
) -> None:
    store.put_query(query)
    store.put_selection(selection)
    store.put_reply(reply)
    assert list(store.queries(query.person)) == [query]
    assert list(store.selections(query=selection.query)) == [selection]
    assert list(store.replies(reply.person, query=reply.query)) == [reply]
    for person in (query.person, selection.person, reply.person):
        clear(store, person)


@given(record=REFERENCES)
@MANY
def test_references(store: Store, record: Reference) -> None:
    assert store.put_references([record, record]).new == 1
    assert list(store.references(record.person, kind=record.kind)) == [record]
    assert list(store.references()) == [record]
    assert store.counts()["references"] == 1
    clear(store, record.person)


@given(record=JUDGMENTS)
@MANY
def test_judgments(store: Store, record: Judgment) -> None:
    assume(record.judge.kind == "model")
    record = replace(record, person=record.person or "p_somebody")
    store.put_judgments([record])
    assert list(store.judgments(record.person, question=record.question)) == [record]
    assert list(store.judgments()) == [record]
    clear(store, record.person)


@given(record=RUNS)
@MANY
def test_runs(store: Store, record: Run) -> None:
    store.put_run(record)
    assert store.run(record.id) == record
    assert record in list(store.runs())
