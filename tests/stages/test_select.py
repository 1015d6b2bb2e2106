"""Selections: order, caps, reasons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.provenance import Signature
from recenter.records import Decision
from recenter.stages.select import capped, selection
from tests.stages.makers import attribute, query, selected


def decision(name: str, score: float | None) -> Decision:
    return Decision(attribute=name, decision="use", score=score, reason="r")


@given(st.permutations([("a", 0.5), ("b", 0.5), ("c", 0.9), ("d", None), ("e", 0.0)]))
def test_the_order_of_the_attributes_changes_nothing(order: list[tuple[str, float | None]]) -> None:
    made = selection(query("?"), [decision(*pair) for pair in order], signature=Signature())
    assert made.used == ("c", "a", "b", "e", "d")
    reference = selection(
        query("?"), [decision(*pair) for pair in sorted(order)], signature=Signature()
    )
    assert made == reference


def test_an_attribute_decided_twice_is_refused() -> None:
    with pytest.raises(InputError, match=r"attributes.*'a'"):
        selection(query("?"), [decision("a", 1), decision("a", 0)], signature=Signature())


def test_using_nothing_has_a_reason() -> None:
    assert selected(a=("withhold", 0.1)).reason
    assert selected(a=("use", 0.1)).reason is None


def test_the_cap_keeps_stated_before_inferred_and_leaves_scores() -> None:
    attributes = [
        attribute("a", source="inferred"),
        attribute("b", source="stated"),
        attribute("c", source="stated"),
    ]
    made = selected(a=("use", 0.9), b=("use", 0.4), c=("use", 0.6))
    assert capped(made, attributes, cap=5) == made
    assert capped(made, attributes, cap=1).used == ("c",)
    assert capped(made, attributes, cap=2).used == ("c", "b")
    assert [d.score for d in capped(made, attributes, cap=1).decisions] == [0.9, 0.6, 0.4]
    nothing = capped(made, attributes, cap=0)
    assert nothing.used == ()
    assert nothing.reason
    with pytest.raises(InputError, match="cap"):
        capped(made, attributes, cap=-1)
