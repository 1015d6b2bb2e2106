"""The batch contract of `verify`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.batch.verify import verify_row
from recenter.errors import InputError
from recenter.models.embedded import Minilm
from recenter.models.scripted import ScriptedChat
from recenter.stages.verify_llm import LLMVerifier
from recenter.stages.verify_rules import RulesVerifier
from recenter.stages.verify_trained import TrainedVerifier

ROW: dict[str, Any] = {
    "text": "The user is a nurse.",
    "evidence_text": "i am a  Nurse",
    "turns": [
        {"role": "user", "text": "Hi. I am a nurse, on nights.", "i": 0},
        {"role": "assistant", "text": "Hello!"},
    ],
    "verdict": "rejected",
    "why": "a label",
}


def test_the_row_comes_back_with_probability_verdict_and_failure() -> None:
    out = verify_row(ROW, RulesVerifier())
    assert out == ROW | {"probability": 0.8, "verdict": "accept", "failure": None}


def test_without_turns_the_evidence_is_the_turn() -> None:
    row = {"text": ROW["text"], "evidence_text": "Translate this into Thai"}
    out = verify_row(row, RulesVerifier())
    assert (out["verdict"], out["failure"]) == ("reject", "overgeneralisation")


def test_a_row_of_no_turns_holds_no_evidence() -> None:
    out = verify_row(ROW | {"turns": []}, RulesVerifier())
    assert (out["verdict"], out["failure"]) == ("reject", "missing_evidence")


def test_evidence_that_stands_nowhere_is_missing() -> None:
    out = verify_row(ROW | {"evidence_text": "I am a doctor"}, RulesVerifier())
    assert (out["verdict"], out["failure"]) == ("reject", "missing_evidence")
    of_assistant = ROW | {"evidence_text": "Hello!"}
    assert verify_row(of_assistant, RulesVerifier())["verdict"] == "reject"


@pytest.mark.parametrize("nothing", ["", " \n", None])
@pytest.mark.parametrize("turns", [{}, {"turns": None}])
def test_no_evidence_is_a_verdict(nothing: str | None, turns: dict[str, Any]) -> None:
    row = {"text": ROW["text"], "evidence_text": nothing} | turns
    out = verify_row(row, RulesVerifier())
    assert (out["verdict"], out["failure"]) == ("reject", "missing_evidence")


def test_labels_do_not_reach_the_verifier() -> None:
    answer = {"reason": "", "answer": "uncertain", "failure": "missing_evidence"}
    with_labels, without = ScriptedChat([answer]), ScriptedChat([answer])
    out = verify_row(ROW, LLMVerifier(with_labels))
    verify_row({k: ROW[k] for k in ("text", "evidence_text", "turns")}, LLMVerifier(without))
    assert with_labels.requests == without.requests
    assert (out["probability"], out["verdict"], out["failure"]) == (
        0.5,
        "uncertain",
        "missing_evidence",
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": 1}, "text"),
        ({"evidence_text": 3}, "evidence_text"),
        ({"turns": [{"role": "bot", "text": "x"}]}, "turns[0].role"),
        ({"turns": "x"}, "turns"),
    ],
)
def test_a_bad_row_names_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        verify_row(ROW | change, RulesVerifier())
    assert caught.value.field == field


@given(
    st.text(min_size=1).filter(str.strip),
    st.text(min_size=1).filter(str.strip),
    st.lists(st.text(), max_size=3),
    st.booleans(),
)
def test_any_row_gets_a_verdict(text: str, quote: str, turns: list[str], said: bool) -> None:
    shown = [{"role": "user", "text": turn} for turn in [*turns, *[f"so {quote} ok"] * said]]
    row = {"text": text, "evidence_text": quote, "turns": shown}
    out = verify_row(row, RulesVerifier())
    assert (out["failure"] is None) == (out["verdict"] == "accept")
    assert 0 <= out["probability"] <= 1


def test_nothing_but_text_evidence_and_turns_reaches_the_trained_verifier() -> None:
    trained = TrainedVerifier(Minilm(threads=1))
    told = ("probability", "verdict", "failure")
    bare = {key: ROW[key] for key in ("text", "evidence_text", "turns")}
    full = bare | {"verdict": "rejected", "why": "Not about the user", "confidence": 0.1, "x": [1]}
    full |= {"person": "per_ada", "session": "s1", "kind": "direct", "human_touched": True}
    answers = [verify_row(row, trained) for row in (bare, full)]
    assert {key: answers[0][key] for key in told} == {key: answers[1][key] for key in told}
    assert answers[0]["verdict"] == "accept"
    assert answers[1]["why"] == "Not about the user"
