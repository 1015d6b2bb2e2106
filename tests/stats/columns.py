"""Answers in long format that several tests of statistics read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Long = tuple[list[int], list[int], list[Any]]

_ = np.nan
# Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section C: four observers,
# twelve units, one of which a single observer valued.
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
)
# Fleiss (1971), table 1: how many of six psychiatrists gave each of 30 patients each diagnosis,
# a digit per psychiatrist.
_FLEISS = (
    "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333"
    " 144444 224445 333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224"
    " 111155 224444 133333 555555"
)


def long(grid: NDArray[Any]) -> Long:
    """Return items, raters and answers of a grid of shape (raters, items)."""
    raters, items = np.indices(grid.shape)
    return items.ravel().tolist(), raters.ravel().tolist(), grid.ravel().tolist()


def fleiss() -> NDArray[np.int64]:
    """Return the diagnoses of Fleiss (1971), shape (patients, psychiatrists)."""
    return np.array([[int(answer) for answer in patient] for patient in _FLEISS.split()])


def people(
    seed: int, *, persons: int = 12, each: int = 6, raters: int = 4, missing: float = 0.4
) -> tuple[NDArray[np.float64], list[int]]:
    """Return answers 1 to 5 of shape (raters, items), NaN where missing, and whose item it is."""
    rng = np.random.default_rng(seed)
    items = persons * each
    noise = np.repeat(rng.uniform(0.2, 2, size=persons), each)
    truth = rng.integers(1, 6, size=items)
    grid = np.rint(truth + noise * rng.normal(size=(raters, items))).clip(1, 5)
    grid[rng.random(grid.shape) < missing] = np.nan
    return grid, np.repeat(np.arange(persons), each).tolist()
