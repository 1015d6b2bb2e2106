"""What a study costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.study.blocks import Slot
from recenter.study.cost import Cost, cost
from recenter.study.repeats import arrange

SECONDS: dict[str, int | Decimal] = {"work": 45, "repeat": 45, "check": Decimal("12.5"), "gold": 45}


def plan(**changed: Any) -> Cost:
    given: dict[str, Any] = {"seconds": SECONDS, "per_hour": 900, "currency": "GBP", **changed}
    return cost(given.pop("sheets", [["work"] * 20, ["work"] * 19 + ["check"] * 2]), **given)


def test_a_study_is_added_up_to_the_penny() -> None:
    # 900 s and 880 s, and 120 s once each: 17 minutes are 2.55 pounds, and a third of 5.10 is 1.70.
    assert plan(once=120, fee=Decimal("0.333")) == Cost(
        annotators=2,
        minutes=Decimal("17.0"),
        total_minutes=Decimal("33.7"),
        reward=255,
        rewards=510,
        fee=170,
        total=680,
        currency="GBP",
    )


def test_pages_of_an_arranged_slot_are_sheets() -> None:
    slots = [Slot(number=n, items=tuple(f"i{m}" for m in range(10))) for n in range(3)]
    sheets = [
        [place.kind for place in arrange(slot, repeat=0.2, checks=("c1", "c2"))] for slot in slots
    ]
    assert plan(sheets=sheets).minutes == Decimal("9.5")  # 12 pages of 45 s and 2 of 12.5 s.


@given(
    st.lists(st.lists(st.sampled_from(sorted(SECONDS)), max_size=30), max_size=10),
    st.integers(0, 5_000),
    st.decimals(0, 1, places=3),
)
def test_nobody_is_paid_less_than_the_hour_says(
    sheets: list[list[str]], per_hour: int, fee: Decimal
) -> None:
    found = plan(sheets=sheets, per_hour=per_hour, fee=fee)
    assert found.total == found.rewards + found.fee
    assert found.rewards == found.reward * found.annotators == found.reward * len(sheets)
    assert 0 <= found.fee - found.rewards * fee < 1
    for sheet in sheets:
        assert found.reward * 3600 >= sum(SECONDS[kind] for kind in sheet) * per_hour


def test_nobody_costs_nothing() -> None:
    found = plan(sheets=[])
    assert (found.total, found.minutes) == (0, Decimal(0))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sheets": [["dance"]]}, "nothing says how long 'dance' takes"),
        ({"per_hour": -1}, "per_hour: -1 was given"),
        ({"fee": Decimal("NaN")}, "fee: NaN was given"),
        ({"once": -5}, "once: -5 was given"),
        ({"seconds": {**SECONDS, "work": -1}}, "seconds of work: -1"),
        ({"currency": "pounds"}, "'pounds' is no currency"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        plan(**changed)
