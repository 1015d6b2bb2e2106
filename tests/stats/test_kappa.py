"""Kappa of two raters and of each pair: textbook, other libraries, what must not matter, edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from recenter.stats.estimate import estimate
from recenter.stats.judgments import Weights
from recenter.stats.kappa import cohen_kappa, mean_kappa, pairwise_kappa
from tests.stats.columns import long, people

WEIGHTS: tuple[Weights, ...] = ("unweighted", "linear", "quadratic")
NAMES = {"unweighted": None, "linear": "linear", "quadratic": "quadratic"}


def of_table(table: list[list[int]]) -> tuple[list[int], list[int]]:
    pairs = [(j, k) for j, row in enumerate(table) for k, n in enumerate(row) for _ in range(n)]
    return [j for j, _ in pairs], [k for _, k in pairs]


def test_kappa_of_published_tables() -> None:
    # Gwet (2008), and the 50 grant proposals of Wikipedia's "Cohen's kappa".
    assert cohen_kappa(*of_table([[118, 5], [2, 0]])).value == pytest.approx(-0.0234, abs=5e-5)
    assert cohen_kappa(*of_table([[20, 5], [10, 15]])).value == pytest.approx(0.4)


@pytest.mark.parametrize("weights", WEIGHTS)
@given(table=st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=4, max_size=4))
@settings(max_examples=30, deadline=None)
def test_kappa_is_that_of_two_libraries(weights: Weights, table: list[list[int]]) -> None:
    table[0][0] += 1
    table[1][2] += 1
    table[3][3] += 1
    first, second = of_table(table)
    found = cohen_kappa(first, second, weights=weights, repeats=2)
    expected = cohen_kappa_score(first, second, labels=range(4), weights=NAMES[weights])
    assert found.value == pytest.approx(expected)
    assert found.value == pytest.approx(cohens_kappa(table, wt=NAMES[weights]).kappa)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_interval_is_that_of_drawing_people_and_asking_scikit_learn(weights: Weights) -> None:
    grid, clusters = people(0, missing=0, raters=2)

    def kappa(first: np.ndarray, second: np.ndarray) -> float | None:
        labels = [1, 2, 3, 4, 5]
        return float(cohen_kappa_score(first, second, labels=labels, weights=NAMES[weights]))

    ours = cohen_kappa(grid[0], grid[1], clusters, weights=weights, repeats=60, seed=3)
    theirs = estimate(kappa, clusters, *grid.astype(int), repeats=60, seed=3)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))
    assert ours.clusters == 12


def test_the_mean_is_that_of_nltk_and_of_the_pairs() -> None:
    grid, _ = people(1, missing=0)
    items, raters, answers = long(grid)
    task = AnnotationTask(list(zip(raters, items, answers, strict=True)))
    mean = mean_kappa(items, raters, answers)
    assert mean.value == pytest.approx(task.kappa())
    pairs = pairwise_kappa(items, raters, answers)
    assert len(pairs) == 6
    assert mean.value == pytest.approx(np.mean([found.value for found in pairs.values()]))
    assert mean.low is not None
    assert pairs[0, 2] == cohen_kappa(grid[0], grid[2])


def test_only_the_pairs_asked_for_are_averaged() -> None:
    columns = long(people(1)[0])
    pairs = pairwise_kappa(*columns, weights="linear")
    mean = mean_kappa(*columns, pairs=[(0, 3), (1, 3)], weights="linear")
    assert mean.value == pytest.approx(np.mean([pairs[0, 3].value, pairs[1, 3].value]))
    assert mean_kappa(*columns, pairs=[(3, 0)]).value == pairwise_kappa(*columns)[0, 3].value
    with pytest.raises(ValueError, match="No answer is by 'ann'"):
        mean_kappa(*columns, pairs=[(0, "ann")])


@given(order=st.permutations(range(60)), names=st.permutations("abcde"))
@settings(max_examples=20, deadline=None)
def test_names_sides_and_order_do_not_matter(order: list[int], names: list[str]) -> None:
    first, second = people(2, persons=10, raters=2, missing=0.2)[0]
    found = cohen_kappa(first, second, repeats=2)

    def named(answer: float) -> str | None:
        return None if np.isnan(answer) else names[int(answer) - 1]

    other = cohen_kappa(
        [named(second[i]) for i in order], [named(first[i]) for i in order], repeats=2
    )
    assert other.value == pytest.approx(found.value)
    assert (other.n, other.left_out) == (found.n, found.left_out)


def test_a_missing_answer_leaves_its_row_out() -> None:
    found = cohen_kappa([1, 2, 1, None, 2], [1, 2, 2, 1, np.nan])
    assert found.value == pytest.approx(0.4)
    assert (found.n, found.left_out) == (3, 2)


def test_what_is_not_defined_says_why() -> None:
    same = cohen_kappa(["yes"] * 5, ["yes"] * 5)
    assert same.value is None
    assert "one and the same" in str(same.reason)
    for nothing in (cohen_kappa([], []), cohen_kappa([1, None], [None, 1]), mean_kappa([], [], [])):
        assert nothing.value is None
        assert "No item" in str(nothing.reason)
    assert pairwise_kappa([], [], []) == {}
    alone = cohen_kappa([0, 1], [0, 1], ["p", "p"])
    assert (alone.value, alone.low) == (1, None)
    with pytest.raises(ValueError, match="one length"):
        cohen_kappa([1, 2], [1])
    with pytest.raises(ValueError, match="'no' is not a number"):
        cohen_kappa(["no"], ["no"], weights="linear")
