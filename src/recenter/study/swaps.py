"""Even out who meets what: exchange places between slots while that makes a design more even.

A place is one showing of an item: number `item * overlap + copy`. Whatever is exchanged, slots keep
their sizes, items their number of showings, and a unit (an item, or items that must be apart) is in
a slot at most once. Only `random()` of the generator is used, whose values for a seed Python keeps
from version to version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

_TRIES = 12
_EFFORT = 300_000
"""Places that are tried in all, times the overlap, so that a large design takes seconds."""
_GAIN = 0.05
_PATIENCE = 3
"""Sweeps in a row that may take away less than that part of what is uneven, before it is done."""
_THOROUGH = 5_000
"""Places up to which all are tried in every sweep, not only those that stand out."""
_MERGES = 64


def drawn(rng: Random, count: int) -> int:
    """Return a number from 0 to count - 1."""
    return int(rng.random() * count)


def shuffled(rng: Random, things: Iterable[T]) -> list[T]:
    """Return the things in an order that depends on the generator and on their first order."""
    order = [(rng.random(), number, thing) for number, thing in enumerate(things)]
    order.sort(key=lambda entry: entry[:2])
    return [thing for _, _, thing in order]


class Table:
    """The places of a design and, per slot or pair of slots, what is counted of it.

    Its cost is the number of pairs of places in one slot with one person, of those with one group,
    and of pairs of items that two slots have in common. The last is, up to what no exchange
    changes, the sum of squared concurrences, which the (M,S)-criterion of Eccleston & Hedayat,
    "On the theory of connected designs", Annals of Statistics 2 (1974), makes least: the squares of
    N N' and N' N have one trace.
    """

    def __init__(
        self,
        place_slots: Sequence[int],
        *,
        overlap: int,
        slots: int,
        units: Sequence[int],
        people: Sequence[int],
        groups: Sequence[int],
    ) -> None:
        self.slot = list(place_slots)
        self.overlap, self.slots = overlap, slots
        self.units, self.people, self.groups = units, people, groups
        places = range(len(self.slot))
        self.taken = {units[e // overlap] * slots + self.slot[e] for e in places}
        self.of_person = Counter(people[e // overlap] * slots + self.slot[e] for e in places)
        self.of_group = Counter(groups[e // overlap] * slots + self.slot[e] for e in places)
        self.common: Counter[int] = Counter()
        for start in range(0, len(self.slot), overlap):
            own = self.slot[start : start + overlap]
            self.common.update(a * slots + b for a in own for b in own if a != b)
        self.alike: dict[int, list[int]] = {}
        for e in places:
            self.alike.setdefault(groups[e // overlap], []).append(e)

    def cost(self) -> int:
        """Return how uneven the design is."""
        counted = (*self.of_person.values(), *self.of_group.values())
        pairs = sum(count * (count - 1) // 2 for count in counted)
        return pairs + sum(count * (count - 1) for count in self.common.values()) // 4

    def least(self) -> int:
        """Return the cost if everything were as even as numbers can be; it may be out of reach."""
        n, b = len(self.slot), self.slots
        totals = [
            size * self.overlap
            for column in (self.people, self.groups)
            for size in Counter(column).values()
        ]
        met = n * (self.overlap - 1) // 2
        return sum(_evenly(total, b) for total in totals) + _evenly(met, b * (b - 1) // 2)

    def change(self, e: int, f: int) -> int | None:
        """Return what exchanging two places adds to the cost; None where it may not be."""
        r, b = self.overlap, self.slots
        i, j, s, t = e // r, f // r, self.slot[e], self.slot[f]
        one, two = self.units[i], self.units[j]
        if i == j or s == t:
            return None
        if one != two and (one * b + t in self.taken or two * b + s in self.taken):
            return None
        total = 0
        for column, count in ((self.people, self.of_person), (self.groups, self.of_group)):
            p, q = column[i] * b, column[j] * b
            if p != q:
                total += count[p + t] - count[p + s] + count[q + s] - count[q + t] + 2
        own, other = self.slot[i * r : i * r + r], self.slot[j * r : j * r + r]
        common = self.common
        for u in own:
            if u != s and u not in other:
                total += common[t * b + u] - common[s * b + u] + 1
        for u in other:
            if u != t and u not in own:
                total += common[s * b + u] - common[t * b + u] + 1
        return total

    def exchange(self, e: int, f: int) -> None:
        """Exchange two places; `change` has said that it may be."""
        for place, sign in ((e, -1), (f, -1)):
            self._count(place, sign)
        self.slot[e], self.slot[f] = self.slot[f], self.slot[e]
        for place in (e, f):
            self._count(place, 1)

    def _count(self, e: int, sign: int) -> None:
        r, b, s = self.overlap, self.slots, self.slot[e]
        i = e // r
        key = self.units[i] * b + s
        if sign > 0:
            self.taken.add(key)
        else:
            self.taken.discard(key)
        self.of_person[self.people[i] * b + s] += sign
        self.of_group[self.groups[i] * b + s] += sign
        for u in self.slot[i * r : i * r + r]:
            if u != s:
                self.common[s * b + u] += sign
                self.common[u * b + s] += sign


def _evenly(total: int, cells: int) -> int:
    """Pairs within cells when a total is split as evenly as it can be."""
    if not cells:
        return 0
    each, more = divmod(total, cells)
    return cells * (each * (each - 1) // 2) + more * each


def even_out(table: Table, rng: Random) -> int:
    """Exchange places while it does not cost, and return the cost that is left."""
    cost, least = table.cost(), table.least()
    places = range(len(table.slot))
    thorough = len(places) <= _THOROUGH
    idle, left = 0, _EFFORT // table.overlap
    while cost > least and idle < _PATIENCE and left > 0:
        visited = shuffled(rng, places if thorough else _standing_out(table))[:left]
        before = cost
        for e in visited:
            cost += _improve(table, e, rng)
        left -= len(visited) or left
        idle = idle + 1 if before - cost <= _GAIN * (cost - least) else 0
    return cost


def _improve(table: Table, e: int, rng: Random) -> int:
    """Try to exchange a place with some others, by turns of its own group and of any."""
    alike = table.alike[table.groups[e // table.overlap]]
    for attempt in range(_TRIES):
        f = alike[drawn(rng, len(alike))] if attempt % 2 else drawn(rng, len(table.slot))
        change = table.change(e, f)
        if change is not None and change <= 0:
            table.exchange(e, f)
            return change
    return 0


def _standing_out(table: Table) -> list[int]:
    """Places whose slot has more of their person, group or company than its even part."""
    r, b = table.overlap, table.slots
    own = np.array(table.slot, np.int64).reshape(-1, r)
    found = np.zeros(own.shape, np.bool_)
    for column in (table.people, table.groups):
        codes = np.array(column, np.int64)
        most = -(-np.bincount(codes) * r // b)
        found |= _times(codes[:, None] * b + own) > most[codes][:, None]
    if r > 1:
        others = np.array([[c for c in range(r) if c != copy] for copy in range(r)])
        even = -(-own.size * (r - 1) // (b * (b - 1)))
        met = own[:, :, None] * b + own[:, others]
        found |= (_times(met) > even).any(axis=2)
    return [int(place) for place in np.flatnonzero(found)]


def _times(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """How often each key is there, in the shape of the keys."""
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse].reshape(keys.shape), np.int64)


def connect(table: Table, rng: Random) -> None:
    """Exchange places until items and slots hang together, where exchanges can do that.

    A place whose loss splits nothing, exchanged with one of another part, joins the two parts.
    """
    while True:
        roots, spare = _parts(table, shuffled(rng, range(len(table.slot))))
        if not spare or len(set(roots)) == 1:
            return
        best: tuple[int, int, int] | None = None
        seen = 0
        for e in spare:
            for f in shuffled(rng, [f for f, root in enumerate(roots) if root != roots[e]]):
                change = table.change(e, f)
                if change is not None:
                    best = min(best, (change, e, f)) if best else (change, e, f)
                    seen += 1
                if seen >= _MERGES:
                    break
            if seen >= _MERGES:
                break
        if best is None:
            return
        table.exchange(best[1], best[2])


def _parts(table: Table, order: Sequence[int]) -> tuple[list[int], list[int]]:
    """The part of each place, and places that can leave their slot without splitting a part."""
    r, items = table.overlap, len(table.slot) // table.overlap
    parent = list(range(items + table.slots))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    spare = []
    for e in order:
        one, two = root(e // r), root(items + table.slot[e])
        if one == two:
            spare.append(e)
        parent[one] = two
    return [root(e // r) for e in range(len(table.slot))], spare
