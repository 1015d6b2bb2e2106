"""What a plan will take, by sums that can be done by hand."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from recenter.errors import InputError
from recenter.study.design import Payment, Recruitment, Study
from recenter.study.outlook import outlook
from recenter.study.plan import Plan, TaskItems, make_plan
from tests.study.samples import better, relevant, supported, task, written

PAY = Payment(currency="GBP", amount=3.0, least_per_hour=9.0, fee=0.25)


def planned(payment: Payment) -> tuple[Plan, Study]:
    study = written(
        task(overlap=2, per_annotator=4, seconds=60, training={"items": "t"}), payment=payment
    ).study
    items = TaskItems(
        work=tuple(supported(str(n), f"per_{n}") for n in range(8)),
        training=(supported("t", key=("reject",)),),
    )
    return make_plan(study, {"quality": items}), study


def test_people_minutes_and_money() -> None:
    plan, study = planned(payment=PAY)
    found = outlook(study, plan, simulate=False)
    (one,) = found.tasks
    assert (one.items, one.people, one.slots, one.overlap) == (8, 8, 4, 2)
    assert one.pages == {"training": 1, "work": 4}
    # 3 minutes of reading, one practice item and four of work at a minute each.
    assert found.minutes == pytest.approx(8)
    assert found.per_hour == Decimal("22.50")
    assert (found.annotators, found.rewards, found.fee) == (4, Decimal("12.0"), Decimal("3.00"))
    assert found.total == Decimal("15.00")


def test_pay_below_what_is_promised_is_refused_with_what_it_should_be() -> None:
    plan, study = planned(payment=msgspec.structs.replace(PAY, amount=1.0))
    with pytest.raises(InputError, match=r"7.50 an hour, below 9.0. Pay at least 1.20"):
        outlook(study, plan, simulate=False)


def test_intervals_are_expected_of_every_question() -> None:
    tasks = (task(overlap=2), task("pages", "relevant", overlap=2), task("pairs", "better"))
    study = written(*tasks).study
    people = [f"per_{n}" for n in range(6)]
    plan = make_plan(
        study,
        {
            "quality": TaskItems(work=tuple(supported(p, p) for p in people)),
            "pages": TaskItems(work=tuple(relevant(p, (p,)) for p in people)),
            "pairs": TaskItems(work=tuple(better(p, p) for p in people)),
        },
    )
    found = outlook(study, plan)
    assert [one.decisions for one in found.tasks] == [6, 12, 12]
    assert [[e.base for e in one.expected] for one in found.tasks] == [
        [0.1, 0.3, 0.5],
        [0.1, 0.3, 0.5],
        [3.0, 3.3, 3.6],
    ]
    assert found.per_hour is None
    assert found.total == 0


def grouped(*groups: tuple[str, ...], slots: tuple[int, ...]) -> tuple[Study, Plan]:
    """Tasks of these groups with so many slots of one item; a decision takes a minute and more."""
    tasks = tuple(
        task(f"t{n}", overlap=count, per_annotator=1, seconds=60.0 * (n + 1), groups=names)
        for n, (names, count) in enumerate(zip(groups, slots, strict=True))
    )
    study = written(
        *tasks, payment=PAY, recruitment=Recruitment(groups={"a": 1, "b": 1, "c": 1})
    ).study
    items = {one.name: TaskItems(work=(supported(one.name),)) for one in tasks}
    return study, make_plan(study, items)


@pytest.mark.parametrize(
    ("groups", "slots", "annotators", "minutes"),
    [
        # Two groups of their own: 4 and 6 people. b has 2 minutes, after 3 of reading.
        ((("a",), ("b",)), (4, 6), 10, 5),
        # Two tasks of one group are done by the same people: max(4, 6) and 3; a has 1 + 2 minutes.
        ((("a",), ("a",), ("b",)), (4, 6, 3), 9, 6),
        # What everyone does adds people only where the groups are too few; b has 2 + 3 minutes.
        ((("a",), ("b",), ()), (4, 6, 8), 10, 8),
        ((("a",), ("b",), ()), (4, 6, 15), 15, 8),
        # Of a task that two groups do, 9 - (4 + 2) people are missing; a has 1 + 3 minutes.
        ((("a",), ("b",), ("a", "c")), (4, 2, 9), 11, 7),
        # Groups that no task asks for change nothing.
        (((), ()), (4, 6), 6, 6),
    ],
)
def test_groups_that_do_different_tasks_are_different_people(
    groups: tuple[tuple[str, ...], ...], slots: tuple[int, ...], annotators: int, minutes: float
) -> None:
    study, plan = grouped(*groups, slots=slots)
    found = outlook(study, plan, simulate=False)
    assert [one.slots for one in found.tasks] == list(slots)
    assert (found.annotators, found.minutes) == (annotators, minutes)
    assert found.rewards == 3 * annotators
    assert found.per_hour == (Decimal(180) / Decimal(minutes)).quantize(Decimal("0.01"))
