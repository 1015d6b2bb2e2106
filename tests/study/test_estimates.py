"""Shares of pairs that were drawn with known probabilities."""

from __future__ import annotations

import msgspec
import pytest

from recenter.study.estimates import weighted_yes
from recenter.study.items import Item
from recenter.study.ledger.reading import Answered
from tests.study.samples import relevant, task

TASK = task("pages", "relevant")


def study(
    matched: list[str], unmatched: list[str]
) -> tuple[list[Answered], dict[str, tuple[Item, str, str]]]:
    """Answers to pairs of which the matched ones were drawn nine times as often."""
    rows, items = [], {}
    for stratum, probability, answers in (("matched", 0.9, matched), ("unmatched", 0.1, unmatched)):
        for number, answer in enumerate(answers):
            item = relevant(f"{stratum}{number}", (f"per_{number}",))
            part = msgspec.structs.replace(item.parts[0], stratum=stratum, probability=probability)
            items[item.id] = (msgspec.structs.replace(item, parts=(part,)), "pages", "work")
            rows.append(
                Answered(
                    item=item.id, part="1", task="pages", kind="work", annotator="ann_1", number=1,
                    band="", state="working", answer=answer, failure=None, note=None, side=None,
                    guide="g", at=1.0, shown=1.0, done=2.0, active_ms=1, idle_ms=0, opened=0,
                    slot=1, position=number, slot_state="done",
                )
            )  # fmt: skip
    return rows, items


def test_what_a_matcher_picked_does_not_stand_for_the_rest() -> None:
    rows, items = study(["yes"] * 6 + ["no"] * 2, ["no"] * 7 + ["yes"])
    found = weighted_yes(TASK, rows, items)
    assert found is not None
    assert found.strata["matched"].value == pytest.approx(6 / 8)
    assert found.strata["unmatched"].value == pytest.approx(1 / 8)
    # By hand: (6/.9 + 1/.1) / (8/.9 + 8/.1).
    assert found.overall.value == pytest.approx((6 / 0.9 + 10) / (8 / 0.9 + 80))
    assert found.overall.value is not None
    assert found.overall.value < 7 / 16


def test_without_a_probability_nothing_is_said_of_all() -> None:
    rows, items = study(["yes"] * 3, ["no"] * 3)
    plain = relevant("plain", ("per_9",))
    items[plain.id] = (plain, "pages", "work")
    rows.append(msgspec.structs.replace(rows[0], item=plain.id))
    assert weighted_yes(TASK, rows, items) is None
    assert weighted_yes(TASK, [], items) is None
