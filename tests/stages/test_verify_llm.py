"""Support judged by a chat model."""

from __future__ import annotations

import pytest

from recenter.errors import UnreadableAnswerError
from recenter.models.scripted import ScriptedChat
from recenter.stages.verify import Both
from recenter.stages.verify_llm import LLMVerifier
from recenter.stages.verify_rules import RulesVerifier
from tests.stages.makers import attribute, conversation

TALK = conversation("I'm a nurse")
NURSE = attribute("The user is a nurse.", quote="I'm a nurse")


@pytest.mark.parametrize(
    ("answer", "probability"), [("accept", 1.0), ("uncertain", 0.5), ("reject", 0.0)]
)
def test_the_answer_is_the_probability(answer: str, probability: float) -> None:
    model = ScriptedChat([{"reason": "r", "answer": answer, "failure": "other"}])
    verifier = LLMVerifier(model)
    judgment = verifier.verify(NURSE, [TALK])
    assert (judgment.answer, judgment.probability) == (answer, probability)
    assert judgment.signature == verifier.signature
    assert verifier.name == model.name


def test_an_unreadable_answer_is_not_a_reject() -> None:
    with pytest.raises(UnreadableAnswerError):
        LLMVerifier(ScriptedChat(["no idea"])).verify(NURSE, [TALK])


def test_rules_in_front_save_the_call() -> None:
    model = ScriptedChat([])
    both = Both((RulesVerifier(), LLMVerifier(model)))
    judgment = both.verify(attribute("The user is a nurse.", quote="I'm a doctor"), [TALK])
    assert judgment.answer == "reject"
    assert model.requests == []
