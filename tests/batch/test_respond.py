"""The batch contract of `respond`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recenter.batch.respond import respond_row
from recenter.errors import InputError
from recenter.models.scripted import ScriptedChat
from recenter.stages.judge_trained import TrainedPreference
from recenter.stages.respond_check import Check
from recenter.stages.select_bm25 import Bm25Selector
from tests.stages.preference_makers import Letters, head, saved

ROW: dict[str, Any] = {
    "prompt": "Cello strings?",
    "attributes": [
        {"id": "a", "text": "The user plays the cello."},
        {"id": "b", "text": "The user has a cat."},
    ],
    "n": 3,
}


def test_without_a_model_messages_and_receipt_are_given() -> None:
    out = respond_row(ROW, Bm25Selector())
    assert out["reply"] is None
    assert out["n"] == 3
    assert "plays the cello" in out["messages"][-1]["content"]
    assert "cat" not in out["messages"][-1]["content"]
    assert [line["attribute"] for line in out["receipt"]["used"]] == ["a"]
    assert [line["attribute"] for line in out["receipt"]["withheld"]] == ["b"]


@pytest.mark.parametrize(("mode", "used"), [("generic", 0), ("all", 2), ("given", 2)])
def test_modes(mode: str, used: int) -> None:
    out = respond_row(ROW | {"mode": mode}, None, [ScriptedChat(["Gut ones."])])
    assert out["reply"] == "Gut ones."
    assert len(out["receipt"]["used"]) == used
    if mode == "generic":
        assert out["messages"] == [{"role": "user", "content": ROW["prompt"]}]


def test_edit_asks_twice() -> None:
    model = ScriptedChat(["Generic.", "Edited."])
    out = respond_row(ROW | {"mode": "given", "method": "edit"}, None, [model])
    assert out["reply"] == "Edited."
    assert [m["role"] for m in out["messages"]] == ["user", "assistant", "user"]


@pytest.mark.parametrize(
    ("field", "value"), [("mode", "some"), ("method", "end"), ("prompt", None), ("attributes", "x")]
)
def test_a_bad_row_names_its_field(field: str, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        respond_row(ROW | {field: value}, Bm25Selector())
    assert caught.value.field == field


def test_selected_without_a_selector_is_refused() -> None:
    with pytest.raises(InputError, match="selector"):
        respond_row(ROW, None)


def test_several_models_and_arms_give_a_list_of_replies() -> None:
    models = [ScriptedChat([f"{n} says"] * 3, name=f"scripted:{n}") for n in "xy"]
    out = respond_row(ROW, Bm25Selector(), models, arms=["generic", "selected", "given"])
    assert out.keys() == ROW.keys() | {"replies"}
    told = [(r["model"], r["arm"], r["reply"], len(r["receipt"]["used"])) for r in out["replies"]]
    assert told == [
        ("scripted:x", "generic", "x says", 0),
        ("scripted:x", "selected", "x says", 1),
        ("scripted:x", "given", "x says", 2),
        ("scripted:y", "generic", "y says", 0),
        ("scripted:y", "selected", "y says", 1),
        ("scripted:y", "given", "y says", 2),
    ]
    assert {r["method"] for r in out["replies"]} == {"start"}
    assert all(r["messages"][-1]["role"] == "user" for r in out["replies"])


def test_several_arms_without_a_model_give_their_messages() -> None:
    out = respond_row(ROW, None, arms=["generic", "all"])
    assert [(r["model"], r["reply"]) for r in out["replies"]] == [(None, None)] * 2


def test_what_is_asked_for_outright_outranks_the_row() -> None:
    row = ROW | {"mode": "all", "method": "start"}
    model = ScriptedChat(["Generic.", "Edited."])
    out = respond_row(row, None, [model], arms=["given"], method="edit")
    assert out["reply"] == "Edited."
    assert out["receipt"]["used"][0]["reason"] == "Used because it was given."


def test_with_checks_a_reply_that_fails_is_the_generic_one_and_the_receipt_says_so() -> None:
    model = ScriptedChat(["Gut ones, and feed the cat.", "Steel ones."])
    out = respond_row(ROW, Bm25Selector(), [model], check=Check())
    assert out["reply"] == "Steel ones."
    assert out["messages"] == [{"role": "user", "content": ROW["prompt"]}]
    assert not out["receipt"]["used"]
    assert "has a cat" in out["receipt"]["note"]


def test_a_checked_row_learns_from_its_history(tmp_path: Path) -> None:
    judge = TrainedPreference(saved(tmp_path, head(log_words=0.05)), Letters())
    once = {"chosen": "Steel.", "rejected": "Gut strings for the cello."}
    terse = [once | {"prompt": f"Bow {number}?"} for number in range(6)]
    replies = []
    for history in (None, terse):
        model = ScriptedChat(["Gut strings for the cello.", "Steel."])
        row = ROW | {"history": history}
        replies.append(respond_row(row, Bm25Selector(), [model], check=Check(judge=judge))["reply"])
    assert replies == ["Gut strings for the cello.", "Steel."]


def test_checks_apply_to_every_model_and_arm() -> None:
    models = [ScriptedChat(["Steel."] * 4) for _ in range(2)]
    out = respond_row(ROW, None, models, arms=("generic", "given"), check=Check())
    assert [each["arm"] for each in out["replies"]] == ["generic", "given"] * 2
    assert [len(model.requests) for model in models] == [3, 3]


def test_a_history_is_read_only_where_replies_are_checked() -> None:
    row = ROW | {"history": "x"}
    assert respond_row(row, Bm25Selector())["history"] == "x"
    with pytest.raises(InputError) as caught:
        respond_row(row, Bm25Selector(), check=Check())
    assert caught.value.field == "history"
