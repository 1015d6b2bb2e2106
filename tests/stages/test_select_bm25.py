"""Selection by shared words."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.stages.select_bm25 import Bm25Selector, bm25_scores
from tests.stages.makers import attribute, query

TEXTS = ["The user plays the cello.", "The user has a cello teacher.", "The user bakes bread."]


def test_shared_words_are_used_and_named() -> None:
    selection = Bm25Selector().select(query("Cello strings?"), [attribute(t) for t in TEXTS])
    assert set(selection.used) == set(TEXTS[:2])
    assert all("cello" in d.reason for d in selection.decisions[:2])
    assert selection.decisions[2].score == 0
    assert all(0 < (d.score or 0) < 1 for d in selection.decisions[:2])


@pytest.mark.parametrize("prompt", ["", "   ", "what is the", "the user?", "!!!", "日本語"])
def test_a_prompt_without_words_of_its_own_uses_nothing(prompt: str) -> None:
    selection = Bm25Selector().select(query(prompt), [attribute(t) for t in TEXTS])
    assert selection.used == ()
    assert selection.reason
    assert len(selection.decisions) == 3


def test_any_number_of_attributes() -> None:
    assert Bm25Selector().select(query("cello"), []).decisions == ()
    assert Bm25Selector().select(query("cello"), [attribute("cello")]).used == ("cello",)
    assert Bm25Selector().select(query("cello"), [attribute("the")]).used == ()
    many = [attribute(f"The user owns cello number {i}.") for i in range(5000)]
    assert len(Bm25Selector().select(query("cello number 7"), many).decisions) == 5000


def test_a_repeated_id_is_refused() -> None:
    with pytest.raises(InputError, match="cello"):
        Bm25Selector().select(query("?"), [attribute("cello")] * 2)


TALK = st.lists(st.sampled_from(["cello", "bread", "the", "user", "or", "?"]), max_size=6)


@given(st.lists(TALK, max_size=8), st.randoms(use_true_random=False))
def test_neither_order_nor_labels_change_a_decision(texts: list[list[str]], random: Random) -> None:
    attributes = [attribute(" ".join(text), id=f"#{n}") for n, text in enumerate(texts)]
    shuffled = random.sample(attributes, len(attributes))
    asked = query("bread or cello")
    assert Bm25Selector().select(asked, attributes) == Bm25Selector().select(asked, shuffled)


def test_rare_words_weigh_more() -> None:
    scores = bm25_scores("cello bread", TEXTS)
    assert np.argmax(scores) == 2
    assert scores[0] > 0
