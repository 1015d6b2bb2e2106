from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.text.clauses import split_clauses
from recenter.text.person_shift import shift_person
from recenter.text.verbs import third_person


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("I work as a nurse in Leeds", "The user works as a nurse in Leeds."),
        ("I'm 25 and have a dog", "The user is 25 and has a dog."),
        ("😀 I love jazz", "The user loves jazz."),
        ("I'm vegetarian", "The user is vegetarian."),
        ("btw im a teacher", "The user is a teacher."),
        (
            "I've been learning Spanish for 2 years",
            "The user has been learning Spanish for 2 years.",
        ),
        ("I don't eat meat", "The user doesn't eat meat."),
        ("I no longer work as a nurse", "The user no longer works as a nurse."),
        ("I recently quit my job", "The user recently quit their job."),
        ("i dont like spicy food", "The user doesn't like spicy food."),
        ("I haven't been abroad", "The user hasn't been abroad."),
        ("I can speak French and German", "The user can speak French and German."),
        ("I'd like to become a doctor", "The user would like to become a doctor."),
        ("I'd been working there for years", "The user had been working there for years."),
        ("I'll retire in May", "The user will retire in May."),
        ("I want to live and work in Spain", "The user wants to live and work in Spain."),
        ("I study law and work in a bar", "The user studies law and works in a bar."),
        (
            "I was born in 1990 and grew up in Rome",
            "The user was born in 1990 and grew up in Rome.",
        ),
        ("I also teach yoga", "The user also teaches yoga."),
        ("I think I am shy", "The user thinks they are shy."),
        ("I taught myself to code", "The user taught themselves to code."),
        ("I wanna open a bakery", "The user wants to open a bakery."),
        ("My wife is a nurse", "The user's wife is a nurse."),
        ("my favourite colour is blue", "The user's favourite colour is blue."),
        ("My wife and I live in Leeds", "The user and their wife live in Leeds."),
        ("me and my brother are twins", "The user and their brother are twins."),
        ("Ireland is on my bucket list.", "Ireland is on the user's bucket list."),
        (
            "For the last 5 years I have worked in IT",
            "For the last 5 years the user has worked in IT.",
        ),
        ("In my free time I play guitar", "In their free time the user plays guitar."),
        ("As a vegan, I avoid cheese", "As a vegan, the user avoids cheese."),
        ("17 Yes, I work in logistics", "The user works in logistics."),
        ("I love my wife and really miss her here", "The user loves their wife."),
        ("I find it hard to sleep", "The user finds it hard to sleep."),
        ("I have a question", "The user has a question."),
        ("I have a cat and I love her", "The user has a cat and they love her."),
    ],
)
def test_says_the_same_of_the_user(said: str, stated: str) -> None:
    assert shift_person(said).text == stated


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("I love it", "unresolved_reference"),
        ("I like this one", "unresolved_reference"),
        ("he is my best friend", "unresolved_reference"),
        ("I want you to write a poem", "addresses_assistant"),
        ("give me ten ideas", "request"),
        ("please translate my letter", "request"),
        ("Should I move to Spain?", "question"),
        ("am I a good person", "question"),
        ("If I had money I would buy a car", "hypothetical"),
        ("I would move, unless I had kids", "hypothetical"),
        ("we live in Leeds", "not_first_person"),
        ("I flibber the gostak", "unknown_verb"),
        ("I am", "fragment"),
        ("my blue car", "fragment"),
        ("Translate my thesis into French", "not_first_person"),
        ("I live where we met", "plural"),
        ("I " + "really " * 50 + "like tea", "too_long"),
    ],
)
def test_refuses_what_cannot_be_turned_safely(said: str, reason: str) -> None:
    shifted = shift_person(said)
    assert (shifted.text, shifted.refused) == (None, reason)


def test_the_part_it_states_is_told() -> None:
    said = "well, I have a dog, so can you help"
    shifted = shift_person(said)
    assert said[shifted.start : shifted.end] == "I have a dog"


_WORDS = st.sampled_from(
    ["I", "i'm", "my", "me", "we", "you", "it", "and", ",", ".", "have", "like", "dogs", "never"]
)


@given(st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=15).map(" ".join)))
def test_never_leaves_the_first_person_and_never_raises(said: str) -> None:
    shifted = shift_person(said)
    assert 0 <= shifted.start <= shifted.end <= len(said)
    assert (shifted.text is None) == (shifted.refused is not None)
    if shifted.text is not None:
        assert not re.search(r"\b(?:I|i'm|my|me|myself|we)\b", shifted.text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("verb", "third"),
    [
        ("watch", "watches"), ("study", "studies"), ("play", "plays"), ("go", "goes"),
        ("fix", None), ("am", "is"), ("can't", "can't"), ("worked", "worked"), ("need", "needs"),
        ("was", "was"), ("be", None), ("teaching", None), ("read", None),
    ],
)  # fmt: skip
def test_third_person(verb: str, third: str | None) -> None:
    assert third_person(verb) == third


@pytest.mark.parametrize("piece", ["I and ", "my ", "as a, ", "I love it and it ", " ", "well, "])
@pytest.mark.timeout(20)
def test_hostile_repetition_is_read_in_time(piece: str) -> None:
    text = piece * 20_000
    clauses = split_clauses(text)
    assert all(shift_person(text[c.start : c.end]).text is None for c in clauses)
