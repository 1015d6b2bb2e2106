"""Who logged out stays out for as long as their cookie would last."""

from __future__ import annotations

from recenter.store import Store
from recenter.study.ledger.logouts import end_session, is_ended
from recenter.study.plan import TaskItems
from tests.study.samples import Clock, opened, supported, task, written


def test_an_ended_session_is_remembered_for_as_long_as_its_cookie_lasts(store: Store) -> None:
    clock = Clock()
    items = {"quality": TaskItems(work=tuple(supported(name) for name in "abc"))}
    desk = opened(store.database, written(task()), items, clock)
    end_session(desk, "one", lasts=100)
    end_session(desk, "one", lasts=100)
    assert is_ended(desk, "one")
    assert not is_ended(desk, "two")
    clock.now += 99
    end_session(desk, "two", lasts=100)
    assert is_ended(desk, "one")
    clock.now += 2
    end_session(desk, "three", lasts=100)
    assert [is_ended(desk, name) for name in ("one", "two", "three")] == [False, True, True]
