"""Designs: what must hold of every one, and how even they come out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.study.blocks import Item, Slot, deal, describe

SHOW = (
    "from recenter.study.blocks import Item, deal;"
    "items = [Item(id=f'i{n}', person=f'p{n % 4}', group='ab'[n % 2]) for n in range(20)];"
    "print(deal(items, overlap=3, size=6, seed=5))"
)


def made(count: int, *, people: int = 1, groups: int = 1, apart: int = 0) -> list[Item]:
    return [
        Item(
            id=f"i{n:05d}",
            person=f"p{n % people}",
            group=f"g{n // people % groups}",
            apart=f"a{n // apart}" if apart else None,
        )
        for n in range(count)
    ]


@st.composite
def designs(draw: st.DrawFn) -> tuple[list[Item], int, int, int]:
    count = draw(st.integers(1, 24))
    names = st.sampled_from("abc")
    items = [
        Item(
            id=f"i{n}",
            person=draw(names),
            group=draw(names),
            apart=draw(st.none() | st.sampled_from("wxyz")),
        )
        for n in range(count)
    ]
    return items, draw(st.integers(1, 4)), draw(st.integers(1, 8)), draw(st.integers(0, 9))


@settings(max_examples=150, deadline=None)
@given(designs())
def test_what_is_promised_holds_or_is_refused(design: tuple[list[Item], int, int, int]) -> None:
    items, overlap, size, seed = design
    wanted = -(-len(items) * overlap // size)
    groups = Counter(item.apart for item in items if item.apart)
    possible = max(groups.values(), default=1) * overlap <= wanted
    if not possible:
        with pytest.raises(InputError, match="make only"):
            deal(items, overlap=overlap, size=size, seed=seed)
        return
    slots = deal(items, overlap=overlap, size=size, seed=seed)
    assert [slot.number for slot in slots] == list(range(wanted))
    sizes = [len(slot.items) for slot in slots]
    assert max(sizes) <= size
    assert max(sizes) - min(sizes) <= 1
    showings = Counter(name for slot in slots for name in slot.items)
    assert showings == {item.id: overlap for item in items}
    of = {item.id: item for item in items}
    for slot in slots:
        assert len(set(slot.items)) == len(slot.items)
        keys = [of[name].apart for name in slot.items if of[name].apart]
        assert len(set(keys)) == len(keys)


@settings(max_examples=40, deadline=None)
@given(designs(), st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter(
    design: tuple[list[Item], int, int, int], random: Random
) -> None:
    items, overlap, size, seed = design
    mixed = list(items)
    random.shuffle(mixed)
    try:
        first = deal(items, overlap=overlap, size=size, seed=seed)
    except InputError:
        return
    assert deal(mixed, overlap=overlap, size=size, seed=seed) == first


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 40), st.integers(2, 4), st.integers(1, 8), st.integers(0, 9))
def test_it_hangs_together_where_it_can(count: int, overlap: int, size: int, seed: int) -> None:
    items = made(count, people=3, groups=2)
    try:
        slots = deal(items, overlap=overlap, size=size, seed=seed)
    except InputError:
        return
    found = describe(slots, items)
    # A graph of n items and b slots in one part has at least n + b - 1 edges.
    fewest = max(1, count + len(slots) - count * overlap)
    assert found.components == fewest


@pytest.mark.parametrize("size", [2, 3, 5])
def test_pairs_apart_and_small_slots_still_hang_together(size: int) -> None:
    items = made(60, people=30, groups=2, apart=2)
    for seed in range(5):
        found = describe(deal(items, overlap=2, size=size, seed=seed), items)
        assert found.components == 1


@pytest.mark.parametrize(("count", "overlap", "size"), [(7, 3, 3), (9, 4, 3), (13, 4, 4)])
def test_a_balanced_design_is_found(count: int, overlap: int, size: int) -> None:
    items = made(count)
    found = describe(deal(items, overlap=overlap, size=size), items)
    each = overlap * (size - 1) // (count - 1)
    assert (found.least_concurrence, found.most_concurrence) == (each, each)
    assert found.concurrence_variance == pytest.approx(0)
    # John & Williams: a balanced design's efficiency is n (k - 1) / ((n - 1) k).
    best = count * (size - 1) / ((count - 1) * size)
    assert found.efficiency == pytest.approx(best)
    assert found.efficiency_bound == pytest.approx(best)


def test_people_groups_and_company_are_spread() -> None:
    items = made(600, people=30, groups=4, apart=2)
    slots = deal(items, overlap=3, size=30, seed=3)
    found = describe(slots, items)
    assert (found.slots, found.items, found.overlaps) == (60, 600, {3: 600})
    assert found.components == 1
    assert found.most_of_person <= 2
    # Chance would give 19 of the 30.
    assert found.least_people >= 23
    assert found.group_range <= 2
    mean = found.mean_concurrence
    assert found.mean_concurrence == pytest.approx(60 * 30 * 29 / (600 * 599))
    # The least possible is the variance of what is 0 or 1.
    assert found.concurrence_variance < mean * (1 - mean) * 1.03
    assert found.most_concurrence <= 2
    assert found.efficiency is not None
    assert found.efficiency > 0.985 * found.efficiency_bound


def test_two_annotators_have_about_as_many_items_in_common_as_any_two() -> None:
    items = made(200, people=20)
    slots = deal(items, overlap=3, size=50, seed=1)
    common = [len(set(a.items) & set(b.items)) for a, b in combinations(slots, 2)]
    assert max(common) - min(common) <= 4


def test_twenty_thousand_items_are_dealt() -> None:
    items = made(20_000, people=1_000, groups=4, apart=2)
    slots = deal(items, overlap=3, size=40)
    found = describe(slots, items)
    assert found.overlaps == {3: 20_000}
    assert (found.components, found.slots) == (1, 1_500)
    assert found.most_concurrence <= 3
    assert found.most_of_person <= 2
    assert found.group_range <= 3


def test_a_seed_says_everything_whatever_the_hash_seed() -> None:
    shown = {
        subprocess.run(
            [sys.executable, "-c", SHOW],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(shown) == 1
    items = made(20, people=4)
    assert deal(items, overlap=3, size=6, seed=5) != deal(items, overlap=3, size=6, seed=6)
    # What every version of Python must deal.
    dealt = deal(made(5), overlap=2, size=2)
    assert ["".join(name[-1] for name in slot.items) for slot in dealt] == [
        "04",
        "34",
        "13",
        "02",
        "12",
    ]


@pytest.mark.parametrize(
    ("items", "overlap", "size", "said"),
    [
        (made(7), 3, 12, "an item would be in 3 slots, but .* only 2 of size 12. Set size to 10"),
        (made(4, apart=4), 2, 2, "4 items that must be apart.* need 8 slots.* Set size to 1 "),
        (made(7), 0, 3, "overlap: 0 was given"),
        (made(7), 1, -1, "size: -1 was given"),
        ([*made(2), *made(1)], 1, 1, "two items are called 'i00000'"),
    ],
)
def test_what_cannot_be_dealt_says_what_to_change(
    items: Sequence[Item], overlap: int, size: int, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        deal(items, overlap=overlap, size=size)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 10), st.integers(1, 4), st.integers(1, 5))
def test_the_size_that_a_refusal_names_is_the_largest_that_works(
    count: int, overlap: int, apart: int
) -> None:
    items = made(count, apart=apart)
    works = []
    named = None
    for size in range(1, count * overlap + 2):
        try:
            deal(items, overlap=overlap, size=size)
            works.append(size)
        except InputError as error:
            named = int(str(error.cure).split()[3])
    assert named is None or named == max(works)


def test_no_items_make_no_slots() -> None:
    assert deal([], overlap=3, size=5) == ()


def test_parts_without_a_common_item_are_counted() -> None:
    items = made(4)
    slots = [Slot(number=n, items=items_of) for n, items_of in enumerate([("i00000", "i00001")])]
    found = describe(slots, items)
    assert found.components == 3
    assert found.efficiency == 0
    assert found.overlaps == {0: 2, 1: 2}


def test_efficiency_is_that_of_the_information_matrix() -> None:
    items = made(9, people=3)
    slots = deal(items[:8], overlap=3, size=5, seed=2)
    slots = (*slots, Slot(number=5, items=("i00008", "i00000", "i00001")))
    incidence = np.array([[item.id in slot.items for slot in slots] for item in items], float)
    overlaps, sizes = incidence.sum(axis=1), incidence.sum(axis=0)
    matrix = np.eye(9) - np.diag(overlaps**-0.5) @ incidence @ np.diag(1 / sizes) @ (
        incidence.T @ np.diag(overlaps**-0.5)
    )
    apart = np.sort(np.linalg.eigvalsh(matrix))[1:]
    found = describe(slots, items)
    assert found.efficiency == pytest.approx(8 / (1 / apart).sum())
    assert found.efficiency_bound == pytest.approx(min(1, apart.mean()))


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ([Slot(number=3, items=("x",))], "'x' in slot 3 is not among the items"),
        ([Slot(number=3, items=("i00000", "i00000"))], "'i00000' in slot 3 is 2 times"),
        ([], "1 items with 1 ids, in 0 slots"),
    ],
)
def test_what_is_no_design_is_refused(slots: list[Slot], said: str) -> None:
    with pytest.raises(InputError, match=said):
        describe(slots, made(1))
