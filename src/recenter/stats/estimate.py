"""A figure with its interval, resampled by the unit that is independent: the person."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Columns = NDArray[Any]
Statistic = Callable[..., float | None]

REPEATS = 1000


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A figure, its interval, and on how much it rests; or the reason why there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    """Rows."""
    clusters: int = 0
    """Independent units that the rows belong to, such as people."""
    reason: str | None = None
    """Why there is no value, or no interval."""

    def __str__(self) -> str:
        if self.value is None:
            return "not estimable"
        if self.low is None or self.high is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def estimate(
    statistic: Statistic,
    clusters: Sequence[Hashable],
    *columns: Columns,
    repeats: int = REPEATS,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Return a statistic of columns with its percentile interval, resampling whole clusters.

    `statistic` takes the columns, each of length n, and returns None where it is not estimable.
    Replicates in which it is not are left out; where more than one in ten is, no interval is
    given. See Field & Welsh, "Bootstrapping clustered data", JRSS B 69 (2007).
    """
    n = len(clusters)
    groups = _rows(clusters)
    value = statistic(*columns) if n else None
    if value is None:
        return Estimate(
            value=None, n=n, clusters=len(groups), reason="The statistic is not defined on this."
        )
    if len(groups) < 2:
        reason = "An interval needs at least two independent units."
        return Estimate(value=value, n=n, clusters=len(groups), reason=reason)
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(repeats):
        drawn = np.concatenate([groups[i] for i in rng.integers(len(groups), size=len(groups))])
        again = statistic(*(column[drawn] for column in columns))
        if again is not None:
            found.append(again)
    if len(found) < 0.9 * repeats:
        reason = f"Not defined in {repeats - len(found)} of {repeats} resamples."
        return Estimate(value=value, n=n, clusters=len(groups), reason=reason)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value=value, low=float(low), high=float(high), n=n, clusters=len(groups))


def _rows(clusters: Sequence[Hashable]) -> list[NDArray[np.intp]]:
    rows: dict[Hashable, list[int]] = {}
    for row, name in enumerate(clusters):
        rows.setdefault(name, []).append(row)
    return [np.asarray(of_one, np.intp) for of_one in rows.values()]
