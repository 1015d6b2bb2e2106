"""Narrower wordings without a model."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from recenter.records import Failure, Verdict
from recenter.stages.refine import refine
from recenter.stages.rewrite import Offer, offer
from recenter.stages.statement import statement
from recenter.stages.verify import supported
from recenter.stages.verify_rules import RulesVerifier

RULES = RulesVerifier()


def offered(
    text: str,
    quote: str,
    failure: Failure = "overgeneralisation",
    tried: Iterable[str] = (),
    answer: Verdict = "reject",
) -> Offer | None:
    attribute, _ = statement(text, quote, None)
    judgment = supported(
        attribute,
        judge="rules",
        answer=answer,
        probability=0.2,
        failure=failure,
        reason=None,
        signature=RULES.signature,
    )
    return offer(attribute, judgment, {text, *tried})


@pytest.mark.parametrize(
    ("text", "quote", "wording"),
    [
        ("The user is fluent in Thai.", "I speak a bit of Thai", "The user speaks a bit of Thai."),
        ("The user is vegan.", "My brother is vegan", "The user's brother is vegan."),
        ("The user is a skilled cook.", "I think I cook well", "The user thinks they cook well."),
        ("The user always runs.", "running shoes, size 9", "The user runs."),
        ("An avid reader", "books for a reader", "A reader"),
        ("The user bakes.", "How do I bake a pie?", "The user asked once: How do I bake a pie?"),
    ],
)  # fmt: skip
def test_the_common_cases_have_a_narrower_wording(text: str, quote: str, wording: str) -> None:
    made = offered(text, quote)
    assert made is not None
    assert made.text == wording


def test_a_wording_is_offered_once_and_then_it_is_dropped() -> None:
    first = offered("The user is fluent in Thai.", "I speak a bit of Thai")
    assert first is not None
    assert offered("The user is fluent in Thai.", "I speak a bit of Thai", tried=[first.text]) == (
        "drop",
        "",
        "Its words support no narrower wording.",
    )


def test_words_about_something_else_are_no_rewording() -> None:
    assert offered("The user is fluent in Thai.", "I have a cat") == (
        "drop",
        "",
        "Its words support no narrower wording.",
    )


def test_what_is_only_uncertain_is_left_to_a_person() -> None:
    assert offered("The user is fluent in Thai.", "I have a cat", answer="uncertain") is None


def test_own_words_that_cannot_stand_alone_are_not_offered() -> None:
    assert offered("The user wants a new job.", "I want to transition", answer="uncertain") is None


def test_nothing_is_made_of_a_fiction_or_of_no_quote() -> None:
    fiction = offered("The user is a king.", "I am a king", "task_context_confusion")
    nothing = offered("The user is a king.", "", "missing_evidence")
    assert fiction is not None
    assert nothing is not None
    assert (fiction.action, nothing.action) == ("drop", "drop")


def test_refining_without_a_model_verifies_the_wording_and_keeps_the_evidence() -> None:
    attribute, talk = statement(
        "The user is fluent in Thai.", "I speak a bit of Thai, I guess", None
    )
    made = refine(attribute, [talk], verifier=RULES, model=None)
    assert made.judgment.answer == "accept"
    assert made.attribute is not None
    assert made.attribute.text == "The user speaks a bit of Thai."
    assert made.attribute.evidence == attribute.evidence
    assert made.attribute.signature.model == "embedded:rewriter@1"
    assert [step.action for step in made.history] == ["rewrite", "keep"]


def test_what_cannot_be_reworded_is_dropped_by_the_rewriter() -> None:
    attribute, talk = statement("The user is a pilot.", "", None)
    made = refine(attribute, [talk], verifier=RULES, model=None)
    assert made.attribute is None
    assert made.judgments[-1].judge.name == "embedded:rewriter@1"
