"""What people reach by a model's measure: other libraries, formulas, simulation, edges."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score, f1_score

from recenter.stats.ceiling import (
    correlation_with_mean,
    human_ceiling,
    leave_one_out,
    noise_ceiling,
    pooled_noise_ceiling,
    within_rater,
)
from recenter.stats.classification import f1
from recenter.stats.correlation import spearman
from recenter.stats.estimate import estimate
from recenter.stats.kappa import kappa
from tests.stats.columns import KRIPPENDORFF, long, people


@pytest.mark.parametrize("raters", [3, 4])
def test_each_against_the_majority_of_the_rest_is_that_of_scikit_learn(raters: int) -> None:
    grid, people_of = people(0, raters=raters, missing=0)
    yes = grid > 3
    items, who, answers = long(yes)
    clusters = [people_of[item] for item in items]
    found = human_ceiling(f1, leave_one_out(items, who, answers, clusters), repeats=50)
    expected = []
    for rater in range(raters):
        votes = np.delete(yes, rater, axis=0).sum(axis=0)
        clear = votes * 2 != raters - 1
        expected.append(f1_score(votes[clear] * 2 > raters - 1, yes[rater, clear]))
        assert found.raters[rater].value == pytest.approx(expected[-1])
        assert found.raters[rater].n == clear.sum()
    assert found.mean.value == pytest.approx(np.mean(expected))
    assert found.mean.n + found.mean.left_out == yes.size
    assert (found.mean.low or 0) < np.mean(expected) < (found.mean.high or 0)
    assert found.mean.clusters == 12


def test_the_interval_of_the_ceiling_is_by_person() -> None:
    grid, people_of = people(0, raters=3, missing=0)
    items, who, answers = long(grid)
    left = leave_one_out(items, who, answers, [people_of[item] for item in items], rest="mean")
    found = human_ceiling(spearman, left, repeats=50, seed=2)
    pooled = estimate(spearman, left.clusters, left.rest, left.answers, repeats=50, seed=2)
    assert (found.pooled.low, found.pooled.high) == (pooled.low, pooled.high)
    for rater in range(3):
        rest = np.delete(grid, rater, axis=0).mean(axis=0)
        value = spearmanr(rest, grid[rater]).statistic
        assert found.raters[rater].value == pytest.approx(value)


def test_a_metric_with_options_takes_any_answers() -> None:
    grid, _ = people(0, missing=0)
    left = leave_one_out(*long(grid))
    found = human_ceiling(partial(kappa, weights="quadratic"), left, repeats=20)
    expected = cohen_kappa_score(left.rest, left.answers, weights="quadratic")
    assert found.pooled.value == pytest.approx(expected)
    assert kappa(left.rest, left.answers) == pytest.approx(
        cohen_kappa_score(left.rest, left.answers)
    )
    words = leave_one_out([1, 1, 1], ["a", "b", "c"], ["x", "x", "y"])
    assert (words.rest.tolist(), words.answers.tolist()) == (["x"], ["y"])
    assert (words.raters, words.left_out) == (["c"], 2)


@given(order=st.permutations(range(72)))
@settings(max_examples=10, deadline=None)
def test_names_and_order_do_not_matter(order: list[int]) -> None:
    items, raters, answers = long(people(0, persons=6, each=4, raters=3, missing=0.2)[0])
    found = human_ceiling(kappa, leave_one_out(items, raters, answers), repeats=2)
    shuffled = (
        [items[i] for i in order],
        [f"rater {raters[i]}" for i in order],
        [f"answer {answers[i]}" if answers[i] == answers[i] else None for i in order],
    )
    other = human_ceiling(kappa, leave_one_out(*shuffled), repeats=2)
    assert other.mean.value == pytest.approx(found.mean.value)
    assert other.raters["rater 1"].value == pytest.approx(found.raters[1].value)
    assert other.mean.left_out == found.mean.left_out


def test_the_formula_on_published_correlations() -> None:
    # .325 between two raters of replies: .40 with the mean of two others, .44 with that of three.
    assert correlation_with_mean(0.325, 2) == pytest.approx(0.40, abs=0.005)
    assert correlation_with_mean(0.325, 3) == pytest.approx(0.438, abs=0.0005)
    # Spearman and Brown: two halves of reliability .5 are together .667, and r^2 = .5 x .667.
    assert correlation_with_mean(0.5, 2) == pytest.approx(np.sqrt(0.5 * 2 / 3))


@given(r=st.floats(-0.2, 1), k=st.integers(1, 5))
def test_more_others_never_make_it_weaker(r: float, k: int) -> None:
    found, more = correlation_with_mean(r, k), correlation_with_mean(r, k + 1)
    assert found is not None
    assert correlation_with_mean(r, 1) == pytest.approx(r)
    if r >= 0 and more is not None:
        assert r - 1e-12 <= found <= more + 1e-12 <= 1 + 2e-12


@pytest.mark.parametrize("others", [2, 3])
def test_another_rater_reaches_what_the_formula_says(others: int) -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=4000)
    grid = np.rint(3 + 0.6 * truth + 0.9 * rng.normal(size=(4, 4000))).clip(1, 5)
    found = noise_ceiling(*long(grid[:3]), others=others, repeats=2)
    seen = spearmanr(grid[:others].mean(axis=0), grid[3]).statistic
    assert found.value == pytest.approx(seen, abs=0.03)


def test_the_noise_ceiling_is_from_the_pairs_that_pandas_finds() -> None:
    grid, clusters = people(3, missing=0.4)
    items, raters, answers = long(grid)
    found = noise_ceiling(
        items, raters, answers, [clusters[item] for item in items], others=1, repeats=50
    )
    table = pd.DataFrame(grid.T).corr(method="spearman", min_periods=3).to_numpy()
    mean = float(np.nanmean(table[np.triu_indices(4, 1)]))
    assert found.value == pytest.approx(mean)
    assert found.low is not None
    assert found.clusters == 12
    several = (~np.isnan(grid)).sum(axis=0)
    assert found.n == (several > 1).sum()
    assert found.left_out == np.isnan(grid).sum() + (several == 1).sum()


def test_the_same_person_again() -> None:
    items = ["a", "b", "c", "d", "a", "b", "c", "d", "a", "e"]
    answers = [1, 0, 1, 0, 1, 0, 0, 0, 0, 1]
    found = within_rater(kappa, items, ["ann"] * 10, answers)
    assert found.value == pytest.approx(cohen_kappa_score([1, 0, 1, 0], [1, 0, 0, 0]))
    assert (found.n, found.left_out) == (4, 2)
    assert (
        within_rater(kappa, items, range(10), answers).reason == "No rater answered an item twice."
    )
    alone = within_rater(kappa, items, ["ann"] * 10, answers, ["p"] * 10)
    assert (alone.value, alone.low) == (found.value, None)


def test_without_others_there_is_no_ceiling() -> None:
    for rows in (([], [], []), ([1, 2], ["a", "b"], [0, 1]), ([1, 1], ["a", "b"], [None, 1])):
        found = human_ceiling(f1, leave_one_out(*rows))
        assert found.mean.value is found.pooled.value is None
        assert found.raters == {}
        assert "others" in str(found.mean.reason)
        ceiling = noise_ceiling(*rows, others=3)
        assert ceiling.value is None
        assert "three items" in str(ceiling.reason)
    tied = leave_one_out([1, 1, 1], ["a", "b", "c"], [0, 1, 2])
    assert (len(tied.items), tied.left_out) == (0, 3)
    assert correlation_with_mean(-0.5, 3) is None
    with pytest.raises(ValueError, match="'x' is not a number"):
        leave_one_out([1, 1], ["a", "b"], ["x", "y"], rest="mean")
    assert kappa(np.array([]), np.array([])) is None
    assert kappa(np.ones(3), np.ones(3)) is None


def test_the_pooled_ceiling_of_one_other_is_the_published_alpha() -> None:
    found = pooled_noise_ceiling(*long(KRIPPENDORFF), others=1)
    assert found.value == pytest.approx(0.815, abs=5e-4)


@pytest.mark.parametrize("others", [1, 3])
def test_many_raters_with_few_items_each_are_known_as_well_as_few_with_all(others: int) -> None:
    rng = np.random.default_rng(4)
    truth = np.repeat(rng.normal(size=600), 3)
    given_ = np.rint(2 * (truth + rng.normal(size=1800))).clip(-4, 4)
    items = np.repeat(np.arange(600), 3).tolist()
    clusters = [item // 10 for item in items]
    few, many = [0, 1, 2] * 600, (np.arange(1800) // 9 * 3 + np.arange(1800) % 3).tolist()
    told = noise_ceiling(items, few, given_.tolist(), clusters, others=others, repeats=20)
    found = pooled_noise_ceiling(items, many, given_.tolist(), clusters, others=others)
    assert len(set(many)) == 600
    assert found.value == pytest.approx(told.value, abs=0.02)
    # Two answers correlate at 1/2.
    truly = correlation_with_mean(0.5, others)
    assert truly is not None
    assert (found.low or 1) < truly < (found.high or 0)
    assert found.clusters == 60


def test_a_pooled_ceiling_without_variation_or_pairs_says_why() -> None:
    same = pooled_noise_ceiling([1, 1, 2, 2], "abcd", [3, 3, 3, 3], others=2)
    assert (same.value, same.low) == (None, None)
    assert same.reason == "All answers are the same: chance alone would agree as much."
    alone = pooled_noise_ceiling([1, 2], "ab", [1, 2], others=2)
    assert alone.reason == "No item has answers of two raters."
    contrary = pooled_noise_ceiling([1, 1, 2, 2], "abcd", [1, 5, 5, 1], others=4)
    assert contrary.value is None
    assert contrary.reason == "Raters are, or may be, so contrary that their mean would not vary."
