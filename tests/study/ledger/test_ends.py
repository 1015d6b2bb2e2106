"""Nobody is kept from the end of their part by what happened to their work meanwhile."""

from __future__ import annotations

from recenter.study.ledger.desk import Annotator, SlotRow, SlotState
from recenter.study.steps import Step, next_step
from tests.study.samples import task, written


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
