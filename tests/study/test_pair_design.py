"""Counts and chances of a draw: they add up, keep to the limit and are what they say."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.study.pair_design import (
    Expected,
    capacity,
    expected_counts,
    first_phase,
    sample,
    split,
    systematic_counts,
)

SIZES = st.lists(st.integers(0, 40), min_size=1, max_size=12)
LIMITS = st.one_of(st.none(), st.integers(1, 12))


def parts(expected: Expected) -> list[Fraction]:
    return [Fraction(int(part), expected.denominator) for part in expected.numerators]


@pytest.mark.parametrize(
    ("total", "shares", "counts"),
    [
        (10, (0.5, 0.3, 0.2), (5, 3, 2)),
        (164, (0.5, 0.3, 0.2), (82, 49, 33)),
        (7, (0.5, 0.3, 0.2), (4, 2, 1)),
        (5, (0.5, 0.5, 0.0), (3, 2, 0)),
    ],
)
def test_shares_come_to_whole_numbers(
    total: int, shares: tuple[float, ...], counts: tuple[int, ...]
) -> None:
    assert split(total, shares) == counts


@given(st.integers(1, 1000), st.lists(st.integers(1, 50), min_size=1, max_size=5))
def test_shares_leave_nothing_over(total: int, sizes: list[int]) -> None:
    counts = split(total, [size / sum(sizes) for size in sizes])
    assert sum(counts) == total
    for count, size in zip(counts, sizes, strict=True):
        assert abs(count - total * size / sum(sizes)) < 1 + 1e-6


@given(SIZES, LIMITS, st.data())
def test_expected_counts_sum_keep_the_limit_and_are_in_proportion_below_it(
    sizes: list[int], most: int | None, data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, capacity(np.array(sizes), most)))
    found = parts(expected_counts(np.array(sizes), count, most))
    assert sum(found) == count
    rates = set()
    for part, size in zip(found, sizes, strict=True):
        assert 0 <= part <= min(size, size if most is None else most)
        if size and part != most:
            rates.add(part / size)
    assert len(rates) <= 1
    if most is not None and rates:
        (rate,) = rates
        for part, size in zip(found, sizes, strict=True):
            assert part < most or size * rate >= most


@given(SIZES, LIMITS, st.data())
def test_everyone_gives_the_expected_number_rounded_down_or_up(
    sizes: list[int], most: int | None, data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, capacity(np.array(sizes), most)))
    expected = expected_counts(np.array(sizes), count, most)
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    counts = systematic_counts(expected, rng)
    assert counts.sum() == count
    for got, part in zip(counts.tolist(), parts(expected), strict=True):
        assert part - 1 < got < part + 1


@given(SIZES, LIMITS, st.data())
def test_a_sample_holds_each_item_once_with_the_chance_of_its_person(
    sizes: list[int], most: int | None, data: st.DataObject
) -> None:
    held = np.array(sizes)
    count = data.draw(st.integers(0, capacity(held, most)))
    drawn = sample(held, count, np.random.default_rng(0), most=most)
    assert len(set(drawn.items.tolist())) == len(drawn.items) == len(drawn.probabilities) == count
    owner = np.repeat(np.arange(len(held)), held)
    expected = parts(expected_counts(held, count, most))
    for item, chance in zip(drawn.items, drawn.probabilities, strict=True):
        assert chance == pytest.approx(float(expected[owner[item]] / sizes[owner[item]]))
        assert 0 < chance <= 1
    if most is not None and count:
        assert np.bincount(owner[drawn.items]).max() <= most


def test_items_are_drawn_as_often_as_their_chance_says() -> None:
    sizes, most, runs = np.array([1, 2, 3, 6, 12, 0, 20]), 3, 4000
    rng, times = np.random.default_rng(5), np.zeros(44)
    for _ in range(runs):
        times[sample(sizes, 13, rng, most=most).items] += 1
    expected = expected_counts(sizes, 13, most)
    owner = np.repeat(np.arange(7), sizes)
    chances = expected.numerators[owner] / (sizes[owner] * expected.denominator)
    assert len(set(chances.tolist())) > 2
    off = (times / runs - chances) / np.sqrt(np.maximum(chances * (1 - chances), 1e-12) / runs)
    assert np.abs(off).max() < 4
    # Each person's number is fixed but for rounding, so the squares sum to less than freedom.
    assert np.square(off).mean() == pytest.approx(1, abs=0.5)


def test_any_two_people_can_be_drawn_together() -> None:
    rng = np.random.default_rng(0)
    found = {tuple(sample(np.ones(4, int), 2, rng).items.tolist()) for _ in range(200)}
    assert found == set(itertools.combinations(range(4), 2))


def test_the_first_phase_is_all_there_is_or_as_many_as_allowed() -> None:
    rng = np.random.default_rng(0)
    assert first_phase(5, 5, rng).tolist() == [0, 1, 2, 3, 4]
    some = first_phase(10**9, 5, rng)
    assert len(set(some.tolist())) == 5
    assert some.tolist() == sorted(some.tolist())
