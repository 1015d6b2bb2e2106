"""What LangGraph expects of a store, said of its own and of ours alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("langgraph.store.base")

from langgraph.store.base import (
    BaseStore,
    GetOp,
    InvalidNamespaceError,
    Item,
    Op,
    PutOp,
    SearchItem,
    SearchOp,
)
from langgraph.store.memory import InMemoryStore

from recenter.errors import InputError
from recenter.integrations.langgraph import RecenterStore
from recenter.memory import Memory
from tests.events import awaited

BOB, EVE = ("shop", "bob"), ("shop", "eve")
NOTES = (*EVE, "notes")
TEA = {"content": "The user likes tea."}


@pytest.fixture(params=["recenter", "langgraph"])
def either(request: pytest.FixtureRequest) -> Iterator[BaseStore]:
    """Ours and LangGraph's: what a test says of both is what LangGraph expects."""
    if request.param == "langgraph":
        yield InMemoryStore()
        return
    with Memory({"store": "sqlite:///store.db"}) as memory:
        yield RecenterStore(memory)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_is_put_is_got_as_it_was(either: BaseStore) -> None:
    value = {"content": "The user likes tea.", "tags": ["drink", {"n": [1, None]}], "n": 1.5}
    assert either.get(NOTES, "k") is None
    either.put(NOTES, "k", value)
    found = either.get(NOTES, "k")
    assert type(found) is Item
    assert (found.value, found.key, found.namespace) == (value, "k", NOTES)
    assert found.created_at.tzinfo is not None
    assert found.created_at <= found.updated_at


def test_a_second_put_takes_the_place_of_the_first(either: BaseStore) -> None:
    either.put(NOTES, "k", TEA | {"strength": 1})
    either.put(NOTES, "k", {"content": "The user likes coffee.", "hot": True})
    found = either.get(NOTES, "k")
    assert found is not None
    assert found.value == {"content": "The user likes coffee.", "hot": True}
    assert len(either.search(EVE)) == 1
    either.put(NOTES, "k", {"content": "The user likes coffee."})
    found = either.get(NOTES, "k")
    assert found is not None
    assert found.value == {"content": "The user likes coffee."}


def test_what_is_deleted_is_gone_and_may_be_put_again(either: BaseStore) -> None:
    either.delete(NOTES, "k")
    either.put(NOTES, "k", TEA)
    either.put(NOTES, "other", {"content": "The user likes chess."})
    either.delete(NOTES, "k")
    assert either.get(NOTES, "k") is None
    assert [item.key for item in either.search(NOTES)] == ["other"]
    either.put(NOTES, "k", TEA)
    assert {item.key for item in either.search(NOTES)} == {"k", "other"}


def test_the_same_key_elsewhere_is_another_item(either: BaseStore) -> None:
    for place, namespace in enumerate((NOTES, (*EVE, "work"), EVE, (*NOTES, "old"), BOB)):
        either.put(namespace, "k", {"content": f"The user has bicycle {place}."})
        either.put(namespace, "l", TEA)
    either.delete(NOTES, "k")
    assert either.get(NOTES, "k") is None
    assert either.get((*EVE, "work"), "k") is not None
    assert len(either.search(EVE)) == 7
    assert {item.namespace for item in either.search(NOTES)} == {NOTES, (*NOTES, "old")}
    assert len(either.search(BOB)) == 2


@pytest.mark.parametrize(
    ("filter", "keys"),
    [
        ({"kind": "drink"}, {"a", "b"}),
        ({"kind": "drink", "n": 2}, {"b"}),
        ({"n": {"$gt": 1}}, {"b", "c"}),
        ({"n": {"$gte": 1, "$lt": 3}}, {"a", "b"}),
        ({"n": {"$lte": 1}}, {"a"}),
        ({"kind": {"$ne": "drink"}}, {"c"}),
        ({"kind": {"$eq": "game"}}, {"c"}),
        ({"in": {"deep": [1, 2]}}, {"a"}),
        ({"in": {"deep": [1]}}, set()),
        ({"absent": 1}, set()),
        ({"content": "The user likes tea."}, {"a"}),
    ],
)
def test_filters_compare_fields(either: BaseStore, filter: dict[str, Any], keys: set[str]) -> None:
    either.put(NOTES, "a", TEA | {"kind": "drink", "n": 1, "in": {"deep": [1, 2], "x": 0}})
    either.put(NOTES, "b", {"content": "The user likes milk.", "kind": "drink", "n": 2})
    either.put(NOTES, "c", {"content": "The user likes chess.", "kind": "game", "n": 3})
    assert {item.key for item in either.search(NOTES, filter=filter)} == keys


def test_searches_come_in_pages(either: BaseStore) -> None:
    for number in range(5):
        either.put(NOTES, str(number), {"content": f"The user has {number} bicycles."})
    pages = [
        {item.key for item in either.search(NOTES, limit=2, offset=offset)}
        for offset in (0, 2, 4, 6)
    ]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert set.union(*pages) == set("01234")


def test_namespaces_of_a_person_are_listed(either: BaseStore) -> None:
    for path in (("notes",), ("notes", "old"), ("work", "old"), ()):
        either.put((*EVE, *path), "k", TEA)
    either.put(BOB, "k", TEA)
    listed = either.list_namespaces
    assert listed(prefix=EVE) == [EVE, NOTES, (*NOTES, "old"), (*EVE, "work", "old")]
    assert listed(prefix=EVE, max_depth=3) == [EVE, NOTES, (*EVE, "work")]
    assert listed(prefix=EVE, suffix=("old",)) == [(*NOTES, "old"), (*EVE, "work", "old")]
    assert listed(prefix=(*EVE, "*", "old")) == [(*NOTES, "old"), (*EVE, "work", "old")]
    assert listed(prefix=EVE, limit=1, offset=1) == [NOTES]
    assert listed(prefix=("shop", "nobody")) == []


def test_a_batch_answers_in_the_order_of_its_operations(either: BaseStore) -> None:
    either.put(NOTES, "a", TEA)
    ops: list[Op] = [
        GetOp(NOTES, "a"),
        PutOp(NOTES, "b", {"content": "The user likes chess."}),
        SearchOp(NOTES, limit=1),
        GetOp(NOTES, "absent"),
        PutOp(NOTES, "absent", None),
    ]
    for results in (either.batch(ops), awaited(either.abatch(ops))):
        assert isinstance(results[0], Item)
        assert (results[1], results[3], results[4]) == (None, None, None)
        assert isinstance(results[2], list)
        assert isinstance(results[2][0], SearchItem)
    assert {item.key for item in either.search(NOTES)} == {"a", "b"}


def test_the_asynchronous_verbs_do_the_same(either: BaseStore) -> None:
    async def run() -> None:
        await either.aput(NOTES, "k", TEA)
        found = await either.aget(NOTES, "k")
        assert found is not None
        assert found.value == TEA
        assert [item.key for item in await either.asearch(EVE)] == ["k"]
        assert await either.alist_namespaces(prefix=EVE) == [NOTES]
        await either.adelete(NOTES, "k")
        assert await either.aget(NOTES, "k") is None

    awaited(run())


@pytest.mark.parametrize(
    "namespace", [(), ("shop", ""), ("shop", "a.b"), ("langgraph", "ada"), ("shop", 7)]
)
def test_labels_are_checked_as_langgraph_does(either: BaseStore, namespace: Any) -> None:
    with pytest.raises(InvalidNamespaceError):
        either.put(namespace, "k", TEA)
    if namespace and namespace[0] != "langgraph":
        with pytest.raises(InvalidNamespaceError):
            either.get(namespace, "k")


def test_an_unknown_operator_is_an_error(either: BaseStore) -> None:
    either.put(NOTES, "k", TEA)
    with pytest.raises((InputError, ValueError), match=r"\$in"):
        either.search(NOTES, filter={"content": {"$in": ["x"]}})
