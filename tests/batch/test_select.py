"""The batch contract of `select`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recenter.batch.select import select_row
from recenter.errors import InputError
from recenter.models.embedded import Minilm
from recenter.stages.policy import Policy
from recenter.stages.select import Selector
from recenter.stages.select_bm25 import Bm25Selector
from recenter.stages.select_trained import TrainedSelector

ROW: dict[str, Any] = {
    "prompt": "Which cello strings?",
    "attributes": [
        {"id": "a", "text": "The user plays the cello.", "relevant": True, "score": 7},
        {"id": "b", "text": "The user has a cat.", "relevant": False},
    ],
    "n_relevant": 1,
}


def test_the_row_comes_back_with_score_decision_and_reason() -> None:
    out = select_row(ROW, Bm25Selector())
    assert {k: v for k, v in out.items() if k != "attributes"} == {
        "prompt": ROW["prompt"],
        "n_relevant": 1,
    }
    first, second = out["attributes"]
    assert (first["decision"], second["decision"]) == ("use", "withhold")
    assert first["reason"]
    assert second["reason"]
    assert 0 < first["score"] <= 1
    assert second["score"] == 0
    assert (first["id"], first["text"], first["relevant"]) == (
        "a",
        ROW["attributes"][0]["text"],
        True,
    )
    assert ROW["attributes"][0]["score"] == 7


def scores(row: dict[str, Any], selector: Selector) -> list[tuple[Any, Any]]:
    out = select_row(row, selector)
    return [(item["score"], item["decision"]) for item in out["attributes"]]


SELECTORS = [Bm25Selector(), TrainedSelector(Minilm(threads=1))]


@pytest.mark.parametrize("selector", SELECTORS, ids=lambda selector: selector.name)
@settings(deadline=None, max_examples=30)
@given(
    extra=st.dictionaries(st.text(min_size=1, max_size=5), st.integers() | st.text(), max_size=3)
)
def test_no_other_field_changes_a_score(selector: Selector, extra: dict[str, Any]) -> None:
    known = {"prompt", "attributes", "id", "text"}
    extra = {k: v for k, v in extra.items() if k not in known}
    bare = {
        "prompt": ROW["prompt"],
        "attributes": [{k: item[k] for k in ("id", "text")} for item in ROW["attributes"]],
    }
    filled = bare | extra | {"attributes": [item | extra for item in bare["attributes"]]}
    assert scores(ROW, selector) == scores(bare, selector) == scores(filled, selector)
    turned = ROW | {"attributes": ROW["attributes"][::-1], "n_relevant": 0}
    assert scores(turned, selector) == scores(ROW, selector)[::-1]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prompt": 3}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"attributes": {}}, "attributes"),
        ({"attributes": [{"id": "a"}]}, "attributes[0]"),
        ({"attributes": [{"id": 1, "text": "x"}]}, "attributes[0].id"),
        ({"attributes": [{"id": "a", "text": " "}]}, "attributes[0].text"),
        ({"attributes": [{"id": "a", "text": "x"}] * 2}, "attributes[1].id"),
    ],
)
def test_a_bad_row_is_an_error_that_names_the_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        select_row(ROW | change, Bm25Selector())
    assert caught.value.field == field


def test_a_row_without_a_prompt_says_so() -> None:
    with pytest.raises(InputError, match="prompt"):
        select_row({"attributes": []}, Bm25Selector())


def test_cap_and_policy_change_decisions_and_no_scores() -> None:
    row = {"prompt": "gay cello", "attributes": [{"id": "g", "text": "The user is gay."}]}
    free = select_row(row, Bm25Selector())["attributes"][0]
    for kept in (
        select_row(row, Bm25Selector(), policy=Policy())["attributes"][0],
        select_row(row, Bm25Selector(), cap=0)["attributes"][0],
    ):
        assert (free["decision"], kept["decision"]) == ("use", "withhold")
        assert free["score"] == kept["score"]
