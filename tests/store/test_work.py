"""The list of work: claimed by one, done once, given to another when its worker is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recenter.store import Item, PutReport, Store, Work
from recenter.store.database import open_database


class Clock:
    """A clock that the test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def work(store: Store, url: str, clock: Clock) -> Iterator[Work]:
    database = open_database(url)
    yield Work(database, clock=clock)
    database.close()


def items(*names: str, content: str = "1") -> list[Item]:
    return [Item(person=f"p_{name}", item=name, content=content) for name in names]


def test_claimed_by_one_and_done_once(work: Work) -> None:
    assert work.add("extract", items("a", "b", "c"), signature="s") == PutReport(new=3)
    first = work.claim("extract", signature="s", size=2)
    second = work.claim("extract", signature="s", size=5)
    assert sorted(t.item for t in first + second) == ["a", "b", "c"]
    assert work.claim("extract", signature="s") == []
    assert work.done(first[0])
    assert work.done(first[0])
    states = work.states("extract", signature="s")
    assert states == {"open": 0, "claimed": 2, "done": 1, "failed": 0}


def test_only_what_is_asked_for_is_claimed(work: Work) -> None:
    work.add("extract", items("a", "b", "c"), signature="s")
    taken = work.claim("extract", signature="s", size=5, items=["c", "a", "z"])
    assert sorted(task.item for task in taken) == ["a", "c"]
    assert work.claim("extract", signature="s", items=["a"]) == []
    assert work.claim("extract", signature="s", items=[]) == []
    assert [task.item for task in work.claim("extract", signature="s")] == ["b"]


def test_done_stays_done_until_its_content_changes(work: Work) -> None:
    work.add("extract", items("a"), signature="s")
    (task,) = work.claim("extract", signature="s")
    work.done(task)
    assert work.add("extract", items("a"), signature="s") == PutReport(same=1)
    assert work.claim("extract", signature="s") == []
    assert work.add("extract", items("a", content="2"), signature="s") == PutReport(changed=1)
    assert [t.content for t in work.claim("extract", signature="s")] == ["2"]


def test_what_changed_while_it_was_done_is_done_again(work: Work) -> None:
    work.add("extract", items("a"), signature="s")
    (task,) = work.claim("extract", signature="s")
    work.add("extract", items("a", content="2"), signature="s")
    assert not work.done(task)
    (again,) = work.claim("extract", signature="s")
    assert again.content == "2"


def test_other_stages_and_signatures_are_other_ledgers(work: Work) -> None:
    work.add("extract", items("a"), signature="s")
    assert work.claim("verify", signature="s") == []
    assert work.claim("extract", signature="t") == []
    assert work.add("extract", items("a"), signature="t") == PutReport(new=1)


def test_a_lease_that_ran_out_goes_to_another(work: Work, clock: Clock) -> None:
    work.add("extract", items("a"), signature="s")
    (first,) = work.claim("extract", signature="s", lease=10)
    clock.now += 9
    assert work.renew(first, lease=10)
    clock.now += 9
    assert work.claim("extract", signature="s") == []
    clock.now += 2
    (second,) = work.claim("extract", signature="s")
    assert (second.item, second.attempts) == ("a", 2)
    assert not work.renew(first)
    assert not work.fail(first, "too late to say so")
    # What the first one stored is stored, however late.
    assert work.done(first)


def test_what_ends_its_process_each_time_fails_at_last(work: Work, clock: Clock) -> None:
    work.add("extract", items("a"), signature="s")
    for _ in range(3):
        assert len(work.claim("extract", signature="s", lease=10, attempts=3)) == 1
        clock.now += 11
    assert work.claim("extract", signature="s", attempts=3) == []
    (failed,) = work.failed("extract", signature="s")
    assert (failed.item, failed.attempts) == ("a", 3)
    assert "process" in failed.error


def test_what_fails_each_time_is_not_tried_for_ever(work: Work) -> None:
    work.add("extract", items("a"), signature="s")
    for _ in range(3):
        (task,) = work.claim("extract", signature="s", attempts=3)
        assert work.fail(task, "no answer", retry=True)
    assert work.claim("extract", signature="s", attempts=3) == []
    assert [f.error for f in work.failed("extract", signature="s")] == ["no answer"]


def test_what_was_tried_comes_after_what_was_not(work: Work) -> None:
    work.add("extract", items("a", "b", "c"), signature="s")
    (first,) = work.claim("extract", signature="s")
    work.fail(first, "no answer", retry=True)
    order = [work.claim("extract", signature="s")[0].item for _ in range(3)]
    assert order[2] == first.item


def test_a_new_run_tries_again_what_many_runs_were_killed_at(work: Work, clock: Clock) -> None:
    work.add("extract", items("a", "b"), signature="s")
    for _ in range(5):
        work.reopen("extract", signature="s")
        assert len(work.claim("extract", signature="s", size=2, lease=10)) == 2
        clock.now += 11
        # What `release_dead` does for processes of this machine.
        assert work.claim("extract", signature="s", size=0) == []


def test_failures_are_kept_with_their_reason_until_reopened(work: Work) -> None:
    work.add("extract", items("a", "b"), signature="s")
    one, two = work.claim("extract", signature="s", size=2)
    assert work.fail(one, "no answer \x00 from it" * 100, retry=True)
    assert work.fail(two, "refused")
    assert [t.item for t in work.claim("extract", signature="s", size=5)] == [one.item]
    assert [f.error for f in work.failed("extract", signature="s")] == ["refused"]
    assert work.reopen("extract", signature="s") == 1
    assert [t.item for t in work.claim("extract", signature="s", size=5)] == [two.item]


def test_many_items(work: Work) -> None:
    many = [Item(item=str(i), content="1") for i in range(1203)]
    assert work.add("verify", many + many[:3], signature="s") == PutReport(new=1203, same=3)
    assert work.states("verify", signature="s")["open"] == 1203


def test_forgotten_while_it_is_worked_on(work: Work, store: Store) -> None:
    work.add("extract", items("a"), signature="s")
    (task,) = work.claim("extract", signature="s")
    assert store.forget("p_a").counts["work"] == 1
    assert not work.done(task)
    assert store.counts()["work"] == 0
