"""Agreement of decisions and scores with yes-or-no answers: outside figures, properties, edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics

from recenter.stats import classification as c

ROWS = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=40)


def columns(rows: list[tuple[bool, int]]) -> tuple[c.Bools, c.Floats]:
    return np.array([t for t, _ in rows]), np.array([s / 6 for _, s in rows])


@given(ROWS)
def test_figures_are_those_of_scikit_learn(rows: list[tuple[bool, int]]) -> None:
    truth, scores = columns(rows)
    assume(truth.any() and not truth.all())
    assert c.auc(truth, scores) == pytest.approx(metrics.roc_auc_score(truth, scores))
    expected = metrics.average_precision_score(truth, scores)
    assert c.average_precision(truth, scores) == pytest.approx(expected)
    assert c.brier(truth, scores) == pytest.approx(metrics.brier_score_loss(truth, scores))
    decided = scores > 0.5
    assume(decided.any())
    assert c.f1(truth, decided) == pytest.approx(metrics.f1_score(truth, decided))
    assert c.precision(truth, decided) == pytest.approx(metrics.precision_score(truth, decided))
    assert c.recall(truth, decided) == pytest.approx(metrics.recall_score(truth, decided))


@given(ROWS)
@settings(max_examples=30)
def test_specificity_is_the_recall_of_the_false_ones(rows: list[tuple[bool, int]]) -> None:
    truth, scores = columns(rows)
    assume(not truth.all())
    decided = scores > 0.5
    expected = metrics.recall_score(truth, decided, pos_label=False, zero_division=0)
    assert c.specificity(truth, decided) == pytest.approx(expected)


@given(ROWS)
@settings(max_examples=30)
def test_soft_figures_are_those_of_rows_split_into_true_and_false(
    rows: list[tuple[bool, int]],
) -> None:
    decided, soft = columns(rows)
    assume(decided.any() and soft.any())
    both = np.repeat([True, False], len(soft)), np.tile(decided, 2)
    split = {"sample_weight": np.concatenate([soft, 1 - soft]), "zero_division": 0}
    assert c.soft_precision(soft, decided) == pytest.approx(metrics.precision_score(*both, **split))
    assert c.soft_recall(soft, decided) == pytest.approx(metrics.recall_score(*both, **split))
    assert c.soft_f1(soft, decided) == pytest.approx(metrics.f1_score(*both, **split))


@given(ROWS)
def test_soft_figures_of_sure_rows_are_the_plain_ones(rows: list[tuple[bool, int]]) -> None:
    truth, scores = columns(rows)
    decided, soft = scores > 0.5, truth.astype(float)
    assert c.soft_precision(soft, decided) == c.precision(truth, decided)
    assert c.soft_recall(soft, decided) == c.recall(truth, decided)
    assert c.soft_f1(soft, decided) == c.f1(truth, decided)


def test_soft_figures_of_a_worked_example() -> None:
    # Three raters: all, two, one and none said yes; the first three rows were decided yes.
    soft, decided = np.array([1, 2 / 3, 1 / 3, 0]), np.array([True, True, True, False])
    assert c.soft_precision(soft, decided) == pytest.approx(2 / 3)
    assert c.soft_recall(soft, decided) == pytest.approx(1)
    assert c.soft_f1(soft, decided) == pytest.approx(0.8)


@given(ROWS)
def test_rank_figures_ignore_the_scale_and_the_order(rows: list[tuple[bool, int]]) -> None:
    truth, scores = columns(rows)
    assume(truth.any() and not truth.all())
    for figure in (c.auc, c.average_precision):
        value = figure(truth, scores)
        assert figure(truth, np.exp(3 * scores) - 7) == pytest.approx(value)
        assert figure(truth[::-1], scores[::-1]) == pytest.approx(value)
    assert c.auc(~truth, -scores) == pytest.approx(c.auc(truth, scores))


@given(ROWS)
def test_no_threshold_beats_the_best_one(rows: list[tuple[bool, int]]) -> None:
    truth, scores = columns(rows)
    assume(truth.any())
    best = c.f1(truth, scores >= c.best_threshold(truth, scores))
    assert best == max(c.f1(truth, scores >= s) or 0 for s in scores)


def test_calibration_error_of_a_worked_example() -> None:
    # Two bins' worth of rows: 0.2 said where a half is true, 0.9 said where all are.
    truth = np.array([True, False] * 10 + [True] * 20)
    said = np.array([0.2] * 20 + [0.9] * 20)
    assert c.calibration_error(truth, said) == pytest.approx(0.5 * 0.3 + 0.5 * 0.1)
    assert c.reliability(truth, said)[-1] == pytest.approx((0.9, 1.0, 20))


MANY = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=20, max_size=60)


@given(MANY, st.integers(0, 99))
def test_calibration_does_not_depend_on_the_order_of_rows(
    rows: list[tuple[bool, int]], seed: int
) -> None:
    truth, said = columns(rows)
    other = np.random.default_rng(seed).permutation(len(rows))
    assert c.calibration_error(truth[other], said[other]) == c.calibration_error(truth, said)
    assert c.reliability(truth[other], said[other]) == c.reliability(truth, said)
    assert sum(count for _, _, count in c.reliability(truth, said)) == len(rows)


def test_one_probability_is_one_bin_and_without_ties_bins_are_of_equal_size() -> None:
    truth = np.arange(40) < 20
    assert c.calibration_error(truth, np.full(40, 0.5)) == 0
    assert c.reliability(truth, np.full(40, 0.5)) == [(0.5, 0.5, 40)]
    rng = np.random.default_rng(0)
    said = rng.random(43)
    counts = [count for _, _, count in c.reliability(rng.random(43) < said, said)]
    assert counts == [5, 5, 5, 4, 4, 4, 4, 4, 4, 4]


def test_perfect_probabilities_have_no_error() -> None:
    truth = np.array([True, False, True, False])
    assert c.calibration_error(truth, truth.astype(float)) == 0
    assert c.brier(truth, truth.astype(float)) == 0


def test_what_is_not_determined_is_none() -> None:
    none, nothing = np.zeros(3, bool), np.zeros(0, bool)
    assert c.precision(~none, none) is None
    assert c.recall(none, ~none) is None
    assert c.f1(none, none) is None
    assert c.specificity(~none, none) is None
    assert c.soft_precision(np.ones(3), none) is None
    assert c.soft_recall(np.zeros(3), ~none) is None
    assert c.soft_f1(np.zeros(3), none) is None
    assert c.auc(none, np.arange(3.0)) is None
    assert c.average_precision(none, np.arange(3.0)) is None
    assert c.brier(nothing, np.zeros(0)) is None
    assert c.calibration_error(nothing, np.zeros(0)) is None
    assert c.share(nothing) is None
