"""A conversation or an attribute that is deleted from the store is in no study either."""

from __future__ import annotations

import msgspec

from recenter.provenance import Signature
from recenter.records import Attribute, Conversation, Evidence, Turn
from recenter.store import Store
from recenter.study.ledger import joining, reading, running, saving
from recenter.study.ledger.desk import Desk
from recenter.study.plan import TaskItems
from recenter.study.stored import stored_items
from tests.study.ledger.test_ledger import come, contents, take, work_through
from tests.study.samples import Clock, opened, relevant, task, written

SAID = {"con_a": "I bake bread on Sundays.", "con_b": "Bread again, as each Sunday."}


def begun(store: Store) -> Desk:
    """Return a study of two attributes, one of both conversations and one of the first alone."""
    talks = [
        Conversation(id=id, person="per_x", turns=(Turn(role="user", text=text),), source="test")
        for id, text in SAID.items()
    ]
    store.put_conversations(talks)
    evidence = tuple(
        Evidence(conversation=id, turn=0, start=0, end=len(text), quote=text)
        for id, text in SAID.items()
    )
    both = Attribute(
        id="att_both",
        person="per_x",
        text="Bakes bread.",
        source="stated",
        confidence=0.9,
        evidence=evidence,
        reason="They bake on Sundays.",
    )
    alone = msgspec.structs.replace(
        both, id="att_alone", text="Free on Sundays.", evidence=evidence[:1]
    )
    store.put_attributes("per_x", [both, alone], signature=Signature())
    pages = (relevant("m", ("per_x", "per_y")),)
    parts = tuple(
        msgspec.structs.replace(part, attribute="att_alone", text="Free on Sundays.")
        if part.name == "1"
        else part
        for part in pages[0].parts
    )
    pages = (msgspec.structs.replace(pages[0], parts=parts),)
    file = written(task(overlap=1, reason=True), task("pages", "relevant", overlap=1))
    items = {
        "quality": TaskItems(work=tuple(stored_items(store, "supported"))),
        "pages": TaskItems(work=pages),
    }
    return opened(store.database, file, items, Clock())


def test_a_deleted_conversation_leaves_studies(store: Store) -> None:
    desk = begun(store)
    ann = come(desk, "ann")
    work_through(desk, ann)
    store.delete_conversation("con_a")
    rows = str([row for name in store.database.tables() for row in contents(store, name)])
    for words in (SAID["con_a"], "Free on Sundays.", "They bake on Sundays."):
        assert words not in rows
    # What rests on the other conversation is there, with what was answered of it.
    (item,) = (one for one, name, _ in reading.items(desk).values() if name == "quality")
    assert [talk.id for talk in item.conversations] == ["con_b"]
    assert [one.conversation for one in item.evidence] == ["con_b"]
    assert [row.item for row in reading.answers(desk)] == [item.id]
    assert [one.wanted for one in running.coverage(desk)] == [1, 3]


def test_a_deleted_attribute_leaves_studies_and_is_asked_of_nobody(store: Store) -> None:
    desk = begun(store)
    ann = come(desk, "ann")
    slot = take(desk, ann)
    assert len(reading.places(desk, slot.id)) == 2
    store.delete_attribute("att_alone")
    rows = str([row for name in store.database.tables() for row in contents(store, name)])
    assert "Free on Sundays." not in rows
    assert len(reading.places(desk, slot.id)) == 1
    page = take(desk, ann, "pages")
    shown = reading.shown(desk, ann.id, page.id, 0)
    assert [part.name for part in shown.item.parts] == ["2", "3", "4"]
    assert saving.submit(desk, ann.id, page.id, 0) == ("2", "3", "4")
    assert joining.claim(desk, come(desk, "bea"), desk.study.task("pages")) is None
