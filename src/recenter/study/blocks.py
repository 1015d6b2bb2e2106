"""Deal items out to slots, and tell how even that came out, before anybody is paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise
from random import Random
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from recenter.errors import InputError
from recenter.records import Record
from recenter.study.swaps import Table, connect, even_out, shuffled

_STARTS = 8
_SMALL = 400
"""Places up to which a design is made several times over, and the most even one is kept."""


_DENSE = 1_000
"""Items or slots, whichever are fewer, up to which the efficiency factor is worked out."""
_CELLS = 2**22

Matrix: TypeAlias = "csr_array[Any]"


class Item(Record, frozen=True):
    """Something that is asked about as a whole: a statement, a page or a pair of replies."""

    id: str
    person: str
    """The remembered person whose it is; people are spread over slots."""
    group: str = ""
    """What else is spread over slots, such as an arm, a generator or a stratum."""
    apart: str | None = None
    """Items with the same key never meet in one slot, such as two versions of one reply."""


class Slot(Record, frozen=True):
    """What one annotator will be asked about."""

    number: int
    """From 0 on."""
    items: tuple[str, ...]
    """Ids, sorted; `repeats.arrange` says in which order they are shown."""


class Overlap(Record, frozen=True):
    """How a design came out: what can be compared in it, and how evenly."""

    slots: int
    items: int
    overlaps: dict[int, int]
    """Items by the number of slots that they are in."""
    least_concurrence: int
    """The concurrence of two items is the number of slots in which both are: the cell of N N',
    with N the items-by-slots incidence matrix (John & Williams)."""
    mean_concurrence: float
    """Over pairs of items: sum_s k_s (k_s - 1) / (n (n - 1)), with k_s the size of slot s. All
    concurrences of a balanced incomplete block design are this."""
    most_concurrence: int
    concurrence_variance: float
    """Over pairs of items; the smaller, the nearer to a balanced design."""
    components: int
    """Parts without a common item or slot, of items and slots as one graph. With 1, and only then,
    any two slots are joined by shared items and any two items by shared slots, so that agreement
    can be compared over the whole: Eccleston & Hedayat, Annals of Statistics 2 (1974)."""
    least_people: int
    """Different people in the slot that has fewest."""
    most_people: int
    most_of_person: int
    """Items of one person in one slot, where they are most."""
    group_range: int
    """Of the group that is worst spread, the most items in a slot less the fewest."""
    efficiency: float | None
    """Average efficiency factor, (n - 1) / sum_i 1 / e_i, with e_i the eigenvalues of
    I - R^-1/2 N K^-1 N' R^-1/2 without one 0, R and K the diagonals of overlaps and sizes: the
    precision with which items are compared within slots, of that without slots (John & Williams).
    0 where the design does not hang together; None where it is not worked out."""
    efficiency_bound: float
    """The efficiency is at most min(1, (n - sum_si 1 / (r_i k_s)) / (n - 1)), the mean of the e_i,
    which a balanced incomplete block design reaches (John & Williams)."""


def deal(items: Sequence[Item], *, overlap: int, size: int, seed: int = 0) -> tuple[Slot, ...]:
    """Return slots of at most `size` items, with every item in exactly `overlap` of them.

    There are ceil(n overlap / size) slots, whose sizes differ by at most one. No slot has an item
    twice, or two items that must be apart. Within that, people and groups are spread over slots,
    pairs of items meet about equally often, and by items that they share all slots hang together,
    as far as exchanges reach. The same items and seed give the same slots in whatever order the
    items come.

    The first deal gives each item the slots with most room left, which always comes out: Gale, "A
    theorem on flows in networks", Pacific J. Math. 7 (1957). `swaps` evens it out. What makes an
    incomplete block design good: John & Williams, "Cyclic and Computer Generated Designs" (1995).

    Raises:
        InputError: there are no such slots, or two items have one id.
    """
    chosen = sorted(items, key=lambda item: item.id)
    _check(chosen, overlap, size)
    if not chosen:
        return ()
    slots = -(-len(chosen) * overlap // size)
    units = _codes([(item.id, None) if item.apart is None else item.apart for item in chosen])
    _check_room(units, overlap, size, slots)
    rng = Random(seed)
    table = _most_even(chosen, units, overlap, slots, rng)
    if overlap > 1:
        connect(table, rng)
    dealt: list[list[str]] = [[] for _ in range(slots)]
    for place, slot in enumerate(table.slot):
        dealt[slot].append(chosen[place // overlap].id)
    return tuple(Slot(number=number, items=tuple(ids)) for number, ids in enumerate(dealt))


def _check(items: Sequence[Item], overlap: int, size: int) -> None:
    for name, value in (("overlap", overlap), ("size", size)):
        if value < 1:
            raise InputError(f"{value} was given; expected 1 or more.", field=name)
    for one, two in pairwise(items):
        if one.id == two.id:
            raise InputError(
                f"two items are called {one.id!r}; every item needs an id of its own.", field="id"
            )


def _check_room(units: Sequence[int], overlap: int, size: int, slots: int) -> None:
    """Refuse what cannot be dealt: a unit needs as many slots as it has showings."""
    n, most = len(units), max(Counter(units).values())
    needed = most * overlap
    if needed <= slots:
        return
    # The largest size whose number of slots, ceil(n overlap / size), is no less than needed.
    fits = (n * overlap - 1) // (needed - 1)
    what = (
        f"an item would be in {overlap} slots"
        if most == 1
        else f"{most} items that must be apart, in {overlap} slots each, need {needed} slots"
    )
    raise InputError(
        f"{what}, but {n} items, {overlap} times each, make only {slots} of size {size}.",
        field="size",
        cure=f"Set size to {fits} or less.",
    )


def _codes(column: Sequence[Hashable]) -> list[int]:
    """Number what is in a column from 0 on, in order of appearance."""
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(name, len(numbers)) for name in column]


def _most_even(
    items: Sequence[Item], units: Sequence[int], overlap: int, slots: int, rng: Random
) -> Table:
    """The most even of some designs, or the first that could not be more even."""
    people = _codes([item.person for item in items])
    groups = _codes([item.group for item in items])
    made: list[tuple[int, Table]] = []
    for _ in range(_STARTS if len(items) * overlap <= _SMALL else 1):
        table = Table(
            _first(_turns(units, groups, people, rng), overlap, slots, rng),
            overlap=overlap,
            slots=slots,
            units=units,
            people=people,
            groups=groups,
        )
        made.append((even_out(table, rng), table))
        if made[-1][0] <= table.least():
            break
    return min(made, key=lambda one: one[0])[1]


def _turns(
    units: Sequence[int], groups: Sequence[int], people: Sequence[int], rng: Random
) -> list[list[int]]:
    """The items of each unit, units of one group and person after each other.

    Dealt in such turns, a group or person falls on all slots before it falls on one twice.
    """
    of_unit: dict[int, list[int]] = {}
    for item in shuffled(rng, range(len(units))):
        of_unit.setdefault(units[item], []).append(item)
    return sorted(of_unit.values(), key=lambda unit: (groups[unit[0]], people[unit[0]]))


def _first(turns: Sequence[Sequence[int]], overlap: int, slots: int, rng: Random) -> list[int]:
    """The slot of each place: every unit in turn takes slots with most room, at random among them.

    The slots with one place more than others come first; then all of them, again and again.
    """
    total = sum(map(len, turns)) * overlap
    room = shuffled(rng, range(slots))[: total % slots]
    found = [0] * total
    for unit in turns:
        need = len(unit) * overlap
        taken, room = room[:need], room[need:]
        if len(taken) < need:
            fresh = shuffled(rng, range(slots))
            more = [slot for slot in fresh if slot not in taken][: need - len(taken)]
            room = [slot for slot in fresh if slot not in more]
            taken = [*taken, *more]
        mixed = iter(shuffled(rng, taken))
        for item in unit:
            for copy in range(overlap):
                found[item * overlap + copy] = next(mixed)
    return found


def describe(slots: Sequence[Slot], items: Sequence[Item]) -> Overlap:
    """Return how a design came out; what each figure is, `Overlap` says.

    Items may also be in no slot, as in what has been answered so far of a design.

    Raises:
        InputError: a slot has an unknown item or one twice, or there are no items or slots.
    """
    incidence = _incidence(slots, items)
    least, mean, most, variance = _concurrences(incidence)
    of_person = _counted(incidence, _codes([item.person for item in items]))
    of_group = _counted(incidence, _codes([item.group for item in items]))
    people = np.bincount(of_person.nonzero()[1], minlength=len(slots))
    parts = int(connected_components(_graph(incidence), directed=False)[0])
    efficiency, bound = _efficiency(incidence, connected=parts == 1)
    return Overlap(
        slots=len(slots),
        items=len(items),
        overlaps=dict(sorted(Counter(incidence.sum(axis=1).tolist()).items())),
        least_concurrence=least,
        mean_concurrence=mean,
        most_concurrence=most,
        concurrence_variance=variance,
        components=parts,
        least_people=int(people.min()),
        most_people=int(people.max()),
        most_of_person=int(of_person.max()),
        group_range=int((of_group.max(axis=1) - of_group.min(axis=1)).max()),
        efficiency=efficiency,
        efficiency_bound=bound,
    )


def _incidence(slots: Sequence[Slot], items: Sequence[Item]) -> Matrix:
    """The items-by-slots matrix with 1 where an item is in a slot."""
    numbers = {item.id: number for number, item in enumerate(items)}
    for slot in slots:
        for name, times in Counter(slot.items).items():
            if name not in numbers or times > 1:
                what = "is not among the items" if name not in numbers else f"is {times} times"
                raise InputError(f"{name!r} in slot {slot.number} {what}.", field="items")
    if not slots or len(numbers) < len(items) or not items:
        raise InputError(
            f"{len(items)} items with {len(numbers)} ids, in {len(slots)} slots, are no design; "
            "expected at least one of each, and an id of its own for each item.",
            field="items",
        )
    rows = [numbers[name] for slot in slots for name in slot.items]
    columns = [number for number, slot in enumerate(slots) for _ in slot.items]
    ones = np.ones(len(rows), np.int64)
    return csr_array((ones, (rows, columns)), shape=(len(items), len(slots)))


def _graph(incidence: Matrix) -> Matrix:
    """Items and then slots as the nodes of one graph, with an edge per place."""
    places, size = incidence.tocoo(), sum(incidence.shape)
    edges = (places.row, places.col + incidence.shape[0])
    return csr_array((places.data, edges), shape=(size, size))


def _counted(incidence: Matrix, codes: Sequence[int]) -> Matrix:
    """How many items of each person or group are in each slot."""
    n = len(codes)
    ones = np.ones(n, np.int64)
    return csr_array(csr_array((ones, (codes, range(n))), shape=(max(codes) + 1, n)) @ incidence)


def _concurrences(incidence: Matrix) -> tuple[int, float, int, float]:
    """Least, mean and most over pairs of items, and the variance; by rows, as pairs are many."""
    n = incidence.shape[0]
    pairs = n * (n - 1)
    if not pairs:
        return 0, 0.0, 0, 0.0
    found = []
    step = max(1, _CELLS // n)
    for start in range(0, n, step):
        met = (incidence[start : start + step] @ incidence.T).tocoo()
        found.append(np.bincount(met.data[met.row + start != met.col].astype(np.int64)))
    counts = np.zeros(max(map(len, found)) or 1, np.int64)
    for part in found:
        counts[: len(part)] += part
    counts[0] = pairs - counts[1:].sum()
    values = np.arange(len(counts))
    mean = float(values @ counts / pairs)
    there = np.flatnonzero(counts)
    return int(there[0]), mean, int(there[-1]), float((values - mean) ** 2 @ counts / pairs)


def _efficiency(incidence: Matrix, *, connected: bool) -> tuple[float | None, float]:
    """The average efficiency factor, and what it is at most."""
    n, slots = incidence.shape
    if n < 2:
        return None, 1.0
    places = incidence.tocoo()
    overlaps, sizes = incidence.sum(axis=1)[places.row], incidence.sum(axis=0)[places.col]
    bound = min(1.0, float((n - (1 / (overlaps * sizes)).sum()) / (n - 1)))
    if not connected:
        return 0.0, bound
    if min(n, slots) > _DENSE:
        return None, bound
    scaled = csr_array((1 / np.sqrt(overlaps * sizes), (places.row, places.col)), (n, slots))
    # The products either way have one set of eigenvalues but for zeros.
    square = (scaled @ scaled.T if n <= slots else scaled.T @ scaled).toarray()
    apart = 1 - np.linalg.eigvalsh(square)[:-1]
    return float((n - 1) / ((1 / apart).sum() + max(0, n - slots))), bound
