"""How many of what to draw of whom, with the exact chance of each: numbers only, no records."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Sample(msgspec.Struct, frozen=True):
    """Items drawn from a list that is grouped by person."""

    items: Ints
    """Places in the list, ascending."""
    probabilities: Floats
    """The chance that each of them had of being drawn."""


class Expected(msgspec.Struct, frozen=True):
    """How many items each person will give at the mean, as exact fractions of one denominator."""

    numerators: Ints
    denominator: int


def split(total: int, shares: Sequence[float]) -> tuple[int, ...]:
    """Return `total` shared out by shares that sum to 1, by largest remainder, first come first."""
    exact = [total * share for share in shares]
    # Rounded, since .3 * 10 is a little less than 3.
    counts = [int(round(part, 9)) for part in exact]
    by_rest = sorted(range(len(shares)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_rest[: total - sum(counts)]:
        counts[i] += 1
    return tuple(counts)


def capacity(sizes: Ints, most: int | None) -> int:
    """Return how many items can be drawn with at most `most` of a person."""
    return int((sizes if most is None else np.minimum(sizes, most)).sum())


def expected_counts(sizes: Ints, count: int, most: int | None = None) -> Expected:
    """Return each person's part of `count` items: in proportion to `sizes`, but at most `most`.

    What a person gives less goes to the others, again in proportion. `count` must be within
    `capacity`.
    """
    capped = np.zeros(len(sizes), np.bool_)
    while True:
        left = count - (most or 0) * int(capped.sum())
        rest = int(sizes[~capped].sum())
        if most is None or not rest:
            break
        over = ~capped & (left * sizes > most * rest)
        if not over.any():
            break
        capped |= over
    denominator = rest or 1
    parts = np.where(capped, (most or 0) * denominator, left * sizes)
    return Expected(parts.astype(np.int64), denominator)


def systematic_counts(expected: Expected, rng: Generator) -> Ints:
    """Return how many items each person gives: the expected number, rounded down or up.

    The numbers sum to what was asked for, and the mean of each over draws is exactly the expected
    one. Systematic sampling with unequal probabilities, of people in random order: Madow, "On the
    theory of systematic sampling, II", Annals of Mathematical Statistics 20 (1949). In whole
    numbers, since a sum of fractions could round a person past the limit.
    """
    order = rng.permutation(len(expected.numerators))
    ends = np.cumsum(expected.numerators[order])
    start = int(rng.integers(expected.denominator))
    passed = -((start - ends) // expected.denominator)
    counts = np.zeros(len(order), np.int64)
    counts[order] = np.diff(passed, prepend=0)
    return counts


def sample(sizes: Ints, count: int, rng: Generator, *, most: int | None = None) -> Sample:
    """Draw `count` items of a list in which person p holds `sizes[p]` places, one after another.

    People are strata: each gives its part by `systematic_counts`, drawn from its items at random
    without replacement. So an item of person p is drawn with probability e_p / M_p exactly, e_p the
    person's expected number and M_p its size; without `most` that is count / sum(M) for all.
    """
    expected = expected_counts(sizes, count, most)
    counts = systematic_counts(expected, rng)
    starts = np.cumsum(sizes) - sizes
    givers = np.flatnonzero(counts)
    places = [starts[p] + np.sort(_some(int(sizes[p]), int(counts[p]), rng)) for p in givers]
    chances = expected.numerators[givers] / (sizes[givers] * float(expected.denominator))
    return Sample(
        np.concatenate(places) if places else np.zeros(0, np.int64),
        np.repeat(chances, counts[givers]),
    )


def _some(size: int, count: int, rng: Generator) -> Ints:
    return rng.choice(size, count, replace=False, shuffle=False)


def first_phase(size: int, most: int, rng: Generator) -> Ints:
    """Return the places of a simple random sample of at most `most` of `size`, ascending."""
    return np.arange(size) if size <= most else np.sort(_some(size, most, rng))
