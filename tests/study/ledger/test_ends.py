"""Nobody is kept from the end of their part by what happened to their work meanwhile."""

from __future__ import annotations

import threading

from recenter.store import Store, open_store
from recenter.store.database import Transaction
from recenter.study.ledger import joining, running
from recenter.study.ledger.desk import Annotator, SlotRow, SlotState
from recenter.study.plan import TaskItems
from recenter.study.steps import Step, next_step
from tests.study.samples import Clock, opened, relevant, task, written


def test_sides_are_asked_of_the_pairs_that_were_handed_in_not_of_those_taken_back() -> None:
    who = Annotator(
        id="ann_a", number=1, band="", state="working", consented=1.0, joined=1.0, seen=1.0
    )
    # What is forgotten can make a slot theirs that comes before the one that was taken from them.
    states: tuple[tuple[int, SlotState], ...] = ((2, "done"), (4, "reclaimed"))
    slots = [
        SlotRow(
            id=f"slt_{number}",
            task="pairs",
            purpose="work",
            number=number,
            state=state,
            leased_until=None,
        )
        for number, state in states
    ]
    step = next_step(written(task("pairs", "better")).study, who, slots)
    assert step == Step(kind="unblind", task="pairs", slot="slt_2")


def test_what_is_given_on_while_a_person_is_forgotten_asks_for_nothing_of_them(
    store: Store, url: str
) -> None:
    mixed = relevant("mixed", ("per_a", "per_b"))
    file = written(task("pages", "relevant", overlap=1))
    desk = opened(store.database, file, {"pages": TaskItems(work=(mixed,))}, Clock())
    forgotten = threading.Event()

    def forget() -> None:
        with open_store(url) as mine:
            mine.forget("per_a")
            forgotten.set()

    other = threading.Thread(target=forget)

    def give_on(transaction: Transaction) -> None:
        transaction.rows("study_hold", study=desk.id)
        other.start()
        # Long enough for what does not wait.
        forgotten.wait(timeout=1)
        joining.put_open(transaction, desk, "pages", [(mixed.id, ("1",))])

    store.database.transact(give_on)
    other.join(timeout=60)
    assert forgotten.is_set()
    (row,) = running.coverage(desk)
    assert (row.open, row.wanted) == (2, 2)
