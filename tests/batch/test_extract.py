"""The batch contract of `extract`."""

from __future__ import annotations

from typing import Any

import pytest

from recenter.batch.contract import Row
from recenter.batch.extract import ExtractHandler
from recenter.errors import (
    BudgetExceededError,
    InputError,
    RecenterError,
    UnreadableAnswerError,
)
from recenter.models.base import ChatRequest
from recenter.models.scripted import ScriptedChat, ScriptedEmbedder
from recenter.stages.extract_llm import LLMExtractor


def row(*texts: str, **more: Any) -> Row:
    return {"session": "s", "turns": [{"role": "user", "text": text} for text in texts]} | more


def handler(answers: dict[str, str | RecenterError]) -> ExtractHandler:
    """A handler whose model finds these quotes, or fails, where a word stands in the request."""

    def answer(request: ChatRequest) -> Any:
        for word, found in answers.items():
            if word not in request.messages[1].content:
                continue
            if isinstance(found, RecenterError):
                return found
            item = {"text": f"The user: {found}", "source": "stated", "quote": found, "turn": 0}
            return {"attributes": [item | {"confidence": 0.9, "reason": "said so"}]}
        return {"attributes": []}

    extractor = LLMExtractor(ScriptedChat(answer), on_error="collect")
    return ExtractHandler(extractor, ScriptedEmbedder(), threshold=0.7)


def test_each_row_gets_what_stands_in_its_own_turns() -> None:
    handle = handler({"nurse": "I am a nurse", "bake": "I bake"})
    first, second, third = handle([row("I am a nurse."), row("Hello."), row("So. I bake.")])
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert isinstance(third, dict)
    assert second["attributes"] == []
    (attribute,) = third["attributes"]
    assert attribute["evidence"] == [{"turn": 0, "start": 4, "end": 10, "quote": "I bake"}]
    assert [a["text"] for a in first["attributes"]] == ["The user: I am a nurse"]


def test_rows_of_one_person_are_merged_and_each_cites_itself() -> None:
    handle = handler({"bake": "I bake"})
    made = handle([row("I bake.", person="ada"), row("Yes. I bake.", person="ada")])
    spans = [one["attributes"][0]["evidence"] for one in made if isinstance(one, dict)]
    assert [[span["start"] for span in each] for each in spans] == [[0], [5]]


def test_an_unreadable_answer_costs_its_row_and_an_empty_budget_stops_the_run() -> None:
    rows = [row("I am a nurse."), row("I bake.")]
    unread = UnreadableAnswerError("half a JSON.")
    bad, good = handler({"nurse": unread, "bake": "I bake"})(rows)
    assert isinstance(bad, UnreadableAnswerError)
    assert isinstance(good, dict)
    with pytest.raises(BudgetExceededError):
        handler({"nurse": BudgetExceededError("no more."), "bake": "I bake"})(rows)


def test_labels_that_ride_along_change_nothing() -> None:
    handle = handler({"bake": "I bake"})
    labels = {"attributes": [{"text": "gold"}], "source": "x", "kept": 1}
    (bare,) = handle([row("I bake.")])
    (labelled,) = handle([row("I bake.", **labels)])
    assert isinstance(bare, dict)
    assert isinstance(labelled, dict)
    assert bare["attributes"] == labelled["attributes"]
    assert labelled["kept"] == 1


def test_a_bad_row_is_its_own_error() -> None:
    bad, good = handler({})([{"session": "s"}, row("Hello.")])
    assert isinstance(bad, InputError)
    assert isinstance(good, dict)


def test_an_id_stands_in_for_a_session_and_one_of_them_is_needed() -> None:
    handle = handler({"bake": "I bake"})
    named = {name: value for name, value in row("I bake.").items() if name != "session"}
    with_id, with_neither = handle([named | {"id": "con_1"}, named])
    assert isinstance(with_id, dict)
    assert [one["text"] for one in with_id["attributes"]] == ["The user: I bake"]
    assert isinstance(with_neither, InputError)
    assert with_neither.field == "session"
