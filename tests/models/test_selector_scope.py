"""Which attributes are bound to a topic: by the odds of their kind, and by the packaged model."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from recenter.models.embedded import Minilm
from recenter.models.selector_model import margins, packaged_selector
from recenter.models.selector_scope import KINDS, is_bound, objects_of

ODDS = hnp.arrays(np.float64, (3, len(KINDS)), elements=st.integers(-9, 9).map(float))


@given(ODDS, st.integers(-5, 5))
def test_only_differences_of_log_odds_count(odds: NDArray[np.float64], moved: int) -> None:
    np.testing.assert_array_equal(is_bound(odds), is_bound(odds + moved))


def test_a_wish_needs_the_best_odds_and_a_fact_sure_ones() -> None:
    odds = np.asarray([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 2.9, 0], [0, 0, 3.0, 0], [0, 0, 3.0, 1]])
    assert is_bound(odds).tolist() == [True, False, False, True, False]


def test_a_wish_and_a_message_share_an_object_whatever_words_they_use() -> None:
    wish, code, orchid = objects_of(
        ["Wants code with tests.", "How do I write a Python function?", "Can I repot an orchid?"]
    )
    assert wish & code
    assert not wish & orchid
    assert objects_of(["The class of the decoder", "cake"])[1] == 0


@pytest.fixture(scope="module")
def embedder() -> Minilm:
    return Minilm()


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("The user wants Java code with unit tests.", True),
        ("The user wants recipes with amounts in millilitres.", True),
        ("The user prefers short answers.", False),
        ("The user prefers plain language.", False),
        ("The user prefers detailed, structured explanations.", False),
    ],
)
def test_a_wish_is_bound_to_what_it_is_about(text: str, bound: bool, embedder: Minilm) -> None:
    read = packaged_selector().read([text], embedder.embed([text]))
    assert read.bound.tolist() == [bound]


def test_a_wish_about_some_answers_is_not_heard_on_others(embedder: Minilm) -> None:
    model = packaged_selector()
    wish, always = "The user prefers detailed code samples.", "The user prefers short answers."
    known = model.read([wish, always], embedder.embed([wish, always]))
    setting = model.settings["restrained"]

    def used(message: str) -> list[bool]:
        scores = model.score(message, embedder.embed([message])[0], known)
        return [bool(margin >= 0) for margin in margins(scores, setting)]

    assert used("How should I repot an orchid that has lost its leaves?") == [False, True]
    assert used("How do I write a Python function that merges two sorted lists?")[0]
