"""What the trained verifier sees."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from recenter.models.embedded import Minilm
from recenter.records import Turn
from recenter.stages.statement import statement
from recenter.stages.verify_features import FEATURES, Case, case_of, describe

EMBEDDER = Minilm(threads=1)


def case(text: str, quote: str, *said: str) -> Case:
    attribute, talk = statement(text, quote, [Turn(role="user", text=t) for t in said or (quote,)])
    return case_of(attribute, [talk])


def seen(made: Case) -> dict[str, float]:
    row: list[float] = describe([made], EMBEDDER).features[0].tolist()
    return dict(zip(FEATURES, row, strict=True))


def test_every_feature_has_a_name_of_its_own_and_is_a_number() -> None:
    assert len(set(FEATURES)) == len(FEATURES)
    row = seen(case("The user is a nurse.", "I'm a nurse", "I'm a nurse on nights.", "thanks"))
    assert all(np.isfinite(value) for value in row.values())


@pytest.mark.parametrize(
    ("feature", "more", "less"),
    [
        ("no_quote", ("Is old", "I am a doctor", "I am a nurse"), ("Is a nurse", "I am a nurse")),
        ("cosine_quote", ("Has a cat", "we got a cat"), ("Has a cat", "write a poem on rain")),
        ("soft_quote", ("Owns a kitten", "my small cat"), ("Owns a kitten", "the tax form")),
        ("shared_quote", ("Loves jazz", "I love jazz"), ("Loves jazz", "I love opera")),
        ("new_quote", ("Has a dog and a cat", "I have a dog"), ("Has a dog", "I have a dog")),
        ("added_quote", ("Has 3 cats", "I have cats"), ("Has 3 cats", "I have 3 cats")),
        ("stronger", ("Always cooks", "I cook"), ("Always cooks", "I always cook")),
        ("denied", ("Smokes", "I don't smoke"), ("Smokes", "I smoke a lot")),
        ("unhedged", ("Likes tea", "maybe I like tea"), ("Might like tea", "maybe I like tea")),
        ("only_asks", ("Cooks", "How do I cook rice?"), ("Cooks", "I cook rice.")),
        ("played", ("Is a knight", "I am a knight", "Let's role-play: I am a knight"),
         ("Is a knight", "I am a knight", "I am a knight by title")),
        ("turns_alike", ("Likes chess", "I like chess", "I like chess", "chess openings for me"),
         ("Likes chess", "I like chess", "I like chess", "pasta recipe")),
    ],
)  # fmt: skip
def test_a_feature_tells_what_it_is_named_after(
    feature: str, more: tuple[str, ...], less: tuple[str, ...]
) -> None:
    assert seen(case(*more))[feature] > seen(case(*less))[feature]


def test_a_case_is_the_same_alone_and_among_others() -> None:
    cases = [case("Has a cat", "we got a cat"), case("Is 34", "no", "I am 34"), case("X", "", "y")]
    together = describe(cases, EMBEDDER)
    for place, one in enumerate(cases):
        alone = describe([one], EMBEDDER)
        np.testing.assert_array_equal(together.features[place], alone.features[0])
        np.testing.assert_array_equal(together.stated[place], alone.stated[0])
        np.testing.assert_array_equal(together.quoted[place], alone.quoted[0])
        np.testing.assert_array_equal(together.opening[place], alone.opening[0])


def test_no_cases_are_no_rows() -> None:
    assert describe([], EMBEDDER).features.shape == (0, len(FEATURES))


def test_the_head_of_a_statement_that_all_share_is_left_out() -> None:
    assert case("The user is a nurse.", "I'm a nurse").text == "A nurse."
    assert case("User's brother is ill", "my brother is ill").text == "Brother is ill"
    assert case("The user", "hello there").text == "The user"


def test_a_quote_of_another_person_is_none() -> None:
    attribute, talk = statement("Is a nurse", "I am a nurse", None)
    talk = msgspec.structs.replace(talk, person="per_bob")
    made = case_of(attribute, [talk])
    assert made.quotes == ()
    assert made.conversations == ()
    assert seen(made)["no_quote"] == 1
