"""Paired differences and their p values: scipy, Fisher, statsmodels, properties, edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import f1_score
from statsmodels.stats.multitest import multipletests

from recenter.stats import compare as module
from recenter.stats.classification import auc, f1
from recenter.stats.compare import holm, paired_difference, sign_flip_p

# Darwin's maize: crossed minus self-fertilised, in eighths of an inch; Fisher (1935), section 21.
DARWIN = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48.0])
FEW = st.lists(st.integers(-9, 9), min_size=2, max_size=10)


def decisions(rows: int = 120) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    truth = rng.random(rows) < 0.4
    return truth, truth ^ (rng.random(rows) < 0.2), truth ^ (rng.random(rows) < 0.3)


def test_the_interval_of_independent_rows_is_that_of_scipy() -> None:
    columns = decisions()
    found = paired_difference(f1, range(120), *columns, repeats=200)

    def gain(truth: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
        return float(f1_score(truth, first) - f1_score(truth, second))

    expected = stats.bootstrap(
        columns,
        gain,
        paired=True,
        vectorized=False,
        n_resamples=200,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    assert found.value == pytest.approx(gain(*columns))
    assert (found.low, found.high) == pytest.approx(expected)


def test_the_difference_is_paired_and_by_person() -> None:
    truth, first, second = decisions()
    people = np.repeat(np.arange(12), 10).tolist()
    found = paired_difference(f1, people, truth, first, second)
    other = paired_difference(f1, people, truth, second, first)
    assert found.clusters == 12
    assert (other.value, other.low, other.high) == pytest.approx(
        tuple(-(bound or 0) for bound in (found.value, found.high, found.low))
    )
    same = paired_difference(auc, people, truth, first * 1.0, first * 2.0)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_what_is_not_defined_for_both_has_no_difference() -> None:
    none = np.zeros(4, bool)
    found = paired_difference(f1, range(4), none, none, ~none)
    assert found.value is None
    assert "both" in str(found.reason)
    assert paired_difference(f1, [], none[:0], none[:0], none[:0]).value is None


def test_the_signs_of_darwins_maize_are_those_that_fisher_counted() -> None:
    found = sign_flip_p(DARWIN, range(15))
    assert (found.value, found.exact) == (1726 / 32768, True)
    assert found.resolution == 1 / 32768


@given(FEW)
@settings(max_examples=25, deadline=None)
def test_the_exact_p_is_that_of_scipy(values: list[int]) -> None:
    theirs = stats.permutation_test(
        (np.array(values, float),),
        lambda of, axis: np.abs(of.mean(axis=axis)),
        permutation_type="samples",
        alternative="greater",
        n_resamples=2000,
        vectorized=True,
    )
    found = sign_flip_p(np.array(values, float), range(len(values)))
    assert found.value == pytest.approx(theirs.pvalue)


@given(values=FEW, scale=st.floats(0.1, 10))
def test_repeating_people_scale_and_order_do_not_matter(values: list[int], scale: float) -> None:
    differences, people = np.array(values, float), list(range(len(values)))
    found = sign_flip_p(differences, people)
    often = sign_flip_p(
        np.repeat(-scale * differences, 5)[::-1], np.repeat(people, 5)[::-1].tolist()
    )
    assert often == found


def test_the_drawn_p_is_near_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ALL", 14)
    monkeypatch.setattr(module, "_CELLS", 15 * 999)
    found = sign_flip_p(DARWIN, range(15))
    assert found.value == pytest.approx(0.0527, abs=4 * np.sqrt(0.05 * 0.95 / 10_000))
    assert (found.exact, found.permutations, found.resolution) == (False, 10_000, 1 / 10_001)


def test_people_who_differ_are_not_taken_for_many_independent_rows() -> None:
    # No true difference, but each person leans one way: rows alone would find one too often.
    rng = np.random.default_rng(0)
    people = np.repeat(np.arange(20), 10).tolist()
    found = []
    for seed in range(150):
        lean = np.repeat(rng.normal(size=20), 10)
        differences = lean + rng.normal(size=200)
        by_person = sign_flip_p(differences, people, repeats=200, seed=seed).value
        by_row = sign_flip_p(differences, range(200), repeats=200, seed=seed).value
        found.append(((by_person or 0) <= 0.05, (by_row or 0) <= 0.05))
    person, row = np.mean(found, axis=0)
    assert person < 0.1
    assert row > 0.3


def test_one_person_shows_nothing_and_nobody_is_not_estimable() -> None:
    assert sign_flip_p(np.array([5.0, 6.0]), ["p", "p"]).value == 1
    assert sign_flip_p(np.zeros(3), range(3)).value == 1
    nothing = sign_flip_p(np.zeros(0), [])
    assert nothing.value is None
    assert nothing.reason == "There are no differences."
    with pytest.raises(ValueError, match="2 differences, and clusters of 1"):
        sign_flip_p(np.zeros(2), ["p"])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=10, deadline=None)
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(expected)
    assert holm(p_values[::-1]) == holm(p_values)[::-1]


def test_holm_leaves_out_what_is_not_known() -> None:
    assert holm([0.01, None, 0.04]) == [0.02, None, 0.04]
    assert holm([None]) == [None]
    assert holm([]) == []
