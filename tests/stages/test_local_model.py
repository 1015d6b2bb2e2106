"""The stages on a real llama.cpp server: what comes back fits the schemas or is refused."""

from __future__ import annotations

import pytest

from recenter.models.local import LocalChat
from recenter.questions import MENTIONS, RELEVANT, SUPPORTED
from recenter.stages.judge import judge_better, judge_mentions, judge_relevant, preference
from recenter.stages.respond import respond, stream
from recenter.stages.select_llm import LLMSelector
from recenter.stages.verify_llm import LLMVerifier
from tests.stages.makers import attribute, conversation, query, selected

pytestmark = pytest.mark.llama

KNOWN = [attribute("The user is vegan.", id="v"), attribute("The user plays the cello.", id="c")]
DINNER = query("Name one dish for dinner, in three words.")


@pytest.mark.parametrize("asked", ["each", "batch"])
def test_select(llama_chat: LocalChat, asked: str) -> None:
    selector = LLMSelector(llama_chat, asked="each" if asked == "each" else "batch", workers=1)
    selection = selector.select(DINNER, KNOWN)
    assert {d.attribute for d in selection.decisions} == {"v", "c"}
    assert {d.score for d in selection.decisions} <= {0.0, 1.0}
    assert selection.signature.model == "local:smollm2"


def test_verify(llama_chat: LocalChat) -> None:
    talk = conversation("I'm vegan, what can I cook?")
    vegan = attribute("The user is vegan.", quote="I'm vegan")
    judgment = LLMVerifier(llama_chat).verify(vegan, [talk])
    assert judgment.answer in SUPPORTED.values
    assert (judgment.failure is None) == (judgment.answer == "accept")


def test_respond_and_judge(llama_chat: LocalChat) -> None:
    using = selected(v=("use", 1.0), c=("withhold", 0.0))
    generic = respond(DINNER, None, [], model=llama_chat, arm="generic")
    personal = respond(DINNER, using, KNOWN, model=llama_chat)
    assert generic.text
    assert personal.text
    assert "invents" in (personal.receipt.note or "")
    assert "".join(stream(DINNER, using, KNOWN, model=llama_chat)) == personal.text

    compared = judge_better(DINNER, personal, generic, KNOWN[:1], model=llama_chat)
    assert 0 <= preference(compared) <= 1
    assert [judgment.position for judgment in compared] == ["first", "second"]
    assert judge_relevant(DINNER, KNOWN[0], model=llama_chat).answer in RELEVANT.values
    assert judge_mentions(personal, KNOWN[0], model=llama_chat).answer in MENTIONS.values
