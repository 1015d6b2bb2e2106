"""The order of pages in a slot, and the sides of the replies on them."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.study.blocks import Slot
from recenter.study.repeats import Place, arrange, sides

KEY = bytes(range(32))
CHECKS = ("c1", "c2", "c3", "c4")


def slot(size: int, number: int = 0) -> Slot:
    return Slot(number=number, items=tuple(f"i{n}" for n in range(size)))


def of_kind(places: tuple[Place, ...], kind: str) -> list[str]:
    return [place.item for place in places if place.kind == kind]


@given(
    st.integers(2, 60),
    st.floats(0, 1),
    st.integers(0, 6),
    st.integers(0, 6),
    st.none() | st.integers(1, 20),
    st.none() | st.integers(1, 30),
)
def test_what_is_promised_holds(
    size: int, repeat: float, checks: int, gold: int, every: int | None, gap: int | None
) -> None:
    places = arrange(
        slot(size),
        repeat=repeat,
        checks=[f"c{n}" for n in range(checks)],
        gold=[f"g{n}" for n in range(gold)],
        every=every,
        gap=gap,
    )
    assert sorted(of_kind(places, "work")) == sorted(slot(size).items)
    assert sorted(of_kind(places, "gold")) == [f"g{n}" for n in range(gold)]
    asked, again = of_kind(places, "check"), of_kind(places, "repeat")
    assert len(set(asked)) == len(asked)
    others = len(places) - len(asked)
    assert len(asked) == (checks if every is None else min(checks, max(1, others // every)))
    assert {places[0].kind, places[-1].kind} <= {"work", "repeat"}
    first = {place.item: n for n, place in enumerate(places) if place.kind == "work"}
    least = max(3, size // 3) if gap is None else gap
    assert len(set(again)) == len(again)
    assert all(
        n - first[place.item] >= least for n, place in enumerate(places) if place.kind == "repeat"
    )
    assert len(again) == min(int(repeat * size + 0.5), max(0, size - least + 1))


def test_a_slot_that_is_too_short_repeats_less_and_never_sooner() -> None:
    assert len(of_kind(arrange(slot(30), repeat=0.2), "repeat")) == 6
    assert len(of_kind(arrange(slot(4), repeat=1.0), "repeat")) == 2
    assert of_kind(arrange(slot(2), repeat=1.0), "repeat") == []
    assert of_kind(arrange(slot(30), repeat=0.2, gap=40), "repeat") == []


def test_the_order_is_a_shuffle_by_seed_and_slot_number() -> None:
    one = arrange(slot(12), repeat=0.25, checks=CHECKS, seed=1)
    assert arrange(slot(12), repeat=0.25, checks=CHECKS, seed=1) == one
    assert arrange(slot(12), repeat=0.25, checks=CHECKS, seed=2) != one
    assert arrange(slot(12, 1), repeat=0.25, checks=CHECKS, seed=1) != one
    # What every version of Python must show.
    shown = [place.item for place in arrange(slot(6), repeat=0.3, checks=("c",), seed=1)]
    assert " ".join(shown) == "i3 i1 i0 c i5 i1 i2 i3 i4"
    firsts = Counter(arrange(slot(5, number))[0].item for number in range(1_000))
    assert all(150 < firsts[item] < 250 for item in slot(5).items)


def test_checks_are_spread_and_their_places_cannot_be_told() -> None:
    where = []
    for number in range(300):
        places = arrange(slot(40, number), checks=CHECKS)
        at = [n for n, place in enumerate(places) if place.kind == "check"]
        assert min(np.diff(at)) >= 5
        assert max(np.diff([0, *at, len(places)])) <= 17
        where.append(at)
    assert all(len(set(column)) >= 5 for column in zip(*where, strict=True))


def test_one_check_to_every_so_many_pages() -> None:
    assert len(of_kind(arrange(slot(40), checks=CHECKS, every=15), "check")) == 2
    assert len(of_kind(arrange(slot(40), checks=CHECKS, every=5), "check")) == 4
    chosen: set[str] = set()
    for number in range(200):
        chosen.update(of_kind(arrange(slot(40, number), checks=CHECKS, every=40), "check"))
    assert chosen == set(CHECKS)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"repeat": 1.5}, "repeat: 1.5 was given"),
        ({"gap": 0}, "gap: 0 was given"),
        ({"every": 0}, "every: 0 was given"),
        ({"checks": ["i0"]}, "'i0' is twice among the items, checks and gold of slot 0"),
        ({"gold": ["g", "g"]}, "'g' is twice"),
    ],
)
def test_what_cannot_be_arranged_is_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        arrange(slot(5), **options)  # type: ignore[arg-type]


def test_a_check_needs_pages_before_and_after_it() -> None:
    assert arrange(slot(1)) == (Place(kind="work", item="i0"),)
    with pytest.raises(InputError, match="slot 0 has 1 items"):
        arrange(slot(1), checks=CHECKS)


@settings(max_examples=50)
@given(st.integers(2, 50), st.floats(0, 0.5), st.text(), st.binary(min_size=16, max_size=40))
def test_sides_are_counterbalanced_and_turned_when_they_come_again(
    size: int, repeat: float, annotator: str, key: bytes
) -> None:
    places = arrange(slot(size), repeat=repeat, checks=CHECKS, gold=("g",))
    found = sides(places, key=key, annotator=annotator)
    assert sides(list(places), key=key, annotator=annotator) == found
    assert len(found) == len(places)
    of_work = {p.item: side for p, side in zip(places, found, strict=True) if p.kind == "work"}
    counts = Counter(of_work.values())
    assert abs(counts["first"] - counts["second"]) <= 1
    for place, side in zip(places, found, strict=True):
        if place.kind == "repeat":
            assert {side, of_work[place.item]} == {"first", "second"}


def test_over_annotators_each_item_is_on_each_side_about_half_the_time() -> None:
    # Of 2,000 annotators the count is 1,000 with a deviation of 22; an odd slot has one side more.
    for size in (10, 9):
        first: Counter[str] = Counter()
        more = 0
        for n in range(2_000):
            places = arrange(slot(size), seed=n % 7)
            found = sides(places, key=KEY, annotator=f"a{n}")
            first.update(p.item for p, side in zip(places, found, strict=True) if side == "first")
            more += found.count("first") > size // 2
        assert all(abs(first[item] - 1_000) < 110 for item in slot(size).items)
        assert more == 0 if size == 10 else abs(more - 1_000) < 110


def test_sides_come_in_runs_as_by_chance() -> None:
    # Wald & Wolfowitz (1940): with 20 of each side, runs have mean 21 and variance 9.74.
    places = arrange(slot(40))
    runs = np.array(
        [len(list(groupby(sides(places, key=KEY, annotator=f"a{n}")))) for n in range(1_000)]
    )
    assert abs(runs.mean() - 21) < 5 * np.sqrt(9.74 / 1_000)
    assert runs.var() == pytest.approx(9.74, rel=0.25)


def test_without_the_key_the_sides_cannot_be_told() -> None:
    places = arrange(slot(40))
    other = bytes(32)
    agree = [
        np.mean(
            np.array(sides(places, key=KEY, annotator=f"a{n}"))
            == np.array(sides(places, key=other, annotator=f"a{n}"))
        )
        for n in range(400)
    ]
    assert np.mean(agree) == pytest.approx(0.5, abs=0.03)


def test_names_that_run_together_are_told_apart() -> None:
    one = [Place(kind="gold", item=f"{n}") for n in range(64)]
    two = [Place(kind="gold", item=f"1{n}") for n in range(64)]
    assert sides(one, key=KEY, annotator="a1") != sides(two, key=KEY, annotator="a")


def test_a_short_key_and_a_repeat_of_nothing_are_refused() -> None:
    places = [Place(kind="repeat", item="i0"), Place(kind="work", item="i0")]
    with pytest.raises(InputError, match="key: it has 5 bytes"):
        sides(places, key=b"short", annotator="a")
    with pytest.raises(InputError, match="'i0' is to come again at place 0"):
        sides(places, key=KEY, annotator="a")
