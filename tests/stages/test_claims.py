"""What words give away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.stages import claims


@pytest.mark.parametrize(
    "quote",
    [
        "Translate this into French",
        "please write a cover letter for a marketer",
        "Can you help me? What is the capital of Peru?",
        "how do I sort a list",
        "make it shorter.",
        "I want you to fix this",
    ],
)
def test_requests_only_ask(quote: str) -> None:
    assert claims.only_asks(quote)


@pytest.mark.parametrize(
    "quote",
    [
        "I'm a nurse. Can you help me?",
        "Suggest dinner, I don't eat meat",
        "my daughter is six, what should she read?",
        "we moved here in May",
        "As a teacher, I need worksheets",
        "...",
    ],
)
def test_what_tells_something_does_not_only_ask(quote: str) -> None:
    assert not claims.only_asks(quote)


@pytest.mark.parametrize(
    ("quote", "relation"),
    [
        ("my brother is a vegetarian", "brother"),
        ("But my old boss lives in Rome", "boss"),
        ("my brother and I run", None),
        ("my brother says I snore", None),
        ("She has asthma", "friend"),
        ("I have asthma", None),
    ],
)
def test_statements_about_others(quote: str, relation: str | None) -> None:
    assert claims.other_person(quote) == relation


@pytest.mark.parametrize(
    ("text", "told", "new"),
    [
        ("The user has 3 cats.", "I have three cats", ()),
        ("The user has 4 cats.", "I have three cats", ("4",)),
        ("The user lives in Lisbon.", "here in lisbon", ()),
        ("The user lives in Lisbon, Portugal.", "here in lisbon", ("Portugal",)),
        ("The user is learning Portuguese.", "moving to Portugal, learning portuguese", ()),
        ("Lives in Lisbon. Likes it.", "here in lisbon i like it", ()),
        ("The user works with AI.", "neural nets at work", ()),
    ],
)
def test_numbers_and_names_must_have_been_said(text: str, told: str, new: tuple[str, ...]) -> None:
    assert claims.added_details(text, [told]) == new


def test_stronger_words_and_hedges() -> None:
    assert (
        claims.stronger_word("The user is fluent in Thai.", ["I speak a bit of Thai"]) == "fluent"
    )
    assert claims.stronger_word("The user always walks.", ["I always walk"]) is None
    assert claims.hedges("maybe I'll move")
    assert not claims.hedges("I moved")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It helps with work.", "It"),
        ("The user likes these recipes.", "these recipes"),
        ("The user often dreams about it.", "about it"),
        ("The user likes to bake bread.", None),
        ("The user moved this year.", None),
    ],
)
def test_words_that_point_outside(text: str, word: str | None) -> None:
    assert claims.dangling_word(text) == word


@given(st.text(), st.text())
def test_any_text_has_an_answer(text: str, other: str) -> None:
    claims.only_asks(text)
    claims.other_person(text)
    claims.stronger_word(text, [other])
    claims.dangling_word(text)
    assert claims.added_details(text, [text]) == ()


@pytest.mark.parametrize(
    ("text", "known", "new"),
    [
        ("The user likes jazz.", "The user loves jazz.", ()),
        ("The user likes jazz.", "What is jazz?", ("likes",)),
        ("The user runs.", "I was running late", ()),
        ("The user is not a runner.", "I am a runner", ("not",)),
        ("The user is a doctor.", "I speak Thai", ("doctor",)),
    ],
)
def test_new_words_are_those_that_no_form_of_was_there(
    text: str, known: str, new: tuple[str, ...]
) -> None:
    assert claims.new_words(text, [known]) == new
