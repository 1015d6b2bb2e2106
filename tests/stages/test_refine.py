"""What becomes of attributes that were not accepted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from recenter.errors import InputError, UnreadableAnswerError
from recenter.models.scripted import ScriptedChat
from recenter.provenance import Signature
from recenter.records import Attribute, Conversation, Judge, Judgment
from recenter.stages.refine import Refined, best_wordings, refine
from recenter.stages.verify import supported
from tests.stages.makers import attribute, conversation

QUOTE = "I speak a bit of Thai"
TALK = conversation(QUOTE)
FLUENT = attribute("The user is fluent in Thai.", quote=QUOTE)
MODEST = "The user speaks a bit of Thai."


class Only:
    """Accepts one wording."""

    name = "only"
    signature = Signature(model="only")

    def __init__(self, text: str) -> None:
        self.text = text
        self.seen: list[str] = []

    def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
        self.seen.append(attribute.text)
        good = attribute.text == self.text
        return supported(
            attribute,
            judge=self.name,
            answer="accept" if good else "reject",
            probability=float(good),
            failure=None if good else "overgeneralisation",
            reason="too strong",
            signature=self.signature,
        )


def offer(action: str, text: str = "") -> dict[str, str]:
    return {"action": action, "text": text, "reason": f"to {action}"}


def refined(*offers: dict[str, str], rounds: int = 2, good: str = MODEST) -> Refined:
    return refine(
        FLUENT, [TALK], verifier=Only(good), model=ScriptedChat(list(offers)), rounds=rounds
    )


def test_what_is_accepted_is_kept_without_a_call() -> None:
    result = refined(good=FLUENT.text)
    assert result.attribute == FLUENT
    assert [step.action for step in result.history] == ["keep"]


def test_a_narrower_wording_is_verified_and_keeps_its_evidence() -> None:
    result = refined(offer("narrow", MODEST))
    assert result.attribute is not None
    assert (result.attribute.text, result.attribute.evidence) == (MODEST, FLUENT.evidence)
    assert result.attribute.id != FLUENT.id
    assert result.judgment.answer == "accept"
    assert result.judgment.subject.attribute == result.attribute.id
    assert [step.action for step in result.history] == ["narrow", "keep"]
    first = result.history[0].judgment
    assert first is not None
    assert first.subject.attribute == FLUENT.id
    assert result.wordings == (FLUENT, result.attribute)
    assert [j.answer for j in result.judgments] == ["reject", "accept"]
    assert (result.attribute.members, result.attribute.reason) == (
        (FLUENT.id,),
        "narrow: to narrow",
    )


def test_dropping_ends_it() -> None:
    result = refined(offer("drop"))
    assert result.attribute is None
    assert result.judgment.answer == "reject"
    assert [step.action for step in result.history] == ["drop"]
    assert result.wordings == (FLUENT,)
    verdict, drop = result.judgments
    assert (drop.answer, drop.judge.name, drop.reason) == (
        "reject",
        "scripted:test",
        "drop: to drop",
    )
    assert drop.failure == verdict.failure


def test_what_is_found_again_comes_in_the_wording_that_was_accepted() -> None:
    result = refined(offer("narrow", "The user speaks Thai."), offer("narrow", MODEST))
    assert result.attribute is not None
    found = [FLUENT, attribute("The user cooks.")]
    better = best_wordings(found, result.wordings, result.judgments)
    assert [a.text for a in better] == [MODEST, "The user cooks."]
    assert better[0] == result.attribute
    nobody = best_wordings(found, result.wordings, result.judgments[:-1])
    assert list(nobody) == found
    by_person = replace(
        result.judgments[0], id="jud_p", answer="accept", judge=Judge(kind="person", name="per_x")
    )
    assert list(best_wordings(found, result.wordings, [*result.judgments, by_person])) == found


def test_a_known_verdict_is_not_asked_for_again() -> None:
    verifier = Only(MODEST)
    known = verifier.verify(FLUENT, [TALK])
    model = ScriptedChat([offer("narrow", MODEST)])
    refine(FLUENT, [TALK], verifier=verifier, model=model, judgment=known)
    assert verifier.seen == [FLUENT.text, MODEST]


@pytest.mark.parametrize(
    "text",
    [
        "",
        FLUENT.text,
        "The user lived in Bangkok.",
        "The user has learned Thai for 3 years.",
        "The user always speaks Thai.",
    ],
)
def test_a_wording_that_adds_something_is_refused_unverified(text: str) -> None:
    verifier = Only("nothing")
    model = ScriptedChat([offer("rewrite", text)])
    result = refine(FLUENT, [TALK], verifier=verifier, model=model, rounds=1)
    assert verifier.seen == [FLUENT.text]
    assert [step.action for step in result.history] == ["refused", "give_up"]
    assert result.attribute == FLUENT
    assert result.judgment.answer == "reject"


@pytest.mark.parametrize(
    "text",
    [
        "The user is a doctor.",
        "The user speaks no Thai.",
        "The user is not fluent in Thai.",
        "x" * 401,
    ],
)
def test_narrowing_brings_in_no_word_of_substance(text: str) -> None:
    result = refined(offer("narrow", text), rounds=1, good=text)
    assert [step.action for step in result.history] == ["refused", "give_up"]
    assert result.attribute == FLUENT


@pytest.mark.parametrize(
    "text",
    ["The user can speak some Thai.", "They were once speaking Thai.", "The user speaks Thai."],
)
def test_narrowing_may_use_other_forms_and_small_words(text: str) -> None:
    assert refined(offer("narrow", text), good=text).judgment.answer == "accept"


def test_rounds_are_limited_and_the_last_verdict_stands() -> None:
    offers = [offer("rewrite", f"The user speaks Thai{'!' * n}") for n in range(1, 9)]
    result = refined(*offers, rounds=3)
    assert [step.action for step in result.history] == ["rewrite"] * 3 + ["give_up"]
    assert result.judgment.answer == "reject"
    assert [step.action for step in refined(rounds=0).history] == ["give_up"]
    with pytest.raises(InputError, match="rounds"):
        refined(rounds=-1)


def test_an_unreadable_offer_is_an_error() -> None:
    with pytest.raises(UnreadableAnswerError):
        refine(FLUENT, [TALK], verifier=Only(MODEST), model=ScriptedChat(["narrow it"]))
