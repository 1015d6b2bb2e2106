"""Several systems ranked by paired comparisons: Bradley-Terry, resampled by person."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import combinations
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from recenter.stats.clustered import ALONE, NOTHING, Column, Floats, Ints, Names, codes
from recenter.stats.estimate import REPEATS, Estimate
from recenter.stats.extra import load

_TOLERANCE = 1e-9
_LIMIT = 10_000
_ENDLESS = f"The strengths had not settled after {_LIMIT} steps."


class Odds(msgspec.Struct, frozen=True, kw_only=True):
    """One system against another."""

    first: Hashable
    second: Hashable
    log_odds: Estimate
    """Logarithm of the odds that the first wins, where one does."""


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """Strengths of systems, best first, and the odds of every pair."""

    strengths: dict[Hashable, Estimate]
    """Log-odds of a win against the average system. They sum to 0."""
    pairs: tuple[Odds, ...]
    """With two systems this one figure is all there is."""
    repeats: int
    dropped: int = 0
    """Resamples of people in which the strengths had no bound."""


def bradley_terry(
    left: Names,
    right: Names,
    outcomes: Column,
    clusters: Names,
    *,
    repeats: int = REPEATS,
    seed: int = 0,
    level: float = 0.95,
) -> Ranking:
    """Return the strengths of systems that were compared in pairs, 1 where left won, 1/2 a tie.

    P(i beats j) = s_i / (s_i + s_j): Bradley & Terry, Biometrika 39 (1952). With ties, in
    proportion s_i : s_j : 2 v sqrt(s_i s_j) for a win, a loss and a tie: Davidson, "On extending
    the Bradley-Terry model to accommodate ties" (1970), by the iteration of Newman, "Efficient
    computation of rankings from pairwise comparisons", JMLR 24 (2023). Of two systems the log odds
    are log(wins / losses), whatever the ties.

    The strengths have bounds where every system is reached from every other along wins and ties
    (Ford, American Mathematical Monthly 64, 1957) and, where there are ties, if wins alone go
    round in a circle somewhere, which is enough though not always needed; else no strength is
    given. Intervals are percentiles over resamples of whole clusters. Those without bounds are
    dropped and counted; where they are more than one in ten, no interval is given. Rows with a NaN
    are left out.
    """
    seen = _comparisons(left, right, np.asarray(outcomes, np.float64), clusters)
    n, people = seen.n, seen.counts.shape[1]
    once = seen.counts.sum(axis=1)
    reason = seen.unbounded(once) if n else NOTHING
    value = None if reason else seen.log_strengths(once)
    if value is None:
        none = Estimate(value=None, n=n, clusters=people, reason=reason or _ENDLESS)
        return Ranking(strengths=dict.fromkeys(seen.systems, none), pairs=(), repeats=0)
    repeats = repeats if people > 1 else 0
    draws = np.random.default_rng(seed).multinomial(people, [1 / people] * people, size=repeats)
    tried = (
        None if seen.unbounded(weights) else seen.log_strengths(weights)
        for weights in draws @ seen.counts.T
    )
    found = np.array([again for again in tried if again is not None]).reshape(-1, len(value))
    figure = _Figures(n, people, repeats, level)
    order = sorted(range(len(value)), key=lambda i: (-value[i], i))
    return Ranking(
        strengths={seen.systems[i]: figure(value[i], found[:, i]) for i in order},
        pairs=tuple(
            Odds(
                first=seen.systems[i],
                second=seen.systems[j],
                log_odds=figure(value[i] - value[j], found[:, i] - found[:, j]),
            )
            for i, j in combinations(order, 2)
        ),
        repeats=repeats,
        dropped=repeats - len(found),
    )


class _Figures(msgspec.Struct, frozen=True):
    n: int
    people: int
    repeats: int
    level: float

    def __call__(self, value: float, found: Floats) -> Estimate:
        whole = Estimate(value=float(value), n=self.n, clusters=self.people)
        if not self.repeats:
            reason = ALONE if self.people < 2 else "No resamples were asked for."
            return msgspec.structs.replace(whole, reason=reason)
        if len(found) < 0.9 * self.repeats:
            reason = f"No bound in {self.repeats - len(found)} of {self.repeats} resamples."
            return msgspec.structs.replace(whole, reason=reason)
        low, high = np.quantile(found, [(1 - self.level) / 2, (1 + self.level) / 2])
        return msgspec.structs.replace(whole, low=float(low), high=float(high))


class _Comparisons(msgspec.Struct, frozen=True):
    """The different comparisons, each once: a pair of systems and how it went."""

    systems: list[Any]
    first: Ints
    second: Ints
    ties: NDArray[np.bool_]
    """Whether it was a tie; else the first won."""
    counts: Ints
    """How often it went so, shape (comparisons, people)."""

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    def unbounded(self, weights: Ints) -> str | None:
        """Why the strengths have no bound, if they have none."""
        size = len(self.systems)
        wins = np.zeros((size, size))
        np.add.at(wins, (self.first, self.second), weights * ~self.ties)
        met = wins.copy()
        for one, other in ((self.first, self.second), (self.second, self.first)):
            np.add.at(met, (one, other), weights * self.ties)
        groups, _ = connected_components(met, directed=True, connection="weak")
        if groups > 1:
            return f"The systems fall into {groups} groups that were never compared."
        groups, of = connected_components(met, directed=True, connection="strong")
        if groups > 1:
            reached = np.array([met[np.ix_(of != g, of == g)].any() for g in range(groups)])
            names = ", ".join(str(self.systems[i]) for i in np.flatnonzero(~reached[of]))
            return f"Nothing else ever beat or tied {names}."
        circles, _ = connected_components(wins, directed=True, connection="strong")
        if (weights * self.ties).any() and circles == size:
            return "Wins alone lead nowhere round in a circle, so ties leave strengths unbounded."
        return None

    def log_strengths(self, weights: Ints) -> Floats | None:
        """Logarithms of the strengths, of mean 0; None where they did not settle."""
        there = weights > 0
        ties = self.ties[there]
        if len(self.systems) == 2:
            won = np.bincount(self.first[there & ~self.ties], weights[there & ~self.ties], 2)
            half = float(np.log(won[0] / won[1]) / 2)
            return np.array([half, -half])
        evalica = load("evalica")
        fit = evalica.newman if ties.any() else evalica.bradley_terry
        fitted = fit(
            self.first[there].tolist(),
            self.second[there].tolist(),
            [evalica.Winner.Draw if tie else evalica.Winner.X for tie in ties],
            weights=weights[there].astype(np.float64),
            tolerance=_TOLERANCE,
            limit=_LIMIT,
        )
        if fitted.iterations >= _LIMIT:
            return None
        logs = np.log(fitted.scores.loc[range(len(self.systems))].to_numpy())
        return np.asarray(logs - logs.mean(), np.float64)


def _comparisons(left: Names, right: Names, outcomes: Floats, clusters: Names) -> _Comparisons:
    kept = np.flatnonzero(~np.isnan(outcomes))
    names = [*_listed(left), *_listed(right)]
    systems = list(dict.fromkeys(names))
    number = codes(names)
    one, other = number[: len(outcomes)][kept], number[len(outcomes) :][kept]
    won = outcomes[kept]
    # The winner first; of a tie, the one that appeared first.
    turned = (won < 0.5) | ((won == 0.5) & (one > other))
    rows = np.column_stack([np.where(turned, other, one), np.where(turned, one, other), won == 0.5])
    different, which = np.unique(rows, axis=0, return_inverse=True)
    people = codes([_listed(clusters)[row] for row in kept])
    counts = np.zeros((len(different), int(people.max(initial=-1)) + 1), np.intp)
    np.add.at(counts, (which.ravel(), people), 1)
    first, second, ties = different.T
    return _Comparisons(systems, first, second, ties.astype(bool), counts)


def _listed(names: Names) -> list[Any]:
    return list(names.tolist() if isinstance(names, np.ndarray) else names)
