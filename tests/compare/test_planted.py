"""Planted sentences: invented ones that are said in other words are found, others are not."""

from __future__ import annotations

import pytest

from recenter.compare.measure import one
from recenter.compare.planted import content_words, look_for, rows_of
from recenter.models.embedded import Minilm
from tests.compare.made import corpus, planted, talk

EMBEDDER = Minilm()
SAID = (
    ("I avoid flying and take the train wherever I can.", "I usually go by train, never by plane."),
    ("I am allergic to peanuts.", "I can't eat peanuts, I'm allergic."),
    ("I dislike crowded beaches and prefer quiet lakes.", "I prefer a quiet lake to a full beach."),
    ("I only read printed books, not e-books.", "I like my books on paper rather than a screen."),
    ("I prefer to train early in the morning.", "I do my workouts before sunrise."),
    ("I don't watch horror films.", "I can't stand scary films."),
    ("I keep two rescue greyhounds.", "I adopted two greyhounds from a shelter."),
    ("I play the cello in an amateur orchestra.", "I play cello with a local orchestra."),
    ("I follow a vegan diet.", "I don't eat any animal products, I'm vegan."),
    ("I buy second-hand clothes only.", "I get all my clothes second-hand."),
)


def look(pairs: list[tuple[str, str]]) -> tuple[list[bool], list[bool]]:
    made = corpus(
        "made",
        [talk(f"p{i}", said) for i, (_, said) in enumerate(pairs)],
        [planted(f"p{i}", text) for i, (text, _) in enumerate(pairs)],
    )
    vectors = EMBEDDER.embed([attribute.text for attribute in made.attributes])
    looked = look_for(made, vectors, EMBEDDER)
    return [each.found for each in looked], [each.elsewhere for each in looked]


def test_most_of_what_is_said_in_other_words_is_found_and_none_of_what_another_said() -> None:
    found, elsewhere = look(list(SAID))
    assert sum(found) >= 7
    assert sum(elsewhere) == 0


def test_the_same_words_are_always_found_and_others_never() -> None:
    same, _ = look([(text, text) for text, _ in SAID])
    assert all(same)
    shuffled = [(text, SAID[(i + 1) % len(SAID)][1]) for i, (text, _) in enumerate(SAID)]
    found, _ = look(shuffled)
    assert not any(found)


def test_one_sentence_of_several_is_enough() -> None:
    found, _ = look([("I collect old maps of the Alps. Also, all my shoes are red.", SAID[1][1])])
    assert found == [False]
    found, _ = look([("Life is long and full. I am allergic to peanuts.", SAID[1][1])])
    assert found == [True]


def test_of_people_without_attributes_nothing_is_found_and_nothing_fails() -> None:
    made = corpus("made", [talk("p", "Hello there")], [planted("p", "I like tea.")])
    looked = look_for(made, EMBEDDER.embed([]), EMBEDDER)
    assert [(each.found, each.elsewhere, each.nearest) for each in looked] == [(False, False, None)]
    assert one(rows_of(looked)).value == 0
    assert one(rows_of(())).value is None


def test_answers_to_questions_are_not_looked_for() -> None:
    made = corpus(
        "made", [talk("p", "I like tea")], [planted("p", "I like tea", kind="question_answer")]
    )
    assert look_for(made, EMBEDDER.embed(["I like tea"]), EMBEDDER) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I strongly prefer written textbooks", {"written", "textbook"}),
        ("I like you, and you like me", set()),
        ("", set()),
    ],
)
def test_content_words_leave_out_what_every_preference_says(text: str, words: set[str]) -> None:
    assert content_words(text) == words
