"""What the trained selector reads of texts: runs of characters as scikit-learn, and marks."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from recenter.models.selector_features import MARKS, grams, marks, weighted_grams

TEXTS = [
    "The user is vegetarian.",
    "The user has a knee injury, and runs; runs and RUNS.",
    "I am a nurse on night shifts in Leeds",
    "an an an",
]


@given(st.text() | st.text(alphabet="aAé \n\t.ß"))
def test_runs_of_characters_are_those_of_scikit_learn(text: str) -> None:
    cut = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).build_analyzer()
    assert grams(text) == Counter(cut(text))


def test_weights_are_those_of_scikit_learn() -> None:
    outside = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit(TEXTS)
    vocabulary = list(outside.get_feature_names_out())
    asked = [*TEXTS, "A user without any known knee.", "zzz", ""]
    np.testing.assert_allclose(
        weighted_grams(asked, vocabulary, outside.idf_), outside.transform(asked).toarray()
    )


def test_a_text_without_known_runs_is_a_row_of_zeros() -> None:
    rows = weighted_grams(["xyz", ""], [" ab", "abc"], np.ones(2))
    np.testing.assert_array_equal(rows, np.zeros((2, 2)))
    assert weighted_grams([], ["abc"], np.ones(1)).shape == (0, 1)


@given(st.lists(st.text(), max_size=4))
def test_marks_are_finite_numbers_a_row_per_text(texts: list[str]) -> None:
    read = marks(texts)
    assert read.shape == (len(texts), len(MARKS))
    assert np.isfinite(read).all()
    assert (read >= 0).all()
    for row, text in zip(read, texts, strict=True):
        np.testing.assert_array_equal(row, marks([text])[0])


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Should I?", "advice"),
        ("tell me", "self"),
        ("Why now", "question"),
        ("and how", "how"),
        ("Please write this", "write"),
        ("Translate it", "transform"),
        ("one\ntwo", "lines"),
        ("as follows: x", "colon"),
        ("x = f(y)", "code"),
        ("in 1999", "digits"),
        ('say "hm"', "quotes"),
    ],
)
def test_a_message_has_the_mark_that_its_plain_form_lacks(text: str, mark: str) -> None:
    with_mark, without = marks([text, "nothing of note"])[:, MARKS.index(mark)]
    assert with_mark > 0 == without


def test_size_is_read_as_logarithms() -> None:
    row = dict(zip(MARKS, marks(["one two three"])[0], strict=True))
    assert row["words"] == pytest.approx(np.log(4))
    assert row["characters"] == pytest.approx(np.log(14))
