"""Who is left out with whom: names dealt out to folds in an order drawn with a seed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def deal(names: Iterable[str], rng: np.random.Generator, number: int) -> dict[str, int]:
    """Return the fold of each name, 0 to number - 1; the folds differ by at most one name."""
    unique = sorted(set(names))
    order = rng.permutation(len(unique))
    return {unique[at]: place % number for place, at in enumerate(order)}


def folds_of_rows(people: NDArray[np.str_], *, count: int, seed: int) -> NDArray[np.intp]:
    """Return the fold of each row, all rows of a person in one."""
    fold = deal(people.tolist(), np.random.default_rng(seed), count)
    return np.array([fold[name] for name in people.tolist()], np.intp)
