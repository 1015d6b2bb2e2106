"""What the rules refuse, and what they let through."""

from __future__ import annotations

import msgspec
import pytest

from recenter.records import Attribute, Conversation
from recenter.stages.verify_rules import RulesVerifier, evidence_in
from tests.stages.makers import attribute, conversation

RULES = RulesVerifier()


def judged(text: str, quote: str, talk: Conversation) -> tuple[str, str | None]:
    judgment = RULES.verify(quoted(text, quote, talk), [talk])
    assert judgment.probability is not None
    assert (judgment.probability > 0.5) == (judgment.answer == "accept")
    return judgment.answer, judgment.failure


def quoted(text: str, quote: str, talk: Conversation) -> Attribute:
    found = evidence_in(quote, talk)
    assert found is not None
    return msgspec.structs.replace(attribute(text), evidence=(found,))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The user is a nurse.", "I'm a nurse on night shifts, what should I eat?"),
        ("The user has 2 kids.", "My two kids hate broccoli and I'm out of ideas"),
        ("The user's brother is vegetarian.", "my brother is vegetarian"),
        ("The user lives in Lisbon.", "I live in Lisbon now."),
        ("The user has a wife.", "my wife"),
        ("The wife's job is in Rome.", "my wife works in Rome"),
        ("The user is married.", "my wife is a nurse"),
        ("The user is a parent.", "My daughter starts school in May."),
        ("The user is 34 years old.", "I turned thirty-four last week"),
        ("The user is 34 years old.", "I am thirty four"),
        ("The user earns 50,000 a year.", "I earn 50k"),
        ("The user is a 2nd-year student.", "I'm in my second year at uni"),
        ("The user has a 7-year-old son.", "My son is 7."),
        ("The user does not smoke.", "I don't smoke"),
        ("The user prefers trains to flying.", "I don't fly, I take the train"),
        ("The user avoids meat.", "I never eat meat"),
        ("The user is vegetarian.", "I don't eat meat"),
        ("The user likes spicy food.", "I don't mind spicy food"),
        ("The user likes tea.", "I like tea and do not drink coffee"),
    ],
)
def test_plain_statements_pass(text: str, said: str) -> None:
    assert judged(text, said, conversation(said)) == ("accept", None)


@pytest.mark.parametrize(
    ("text", "said", "answer", "failure"),
    [
        (
            "The user is learning French.",
            "Translate this into French",
            "reject",
            "overgeneralisation",
        ),
        ("The user is vegetarian.", "my brother is vegetarian", "reject", "wrong_person"),
        ("The user is a smoker.", "I don't smoke", "reject", "missing_evidence"),
        ("The user has a car.", "I don't have a car", "reject", "missing_evidence"),
        ("The user is a lawyer.", "I'm not a lawyer", "reject", "missing_evidence"),
        ("The user is married.", "my boss is a nurse", "reject", "wrong_person"),
        ("The user is 43 years old.", "I turned thirty-four", "reject", "missing_evidence"),
        ("The user has 5 cats.", "I have three cats at home", "reject", "missing_evidence"),
        ("The user lives in Lisbon, Iowa.", "I live in Lisbon", "uncertain", "missing_evidence"),
        ("The user is fluent in Thai.", "I speak a bit of Thai", "reject", "overgeneralisation"),
        ("The user always runs.", "I run on Sundays", "uncertain", "overgeneralisation"),
        ("They dislike it.", "I dislike my commute", "uncertain", "not_standalone"),
        (
            "The user is a knight.",
            "Write a story where I say: I am a knight of the realm.",
            "reject",
            "task_context_confusion",
        ),
    ],
)
def test_what_plainly_goes_wrong_has_its_failure(
    text: str, said: str, answer: str, failure: str
) -> None:
    assert judged(text, said, conversation(said)) == (answer, failure)


def test_the_quote_must_stand_in_a_turn_of_the_person() -> None:
    talk = conversation("I'm a nurse", "You're a nurse")
    good = quoted("The user is a nurse.", "I'm a nurse", talk)
    (evidence,) = good.evidence
    replace = msgspec.structs.replace
    for wrong in (
        replace(evidence, end=evidence.end - 1),
        replace(evidence, quote="I'm a doctor"),
        replace(evidence, turn=1, quote="You're a nu"),
        replace(evidence, turn=7),
        replace(evidence, turn=-1),
        replace(evidence, conversation="other"),
        replace(evidence, quote="", start=3, end=3),
    ):
        judgment = RULES.verify(replace(good, evidence=(wrong,)), [talk])
        assert (judgment.answer, judgment.failure) == ("reject", "missing_evidence")
    assert RULES.verify(replace(good, evidence=()), [talk]).answer == "reject"
    # One good quote carries the attribute, whatever stands beside it.
    assert RULES.verify(
        replace(good, evidence=(replace(evidence, turn=7), evidence)), [talk]
    ).answer == ("accept")


def test_another_persons_words_are_refused() -> None:
    talk = conversation("I'm a nurse")
    good = quoted("The user is a nurse.", "I'm a nurse", talk)
    other = msgspec.structs.replace(talk, person="bob")
    judgment = RULES.verify(good, [other])
    assert (judgment.answer, judgment.failure) == ("reject", "wrong_person")


def test_a_repeated_request_is_held_rather_than_refused() -> None:
    talks = [
        msgspec.structs.replace(conversation("Translate this into French"), id=name)
        for name in ("c1", "c2")
    ]
    evidence = tuple(
        e for talk in talks if (e := evidence_in("Translate this into French", talk)) is not None
    )
    repeated = msgspec.structs.replace(attribute("The user needs French texts."), evidence=evidence)
    judgment = RULES.verify(repeated, talks)
    assert (judgment.answer, judgment.failure) == ("uncertain", "overgeneralisation")


def test_evidence_must_be_words() -> None:
    assert evidence_in("  ", conversation("hi")) is None
    assert evidence_in("I ski on weekends", conversation("hi", "I ski on weekends")) is None
