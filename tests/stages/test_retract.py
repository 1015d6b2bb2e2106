"""What a person takes back is read from their own plain words, and from nothing else."""

from __future__ import annotations

import pytest

from recenter.stages.retract import taken_back
from tests.stages.makers import attribute, conversation


@pytest.mark.parametrize(
    ("said", "statement"),
    [
        ("I no longer work as a nurse.", "The user no longer works as a nurse."),
        ("Fix this. I stopped being vegetarian", "The user stopped being vegetarian."),
        ("I don't live in Oslo any more!", "The user doesn't live in Oslo any more."),
        ("I recently quit my job as a nurse.", "The user recently quit their job as a nurse."),
        ("Update: I'm no longer a student.", "The user is no longer a student."),
    ],
)
def test_what_is_taken_back_is_stated_with_its_words(said: str, statement: str) -> None:
    told = conversation(said)
    (found,) = taken_back("ada", [told], []).retractions
    assert (found.text, found.source) == (statement, "stated")
    (evidence,) = found.evidence
    assert said[evidence.start : evidence.end] == evidence.quote


@pytest.mark.parametrize(
    "said",
    [
        'He said "I no longer work as a nurse" and left.',
        "> I no longer work as a nurse.",
        "If I no longer worked as a nurse I would travel.",
        "Suppose I no longer live in Oslo.",
        "When I no longer work as a nurse, I will travel.",
        "I wish I no longer lived in Oslo.",
        "Do I no longer live in Oslo?",
        "Write a letter: I no longer work as a nurse.",
        "Proofread my character's monologue.\n\nI no longer live in Oslo. The rain is over.",
        "Translate to German, please. I no longer work as a nurse.",
        "My sister no longer works as a nurse.",
        "My friend says I no longer live in Oslo.",
        "In my novel, I no longer work as a nurse.",
    ],
)
def test_quotes_guesses_and_others_take_nothing_back(said: str) -> None:
    assert taken_back("ada", [conversation(said)], []).retractions == ()


def test_the_assistant_takes_nothing_back() -> None:
    told = conversation("Hello.", "I no longer work as a nurse.")
    assert taken_back("ada", [told], []).retractions == ()


def test_what_an_extractor_reads_the_wrong_way_round_is_dropped() -> None:
    quote = "I no longer work as a nurse"
    told = conversation(f"{quote}. I live in Oslo.")
    wrong = attribute("The user works as a nurse.", quote=quote)
    home = attribute("The user lives in Oslo.", quote="I live in Oslo", start=len(quote) + 2)
    both = attribute("The user works as a nurse.", id="both", quote=f"{quote}. I live in Oslo")
    made = taken_back("ada", [told], [wrong, home, both])
    assert made.kept == (home, both)
    assert made.misread == 1
    assert [one.text for one in made.retractions] == ["The user no longer works as a nurse."]


def test_what_was_dictated_is_not_taken_from_an_extractor_either() -> None:
    said, quote = "Write this: I no longer work as a nurse", "I no longer work as a nurse"
    found = attribute("The user no longer works as a nurse.", quote=quote, start=said.index(quote))
    assert taken_back("ada", [conversation(said)], [found]) == ((), (), 1)


def test_what_an_extractor_says_is_not_said_twice() -> None:
    quote = "I no longer work as a nurse"
    found = attribute("The user no longer works as a nurse.", quote=quote)
    assert taken_back("ada", [conversation(quote)], [found]).retractions == ()
