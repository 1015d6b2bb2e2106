"""The researcher's side of the ledger."""

from __future__ import annotations

import pytest

from recenter.errors import InputError, RefusedError
from recenter.store import Store
from recenter.study.ledger import joining, reading, running, saving
from recenter.study.ledger.desk import Desk
from recenter.study.plan import TaskItems
from tests.study.ledger.test_ledger import click, come, take, work_through
from tests.study.samples import Clock, opened, supported, task, written


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    items = TaskItems(work=tuple(supported(name) for name in "ab"))
    file = written(task(overlap=2, per_annotator=2))
    return opened(store.database, file, {"quality": items}, clock)


def test_who_is_left_out_counts_no_more_and_can_be_taken_back(desk: Desk) -> None:
    ann = come(desk, "ann")
    work_through(desk, ann)
    running.exclude(desk, ann.id, reason="Clicks at random", account="researcher", replace=False)
    assert [row.counts for row in reading.answers(desk)] == [False, False]
    assert [(one.done, one.wanted) for one in running.coverage(desk)] == [(0, 4)]
    running.include(desk, ann.id)
    assert [row.counts for row in reading.answers(desk)] == [True, True]
    with pytest.raises(RefusedError, match="nobody of this id is left out"):
        running.include(desk, ann.id)
    ((who, reason, account, _, undone),) = reading.exclusions(desk)
    assert (who, reason, account) == (ann.id, "Clicks at random", "researcher")
    assert undone is not None


def test_who_was_replaced_is_not_taken_back(desk: Desk) -> None:
    ann, bea, cleo = (come(desk, name) for name in "abc")
    work_through(desk, ann)
    work_through(desk, bea)
    assert joining.claim(desk, cleo, desk.study.task("quality")) is None
    running.exclude(desk, ann.id, reason="A robot", account="r", replace=True)
    assert joining.claim(desk, ann, desk.study.task("quality")) is None
    work_through(desk, cleo)
    with pytest.raises(RefusedError, match="pass the overlap"):
        running.include(desk, ann.id)
    assert sum(row.counts for row in reading.answers(desk)) == 4


def test_who_withdrew_is_taken_back_without_an_answer(desk: Desk) -> None:
    ann = come(desk, "ann")
    work_through(desk, ann)
    saving.withdraw(desk, ann.id)
    running.exclude(desk, ann.id, reason="A slip", account="r", replace=False)
    running.include(desk, ann.id)
    assert reading.left_out(desk) == set()
    assert reading.answers(desk) == []
    assert joining.claim(desk, joining.find(desk, ann.id), desk.study.task("quality")) is None


def test_an_exclusion_needs_a_reason(desk: Desk) -> None:
    with pytest.raises(InputError, match="Say why"):
        running.exclude(desk, come(desk, "a").id, reason=" ", account="r", replace=False)


def test_the_last_decision_stands_and_has_to_be_on_the_scale(desk: Desk, clock: Clock) -> None:
    for answer, seen in (("accept", None), ("reject", clock.now + 1)):
        clock.now += 1
        running.adjudicate(
            desk,
            "sup_a",
            "1",
            answer=answer,
            failure="other",
            reason="Seen",
            account="r",
            seen=seen,
        )
    stands = running.adjudications(desk)["sup_a", "1"]
    assert (stands.answer, stands.failure, stands.reason) == ("reject", "other", "Seen")
    with pytest.raises(InputError, match="not an answer"):
        running.adjudicate(desk, "sup_a", "1", answer="no", failure=None, reason="", account="r")
    with pytest.raises(RefusedError, match="no such decision"):
        running.adjudicate(
            desk, "sup_z", "1", answer="accept", failure=None, reason="", account="r"
        )


def test_a_decision_that_nobody_read_is_not_decided_over(desk: Desk, clock: Clock) -> None:
    running.adjudicate(
        desk, "sup_a", "1", answer="accept", failure=None, reason="Said so.", account="ada"
    )
    first = clock.now
    clock.now += 1
    for seen in (None, first - 1):
        with pytest.raises(RefusedError, match="somebody else decided"):
            running.adjudicate(
                desk, "sup_a", "1", answer="reject", failure=None, reason="No.", account="jo",
                seen=seen,
            )  # fmt: skip
    assert running.adjudications(desk)["sup_a", "1"].account == "ada"
    running.adjudicate(
        desk, "sup_a", "1", answer="reject", failure=None, reason="No.", account="jo", seen=first
    )
    assert running.adjudications(desk)["sup_a", "1"].account == "jo"


def test_coverage_counts_what_is_open_held_and_done(desk: Desk) -> None:
    work_through(desk, come(desk, "ann"))
    joining.claim(desk, come(desk, "bea"), desk.study.task("quality"))
    (row,) = running.coverage(desk)
    assert (row.items, row.open, row.held, row.done) == (2, 0, 2, 2)


def test_what_was_declined_waits_with_the_rest_until_the_slot_ends(desk: Desk) -> None:
    ann = come(desk, "ann")
    slot = take(desk, ann)
    counted = []
    for position, answer in enumerate(("cannot_tell", "accept")):
        click(desk, ann, slot, position, answer)
        saving.submit(desk, ann.id, slot.id, position)
        (row,) = running.coverage(desk)
        counted.append((row.open, row.held, row.done, row.wanted))
    # The other slot is open all along; in the end the declined decision is, too.
    assert counted == [(2, 2, 0, 4), (3, 0, 1, 4)]


def test_a_study_that_is_not_open_takes_nobody_new(desk: Desk) -> None:
    ann = come(desk, "ann")
    running.set_study_state(desk, "paused")
    assert joining.join(desk, {"id": "link/ann"}) == ann
    with pytest.raises(RefusedError, match="nobody new"):
        joining.join(desk, {"id": "link/bea"})


def test_platform_ids_are_erased_when_asked(desk: Desk) -> None:
    ann = come(desk, "ann")
    assert running.identity(desk, ann.id) == {"id": "link/ann"}
    assert running.forget_identities(desk) == (1, True)
    assert running.identity(desk, ann.id) is None


def test_accounts_are_stored_by_name(desk: Desk) -> None:
    one = running.Account(name="mia", role="adjudicator", hash="argon2...")
    running.put_account(desk.database, one)
    assert running.account(desk.database, "mia") == one
    assert running.account(desk.database, "noa") is None
