"""A study of which people were forgotten is gone on with, by what is left of it."""

from __future__ import annotations

import pytest

from recenter.errors import InputError
from recenter.store import Store
from recenter.study.design import Task
from recenter.study.ledger import reading
from recenter.study.ledger.desk import Desk
from recenter.study.pages import pages
from recenter.study.plan import TaskItems
from tests.study.ledger.test_ledger import come, contents, take
from tests.study.samples import Clock, opened, relevant, supported, task, written

PEOPLE = ("per_a", "per_b", "per_c")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def begun(
    store: Store, clock: Clock, people: tuple[str, ...], *more: str, overlap: int = 1
) -> Desk:
    """Return a study as it is opened while these are the people of the store."""
    asks: tuple[Task, ...] = (
        task(overlap=overlap),
        task("pages", "relevant", overlap=1, pooled=True),
    )
    # All have one prompt, so that a page mixes them.
    alike = [relevant(person, (person,)) for person in people]
    query = alike[0].query
    assert query is not None
    mixed = pages(
        [
            type(one)(
                id=one.id,
                parts=one.parts,
                person=one.person,
                query=type(query)(id=f"q_{one.id}", person=one.person or "", prompt="Cook what?"),
            )
            for one in alike
        ],
        size=20,
        pooled=True,
        seed=0,
    )
    work = tuple(supported(f"of_{person}", person) for person in people)
    added = tuple(supported(name, people[0]) for name in more)
    # The practice stands in a file, which nobody was taken out of.
    lesson = tuple(supported(f"lesson_{person}", person, ("reject",)) for person in PEOPLE)
    items = {
        "quality": TaskItems(work=(*work, *added), training=lesson),
        "pages": TaskItems(work=tuple(mixed)),
    }
    return opened(store.database, written(*asks), items, clock)


def test_it_opens_again_and_goes_on_as_it_was_dealt(store: Store, clock: Clock) -> None:
    desk = begun(store, clock, PEOPLE)
    ann = come(desk, "ann")
    slot = take(desk, ann)
    store.forget("per_a")
    before = {name: sorted(map(str, contents(store, name))) for name in store.database.tables()}
    again = begun(store, clock, PEOPLE[1:])
    after = {name: sorted(map(str, contents(store, name))) for name in store.database.tables()}
    assert after == before
    assert len(reading.places(again, slot.id)) == 2
    # Forgotten twice over, with one person left.
    store.forget("per_b")
    begun(store, clock, PEOPLE[2:])


def test_other_items_or_another_plan_are_refused_all_the_same(store: Store, clock: Clock) -> None:
    desk = begun(store, clock, PEOPLE)
    come(desk, "ann")
    with pytest.raises(InputError, match="have joined"):
        begun(store, clock, PEOPLE[1:])
    store.forget("per_a")
    for people, more, overlap in (
        (PEOPLE[2:], (), 1),
        (PEOPLE[1:], ("new",), 1),
        (PEOPLE[1:], (), 2),
    ):
        with pytest.raises(InputError, match="have joined"):
            begun(store, clock, people, *more, overlap=overlap)
