"""A figure with its interval, resampled by the unit that is independent: the person."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import t as student

Columns = NDArray[Any]
Floats = NDArray[np.float64]
Statistic = Callable[..., float | None]
Finish = Callable[[Floats], Floats]
Method = Literal["percentile", "bca"]

REPEATS = 1000
LEAST = 5
"""Independent units that an interval by resampling needs: fewer are drawn again and again, and it
comes out far too narrow."""
_ALIKE = 1e-12
_CELLS = 2**20
"""How many numbers a chunk of resamples may hold."""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A figure, its interval, and on how much it rests; or the reason why there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    """Rows."""
    clusters: int = 0
    """Independent units that the rows belong to, such as people."""
    left_out: int = 0
    """Rows that could not count, such as the only answer about an item."""
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
    method: Method = "percentile",
) -> Estimate:
    """Return a statistic of columns with its bootstrap interval, resampling whole clusters.

    `statistic` takes the columns, each of length n, and returns None where it is not estimable.
    Replicates in which it is not are left out; where more than one in ten is, no interval is
    given. See Field & Welsh, "Bootstrapping clustered data", JRSS B 69 (2007).

    "bca" corrects the percentiles for bias and skew, with the jackknife over clusters: Efron,
    "Better bootstrap confidence intervals", JASA 82 (1987). It asks for the statistic once more
    per cluster.
    """
    n = len(clusters)
    groups = _rows(clusters)
    value = statistic(*columns) if n else None
    bare = Estimate(value=value, n=n, clusters=len(groups))
    if value is None or len(groups) < LEAST:
        return _bare(bare)

    def again(chosen: Sequence[int] | NDArray[np.intp]) -> float:
        drawn = np.concatenate([groups[i] for i in chosen])
        found = statistic(*(column[drawn] for column in columns))
        return np.nan if found is None else found

    rng = np.random.default_rng(seed)
    found = [again(rng.integers(len(groups), size=len(groups))) for _ in range(repeats)]
    without: list[float] = []
    if method == "bca":
        everyone = range(len(groups))
        without = [again([i for i in everyone if i != left]) for left in everyone]
    return _bounded(bare, value, np.asarray(found), np.asarray(without), level)


def estimate_sums(
    finish: Finish,
    sums: Floats,
    *,
    n: int,
    repeats: int = REPEATS,
    seed: int = 0,
    level: float = 0.95,
    method: Method = "percentile",
) -> Estimate:
    """Return a statistic of sums over clusters with its interval, as `estimate` would, but fast.

    `sums` has shape (G, k), a row per cluster, and `n` is the number of rows behind them. `finish`
    takes totals of shape (R, k) to R figures, not finite where not defined. A resample is then its
    counts of the clusters times `sums`. The clusters are drawn as `estimate` draws them, so that
    both give the same interval from the same seed. Memory does not grow with `repeats`.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        figure = float(finish(sums.sum(axis=0, keepdims=True))[0]) if len(sums) else np.nan
        value = figure if np.isfinite(figure) else None
        bare = Estimate(value=value, n=n, clusters=len(sums))
        if value is None or len(sums) < LEAST:
            return _bare(bare)
        parts = [finish(drawn @ sums) for drawn in _counts(sums.shape, repeats, seed)]
        without = finish(sums.sum(axis=0) - sums) if method == "bca" else np.zeros(0)
    return _bounded(bare, value, np.concatenate(parts), without, level)


def jackknife_sums(finish: Finish, sums: Floats, *, n: int, level: float = 0.95) -> Estimate:
    """Return a coefficient that is at most 1, of sums over clusters, with its jackknife interval.

    tanh(z +/- t s), z = arctanh(v), s^2 = (G - 1) / G sum_g (z_-g - mean z_-g)^2 over the figures
    without each cluster, t with G - 1 degrees of freedom: Fisher (1921) for the scale; Efron &
    Tibshirani, "An Introduction to the Bootstrap" (1993), ch. 11. With ten people it holds the
    truth about as often as it says, where a percentile interval is too narrow. Where a figure is 1,
    which has no arctanh, the scale is that of the coefficient.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(finish(sums.sum(axis=0, keepdims=True))[0]) if len(sums) else np.nan
        without = finish(sums.sum(axis=0) - sums) if len(sums) > 1 else np.zeros(0)
    bare = Estimate(value=value if np.isfinite(value) else None, n=n, clusters=len(sums))
    if bare.value is None or len(sums) < LEAST:
        return _bare(bare)
    if not np.isfinite(without).all():
        reason = "An interval needs the figure without each unit; without one it is not defined."
        return msgspec.structs.replace(bare, reason=reason)
    bounded = bool(np.abs(without).max() < 1 and abs(value) < 1)
    middle, moved = (np.arctanh(value), np.arctanh(without)) if bounded else (value, without)
    spread = np.sqrt((len(sums) - 1) / len(sums) * ((moved - moved.mean()) ** 2).sum())
    if spread <= _ALIKE:
        return msgspec.structs.replace(bare, reason="The independent units do not differ.")
    half = float(student.ppf((1 + level) / 2, len(sums) - 1)) * spread
    low, high = middle - half, middle + half
    if bounded:
        low, high = np.tanh(low), np.tanh(high)
    return msgspec.structs.replace(bare, low=float(low), high=float(min(high, 1.0)))


def estimate_coefficient(
    finish: Finish, sums: Floats, *, n: int, repeats: int = 0, seed: int = 0, level: float = 0.95
) -> Estimate:
    """Return a coefficient of sums over clusters, by `jackknife_sums` unless resamples are asked
    for.
    """
    if repeats:
        return estimate_sums(finish, sums, n=n, repeats=repeats, seed=seed, level=level)
    return jackknife_sums(finish, sums, n=n, level=level)


def _bare(bare: Estimate) -> Estimate:
    reason = "The statistic is not defined on this."
    if bare.value is not None:
        reason = f"A resampled interval needs at least {LEAST} independent units."
    return msgspec.structs.replace(bare, reason=reason)


def _bounded(
    bare: Estimate, value: float, found: Floats, without: Floats, level: float
) -> Estimate:
    """Add the interval; `found` are the replicates, `without` those of the jackknife, if any."""
    defined = found[np.isfinite(found)]
    if len(defined) < 0.9 * len(found):
        reason = f"Not defined in {len(found) - len(defined)} of {len(found)} resamples."
        return msgspec.structs.replace(bare, reason=reason)
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if len(without):
        tails = _corrected(value, defined, without, tails)
    if np.isnan(tails).any():
        reason = (
            "A BCa interval needs the figure without each unit, and resamples on both sides of it."
        )
        return msgspec.structs.replace(bare, reason=reason)
    low, high = np.quantile(defined, tails)
    return msgspec.structs.replace(bare, low=float(low), high=float(high))


def _corrected(value: float, found: Floats, without: Floats, tails: Floats) -> Floats:
    """Return the tails as Efron (1987) moves them, or NaN where he does not say how."""
    below = float(((found < value).mean() + (found <= value).mean()) / 2)
    if below in (0, 1) or not np.isfinite(without).all():
        return np.full(2, np.nan)
    away = without.mean() - without
    spread = float((away**2).sum())
    skew = float((away**3).sum()) / (6 * spread**1.5) if spread else 0.0
    shift = ndtri(below)
    moved = shift + ndtri(tails)
    return np.asarray(ndtr(shift + moved / (1 - skew * moved)), np.float64)


def _counts(shape: tuple[int, ...], repeats: int, seed: int) -> Iterator[Floats]:
    """Yield how often each cluster was drawn, in chunks of resamples."""
    rng = np.random.default_rng(seed)
    clusters = shape[0]
    size = max(1, _CELLS // max(shape))
    for start in range(0, repeats, size):
        rows = min(size, repeats - start)
        drawn = rng.integers(clusters, size=(rows, clusters))
        drawn += clusters * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * clusters)
        yield counts.reshape(rows, clusters).astype(np.float64)


def _rows(clusters: Sequence[Hashable]) -> list[NDArray[np.intp]]:
    rows: dict[Hashable, list[int]] = {}
    for row, name in enumerate(clusters):
        rows.setdefault(name, []).append(row)
    return [np.asarray(of_one, np.intp) for of_one in rows.values()]
