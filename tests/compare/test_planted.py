"""Planted sentences: invented ones that are said in other words are found, others are not."""

from __future__ import annotations

import msgspec
import pytest

from recenter.compare.measure import one
from recenter.compare.planted import CONTROLS, SERVING, beside, look_for, rows_of
from recenter.compare.wording import agree, content_words
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


def look(pairs: list[tuple[str, str]]) -> tuple[list[bool], list[float | None]]:
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
    assert elsewhere == [0] * len(SAID)


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
    assert [(each.found, each.elsewhere, each.nearest) for each in looked] == [(False, None, None)]
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


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ("I dislike flying.", "The user likes to fly."),
        ("I like flying.", "The user dislikes flying."),
        ("I have a strong aversion to crowded beaches.", "The user loves crowded beaches."),
        ("I prefer tea over coffee.", "The user prefers coffee over tea."),
        ("I prefer trains rather than planes.", "The user prefers planes rather than trains."),
        ("I don't watch horror films.", "The user watches horror films every Friday."),
        ("I avoid spicy food and love desserts.", "The user enjoys spicy food."),
        ("I am allergic to peanuts.", "The user eats peanuts every day."),
        ("I can't stand loud bars; I prefer small cafes.", "The user likes loud bars."),
        ("I don't have a nut allergy.", "The user has a nut allergy."),
        ("I can't get enough of jazz.", "The user dislikes jazz."),
        ("I enjoy jogging.", "The user no longer jogs."),
        ("I like bread with nuts.", "The user prefers bread without nuts."),
        ("I dislike hotels that don't have a bar.", "The user dislikes hotels that have a bar."),
        ("I prefer short answers.", "The user wants long answers."),
    ],
)
def test_what_says_the_contrary_is_not_found_however_like_it_is(planted: str, said: str) -> None:
    assert not agree(planted, said)
    assert look([(planted, said.replace("The user", "I always"))])[0] == [False]
    assert look([(said, said.replace("The user", "I always"))])[0] == [True]


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        *SAID,
        ("I have a strong aversion to crowded beaches.", "The user hates crowded beaches."),
        ("I avoid spicy food and love desserts.", "The user loves desserts."),
        ("I avoid spicy food and love desserts.", "The user does not eat spicy food."),
        ("I prefer tea over coffee.", "The user likes tea more than coffee."),
        ("I am not a fan of horror films.", "The user dislikes horror films."),
        ("I refuse to eat meat.", "The user does not eat meat."),
        ("I dislike hotels that don't have a bar.", "The user prefers hotels that have a bar."),
        ("I can't stand bread with nuts.", "The user prefers bread without nuts."),
        ("I avoid soap that contains perfume.", "The user uses perfume-free soap."),
        ("I don't enjoy tents; I sleep in huts.", "The user prefers warm, dry huts over tents."),
        ("I have no interest in poker.", "The user avoids poker."),
        ("I am allergic to nuts.", "The user has a nut allergy."),
        ("I am allergic to nuts.", "The user avoids nuts due to an allergy."),
        ("I am against animal testing.", "The user opposes animal testing."),
        ("I can't get enough of jazz.", "The user loves jazz."),
        ("I dislike rowing.", "The user tends to avoid rowing since they are not a fan."),
    ],
)
def test_what_says_the_same_in_other_words_is_not_taken_for_the_contrary(
    planted: str, said: str
) -> None:
    assert agree(planted, said)


def test_of_one_person_or_one_unit_there_is_nobody_to_look_beside() -> None:
    long = "I like tea in the morning, in the garden or on the stairs."
    for names in (("p",), ("p", "q")):
        made = corpus(
            "made", [talk(name, long, key=name) for name in names], [planted("p", "I like tea.")]
        )
        (looked,) = look_for(made, EMBEDDER.embed([one.text for one in made.attributes]), EMBEDDER)
        assert looked.elsewhere is None
        assert [each.value for each in beside([looked])] == [None, None]


def test_what_is_found_among_others_has_no_interval_since_each_serves_for_many() -> None:
    said = [f"I own {number} boats." for number in range(12)]
    talks = [talk(f"p{i}", text, key=str(i)) for i, text in enumerate(said)]
    made = corpus("made", talks, [planted(f"p{i}", "I own 7 boats.") for i in range(12)])
    made = msgspec.structs.replace(made, units={person: person for person in made.people})
    looked = look_for(made, EMBEDDER.embed(said), EMBEDDER)
    hits = [each.elsewhere for each in looked if each.elsewhere is not None]
    found = one(rows_of(looked))
    there, more = beside(looked)
    assert there.value == pytest.approx(sum(hits) / 12)
    assert found.value is not None
    assert more.value == pytest.approx(found.value - sum(hits) / 12)
    for figure in (there, more):
        assert (figure.low, figure.high, figure.reason) == (None, None, SERVING)


def test_others_are_those_with_as_many_attributes_and_more_than_the_next_one() -> None:
    said = [f"I own {number} boats." for number in range(6)]
    few = [talk(f"few{i}", "I like my tea.", key=str(i)) for i in range(CONTROLS)]
    many = [talk(f"many{i}", *said, "I like chess.", key=str(i)) for i in range(CONTROLS)]
    # None of these share so much that they would be one unit, nor would chess be found beside.
    p, q = talk("p", "I sing."), talk("q", *said[:3], "I like chess.", "I sing.", *said[3:5])
    alike = [planted("p", "I like chess."), planted("q", "I like tea.")]
    made = corpus("made", [*few, *many, p, q], alike)
    units = {person: person for person in made.people}
    made = msgspec.structs.replace(made, units=units)
    looked = look_for(made, EMBEDDER.embed([one.text for one in made.attributes]), EMBEDDER)
    assert [each.sizes for each in looked] == [(1, 1), (7, 7)]
    assert [each.elsewhere for each in looked] == [0, 0]
