"""The batch contract of `judge better`."""

from __future__ import annotations

from typing import Any

import pytest

from recenter.batch.judge import better_row
from recenter.errors import InputError
from recenter.models.base import ChatRequest
from recenter.models.scripted import ScriptedChat

ROW = {"prompt": "Dinner?", "a": "Lentils.", "b": "Steak.", "chosen": "a", "user": "u"}


def biased(request: ChatRequest) -> dict[str, str]:
    """Likes side B, and lentils more."""
    text = request.messages[-1].content
    side_b = text.partition("<reply_b>")[2]
    return {"reason": "", "answer": "5" if "Lentils" in side_b else "4"}


def test_exchanging_a_and_b_gives_exactly_one_minus_the_preference() -> None:
    there = better_row(ROW, ScriptedChat(biased))
    back = better_row(ROW | {"a": ROW["b"], "b": ROW["a"]}, ScriptedChat(biased))
    assert there["preference"] == 0.625
    assert back["preference"] == 1 - there["preference"]
    assert there == ROW | {"preference": 0.625}
    assert better_row(ROW | {"b": ROW["a"]}, ScriptedChat(biased))["preference"] == 0.5


@pytest.mark.parametrize(
    "profile",
    ["vegan", ["vegan"], [{"text": "vegan", "label": 1}], {"diet": "vegan", "age": None}],
)
def test_a_profile_comes_in_several_shapes(profile: Any) -> None:
    model = ScriptedChat(biased)
    better_row(ROW | {"profile": profile}, model)
    shown = model.requests[0].messages[-1].content
    assert "vegan" in shown
    assert "label" not in shown
    assert "None" not in shown


def test_labels_do_not_reach_the_judge() -> None:
    with_label, without = ScriptedChat(biased), ScriptedChat(biased)
    better_row(ROW, with_label)
    better_row({k: ROW[k] for k in ("prompt", "a", "b")}, without)
    assert with_label.requests == without.requests


@pytest.mark.parametrize(("field", "value"), [("a", None), ("prompt", 1), ("profile", 3)])
def test_a_bad_row_names_its_field(field: str, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        better_row(ROW | {field: value}, ScriptedChat([]))
    assert caught.value.field == field
