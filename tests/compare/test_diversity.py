"""Diversity: its definition, what it does not depend on, its bounds, and where there is none."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recenter.compare.diversity import distinct, mean_distance, rarefied
from recenter.stats.clustered import interval

POINTS = arrays(np.float64, st.tuples(st.integers(4, 12), st.just(3)), elements=st.floats(-1, 1))


def unit(points: np.ndarray) -> np.ndarray:
    moved = points + np.asarray([0, 0, 1.5])
    made: np.ndarray = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return made.astype(np.float32)


def names(count: int, each: int = 2) -> list[str]:
    return [f"p{i // each}" for i in range(count)]


@given(POINTS)
def test_it_is_the_mean_over_pairs(points: np.ndarray) -> None:
    vectors = unit(points)
    found = mean_distance(vectors, names(len(vectors), 1))
    assert found is not None
    pairs = [1 - float(a @ b) for a, b in itertools.combinations(vectors.astype(np.float64), 2)]
    assert found.value == pytest.approx(np.mean(pairs), abs=1e-6)
    assert -1e-6 <= found.value <= 2


@given(POINTS, st.randoms(use_true_random=False))
def test_order_names_and_rotation_change_nothing(points: np.ndarray, random: object) -> None:
    vectors, who = unit(points), names(len(points))
    order = np.random.default_rng(len(points)).permutation(len(points))
    turned = vectors[order][:, [2, 0, 1]]
    one = mean_distance(vectors, who)
    other = mean_distance(turned, [f"x{who[i]}" for i in order])
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(other.value, abs=1e-6)
    assert (one.errors**2).sum() == pytest.approx((other.errors**2).sum(), abs=1e-6)


def test_it_does_not_grow_with_the_corpus_and_its_interval_holds_the_truth() -> None:
    rng = np.random.default_rng(0)
    held, sizes = 0, []
    truth = _truth()
    for _ in range(150):
        vectors, who = _people(rng, 30)
        found = mean_distance(vectors, who)
        assert found is not None
        sizes.append(found.value)
        told = interval(found.value, found.errors, found, n=len(who))
        assert told.low is not None
        assert told.high is not None
        held += told.low <= truth <= told.high
    assert np.mean(sizes) == pytest.approx(truth, abs=0.02)
    assert held / 150 >= 0.9


def _people(rng: np.random.Generator, count: int) -> tuple[np.ndarray, list[str]]:
    who = np.repeat(np.arange(count), rng.integers(1, 6, count))
    own = rng.normal(size=(count, 8))
    points = own[who] + rng.normal(size=(len(who), 8)) + 0.7
    made = points / np.linalg.norm(points, axis=1, keepdims=True)
    return made.astype(np.float32), [str(i) for i in who]


def _truth() -> float:
    """Two attributes of different people, who are all but some of the pairs; and of the same."""
    rng = np.random.default_rng(9)
    values = []
    for _ in range(60):
        vectors, who = _people(rng, 30)
        found = mean_distance(vectors, who)
        assert found is not None
        values.append(found.value)
    return float(np.mean(values))


def test_the_same_attribute_everywhere_is_no_diversity_and_one_cluster() -> None:
    vectors = np.tile(unit(np.zeros((1, 3))), (6, 1))
    found = mean_distance(vectors, names(6))
    assert found is not None
    assert found.value == pytest.approx(0, abs=1e-6)
    assert set(distinct(vectors).tolist()) == {0}


def test_of_one_person_or_nothing_there_is_none() -> None:
    nothing = np.zeros((0, 3), np.float32)
    assert mean_distance(nothing, []) is None
    assert mean_distance(unit(np.eye(3)), ["p"] * 3) is None
    assert mean_distance(unit(np.eye(3)[:2]), ["p", "q"]) is None
    assert len(distinct(nothing)) == 0
    assert rarefied(np.zeros(0, np.intp), [], 1) is None


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), min_size=4, max_size=9), st.integers(1, 3))
def test_rarefied_is_the_mean_over_all_draws(labels: list[int], size: int) -> None:
    found = rarefied(np.asarray(labels), names(len(labels), 1), size)
    assert found is not None
    draws = [len(set(drawn)) for drawn in itertools.combinations(labels, size)]
    assert found.value == pytest.approx(np.mean(draws))
    assert 1 - 1e-9 <= found.value <= size + 1e-9


def test_more_than_there_is_cannot_be_drawn() -> None:
    assert rarefied(np.asarray([0, 1, 2]), ["a", "b", "b"], 2) is None
