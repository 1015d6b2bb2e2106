"""Values by key, gone with any of the people they are filed under."""

from __future__ import annotations

from recenter.models.calls import Cache
from recenter.store import Store


def test_bytes_come_back(store: Store) -> None:
    cache: Cache = store.cache
    value = bytes(range(256)) * 10
    assert cache.get("key") is None
    cache.put("key", value, person=None)
    assert cache.get("key") == value
    cache.put("key", b"", person="p_ada")
    assert cache.get("key") == b""


def test_gone_with_any_of_its_people(store: Store) -> None:
    store.cache.put("both", b"1", person=["p_ada", "p_bob", "p_ada"])
    store.cache.put("bob", b"2", person="p_bob")
    store.cache.put("nobody", b"3", person=None)
    assert store.forget("p_ada").counts["cache"] == 1
    held = [store.cache.get(key) for key in ("both", "bob", "nobody")]
    assert held == [None, b"2", b"3"]
    assert store.counts()["cache"] == 2
