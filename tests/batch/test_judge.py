"""The batch contract of `judge`: any question, asked of rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recenter.batch.contract import Row
from recenter.batch.judge import (
    better_row,
    mentions_row,
    relevant_row,
    supported_row,
    trained_better_row,
)
from recenter.batch.rows import one_by_one
from recenter.errors import InputError, UnreadableAnswerError
from recenter.models.base import ChatRequest
from recenter.models.scripted import ScriptedChat
from recenter.stages.judge_trained import TrainedPreference
from tests.stages.preference_makers import Letters, head, saved

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
    assert there == ROW | {"preference": 0.625, "orders": {"first": "2", "second": "5"}}
    assert back["orders"] == {"first": "1", "second": "4"}


@pytest.mark.parametrize("text", ["", "Lentils."])
def test_the_same_reply_twice_is_neither_whatever_a_model_would_say(text: str) -> None:
    answers = [{"reason": "", "answer": answer} for answer in "15"]
    judged = better_row(ROW | {"a": text, "b": text}, ScriptedChat(answers))
    assert (judged["preference"], judged["orders"]) == (0.5, {"first": "3", "second": "3"})


def test_an_empty_reply_is_compared_like_any_other() -> None:
    there = better_row(ROW | {"a": ""}, ScriptedChat(biased))
    back = better_row(ROW | {"a": ROW["b"], "b": ""}, ScriptedChat(biased))
    assert back["preference"] == 1 - there["preference"]


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


STATEMENT: Row = {"text": "The user lives in Leeds.", "evidence_text": "I live in Leeds", "n": 1}
ASKED: Row = {
    "prompt": "Where is it sunny?",
    "reply": "Not in Leeds.",
    "attributes": [
        {"id": "1", "text": "The user lives in Leeds.", "gold": "yes"},
        {"id": "2", "text": "The user has a cat."},
    ],
}


def about_leeds(request: ChatRequest) -> dict[str, str]:
    """Says yes to what is about Leeds."""
    found = "lives in Leeds" in request.messages[-1].content
    return {"reason": "It says so.", "answer": "yes" if found else "no"}


def test_supported_gives_answer_failure_and_reason() -> None:
    said = {"reason": "No.", "answer": "reject", "failure": "wrong_person"}
    model = ScriptedChat([said, said | {"answer": "accept"}])
    assert supported_row(STATEMENT, model) == STATEMENT | said
    assert supported_row(STATEMENT, model)["failure"] is None
    assert "I live in Leeds" in model.requests[0].messages[-1].content


def test_supported_shows_the_turns_of_the_row() -> None:
    turns = [{"role": "user", "text": "Hi! I live in Leeds."}, {"role": "assistant", "text": "Ah"}]
    model = ScriptedChat([{"reason": "", "answer": "accept", "failure": "none"}])
    out = supported_row(STATEMENT | {"turns": turns}, model)
    assert (out["answer"], out["reason"]) == ("accept", None)
    assert "Hi! I live in Leeds." in model.requests[0].messages[-1].content


@pytest.mark.parametrize("judge", [relevant_row, mentions_row])
def test_each_attribute_is_asked_about_and_keeps_its_labels(judge: Any) -> None:
    out = judge(ASKED, ScriptedChat(about_leeds))
    first, second = ASKED["attributes"]
    assert out == ASKED | {
        "attributes": [
            first | {"answer": "yes", "reason": "It says so."},
            second | {"answer": "no", "reason": "It says so."},
        ]
    }


def test_relevant_five_has_five_levels() -> None:
    levels = ["avoid", "necessary_implicit"]
    model = ScriptedChat([{"reason": "", "answer": level} for level in levels])
    out = relevant_row(ASKED, model, five=True)
    assert [item["answer"] for item in out["attributes"]] == levels


@pytest.mark.parametrize("judge", [supported_row, relevant_row, mentions_row, better_row])
@pytest.mark.parametrize("answer", ["I would say no.", {"reason": "", "answer": "perhaps"}])
def test_an_answer_that_cannot_be_read_is_an_error_and_never_a_no(judge: Any, answer: Any) -> None:
    row = ROW | STATEMENT | ASKED
    handle = one_by_one(lambda row: judge(row, ScriptedChat(lambda _: answer)))
    (result,) = handle([row])
    assert isinstance(result, UnreadableAnswerError)


@pytest.mark.parametrize(
    ("judge", "field", "value"),
    [
        (supported_row, "text", " "),
        (supported_row, "evidence_text", 3),
        (relevant_row, "prompt", None),
        (relevant_row, "attributes", "x"),
        (mentions_row, "reply", 3),
        (mentions_row, "attributes[1].id", None),
    ],
)
def test_a_bad_row_of_any_question_names_its_field(judge: Any, field: str, value: Any) -> None:
    row = STATEMENT | ASKED
    if field.startswith("attributes["):
        row |= {"attributes": [ASKED["attributes"][0], {"id": value, "text": "x"}]}
    else:
        row |= {field: value}
    with pytest.raises(InputError) as caught:
        judge(row, ScriptedChat([]))
    assert caught.value.field == field


PAST = [{"prompt": "Lunch?", "chosen": "Bread.", "rejected": "Bread with a lot of good cheese."}]
WORDY: Row = {"prompt": "Soup?", "a": "Lentils with a lot of onion.", "b": "Lentils."}


@pytest.fixture
def trained(tmp_path: Path) -> TrainedPreference:
    return TrainedPreference(saved(tmp_path, head(log_words=1.0)), Letters())


def test_a_trained_model_gives_one_minus_when_exchanged_and_its_deviation(
    trained: TrainedPreference,
) -> None:
    there = trained_better_row(WORDY | {"label": "a"}, trained)
    back = trained_better_row(WORDY | {"a": WORDY["b"], "b": WORDY["a"]}, trained)
    assert there["preference"] > 0.5
    assert back["preference"] == 1 - there["preference"]
    assert there["deviation"] == back["deviation"] > 0
    assert there["label"] == "a"


def test_history_personalises_and_no_other_field_counts(trained: TrainedPreference) -> None:
    def told(**more: Any) -> tuple[float, float]:
        out = trained_better_row(WORDY | more, trained)
        return out["preference"], out["deviation"]

    plain = told()
    assert told(history=PAST)[0] < plain[0]
    assert told(history=[]) == told(history=None) == plain
    assert told(profile=["terse"], user="u", person="p", chosen="b", rejected="a") == plain
    assert told(history=[PAST[0] | {"user": "x", "score": 3}]) == told(history=PAST)


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [("a", None, "a"), ("history", "x", "history"), ("history", [{}], "history[0]")],
)
def test_a_bad_row_for_a_trained_model_names_its_field(
    field: str, value: Any, named: str, trained: TrainedPreference
) -> None:
    with pytest.raises(InputError) as caught:
        trained_better_row(WORDY | {field: value}, trained)
    assert caught.value.field == named


def test_history_does_not_reach_a_chat_model() -> None:
    with_history, without = ScriptedChat(biased), ScriptedChat(biased)
    better_row(ROW | {"history": "x"}, with_history)
    better_row(ROW, without)
    assert with_history.requests == without.requests
