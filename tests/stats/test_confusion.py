"""Figures of four counts equal those of the columns, and so do their intervals."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics

from recenter.stats import classification, confusion
from recenter.stats.estimate import estimate

RNG = np.random.default_rng(3)
TRUTH = RNG.random(400) < 0.3
DECIDED = np.where(RNG.random(400) < 0.7, TRUTH, RNG.random(400) < 0.5)
OTHER = RNG.random(400) < 0.5
PEOPLE = [f"p{i}" for i in RNG.integers(20, size=400)]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (confusion.precision, metrics.precision_score),
        (confusion.recall, metrics.recall_score),
        (confusion.f1, metrics.f1_score),
        (confusion.accuracy, metrics.accuracy_score),
        (confusion.kappa, metrics.cohen_kappa_score),
    ],
)
def test_figures_are_those_of_scikit_learn(ours: confusion.Figure, theirs: object) -> None:
    assert callable(theirs)
    found = confusion.figure(ours, TRUTH, DECIDED, PEOPLE)
    assert found.value == pytest.approx(theirs(TRUTH, DECIDED))
    assert found.clusters == 20


def test_specificity_is_the_recall_of_the_negatives() -> None:
    found = confusion.figure(confusion.specificity, TRUTH, DECIDED, PEOPLE)
    assert found.value == pytest.approx(metrics.recall_score(~TRUTH, ~DECIDED))


def test_intervals_are_those_of_drawing_the_rows() -> None:
    def slow(t: NDArray[np.bool_], d: NDArray[np.bool_]) -> float | None:
        return classification.f1(t, d)

    rows = estimate(slow, PEOPLE, TRUTH, DECIDED)
    sums = confusion.figure(confusion.f1, TRUTH, DECIDED, PEOPLE, repeats=1000)
    assert [sums.low, sums.high] == pytest.approx([rows.low, rows.high])


def test_a_difference_is_paired_and_changes_its_sign() -> None:
    one = confusion.difference(confusion.f1, TRUTH, DECIDED, OTHER, PEOPLE)
    back = confusion.difference(confusion.f1, TRUTH, OTHER, DECIDED, PEOPLE)
    alone = [confusion.figure(confusion.f1, TRUTH, d, PEOPLE).value for d in (DECIDED, OTHER)]
    assert one.value == pytest.approx(alone[0] - alone[1])  # type: ignore[operator]
    assert back.low is not None
    assert back.high is not None
    assert [one.low, one.high] == pytest.approx([-back.high, -back.low])
    same = confusion.difference(confusion.f1, TRUTH, DECIDED, DECIDED, PEOPLE)
    assert (same.value, same.low) == (0, None)
    assert "do not differ" in str(same.reason)


def test_what_is_not_defined_says_so() -> None:
    nothing = np.zeros(4, np.bool_)
    people = ["a", "a", "b", "b"]
    assert confusion.figure(confusion.precision, ~nothing, nothing, people).value is None
    assert confusion.figure(confusion.kappa, nothing, nothing, people).value is None
    assert confusion.figure(confusion.share, nothing, nothing, people).value == 0
    assert confusion.figure(confusion.f1, nothing[:0], nothing[:0], []).value is None
