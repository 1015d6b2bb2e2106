"""Figures of agreement: by hand, by what must not change them, and where there are none."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.stats.estimate import Estimate
from recenter.stats.kappa import pairwise_kappa
from recenter.study.agreement import (
    Agreement,
    agreement,
    by_guidelines,
    by_stratum,
    columns,
    consensus,
    counted,
    disagreements,
    oriented,
    pair_kappas,
    pairs_in_common,
)
from recenter.study.items import Item
from recenter.study.ledger.reading import Answered
from tests.study.answered import known, row, rows
from tests.study.samples import better, relevant, supported, task

A, R, U = "accept", "reject", "uncertain"
FOUR = [supported(name, person=f"per_{name}") for name in "abcd"]
TWO_RATERS = rows({1: [A, A, R, R], 2: [A, R, R, R]}, FOUR)
TASK = task()


def figures(one: Agreement) -> dict[str, Estimate | None]:
    names = ("positive", "percent", "nominal", "ordinal", "fleiss", "gwet", "ceiling")
    return {name: getattr(one, name) for name in names}


def test_two_annotators_by_hand() -> None:
    one = agreement(TASK, TWO_RATERS, known(*FOUR))
    assert (one.parts, one.shared, one.answers, one.annotators, one.people) == (4, 4, 8, 2, 4)
    # Three of eight answers accept; three of four items agree.
    assert one.prevalence[A].value == pytest.approx(3 / 8)
    assert one.prevalence[U].value == 0
    assert one.percent.value == pytest.approx(0.75)
    assert one.nominal.value == pytest.approx(1 - 7 * 2 / 30)
    assert one.ordinal is not None
    # With two answers there is one distance, whatever the scale.
    assert one.ordinal.value == pytest.approx(1 - 7 * 2 / 30)
    assert one.fleiss.value == pytest.approx((0.75 - 17 / 32) / (15 / 32))
    assert one.gwet.value == pytest.approx((0.75 - 15 / 32) / (17 / 32))
    assert one.ceiling.value == pytest.approx(0.75)
    (pair,) = pair_kappas(TASK, TWO_RATERS, known(*FOUR), [("ann_1", "ann_2")])
    assert (pair.first, pair.second, pair.kappa.n) == (1, 2, 4)
    assert pair.kappa.value == pytest.approx(0.5)


def test_pairs_with_most_in_common_come_first_with_the_kappas_of_all_pairs_at_once() -> None:
    six = [supported(name, person=f"per_{name}") for name in "abcdef"]
    said = {
        1: [A, A, R, R, "", ""],
        2: [A, R, R, U, A, ""],
        3: ["", "", U, R, A, A],
        4: ["", "", "", "", "", R],
    }
    answers = rows(said, six)
    pairs = pairs_in_common(TASK, answers, known(*six))
    assert pairs == [(f"ann_{a}", f"ann_{b}") for a, b in ((1, 2), (2, 3), (1, 3), (3, 4))]
    told = columns(TASK.asks, answers, known(*six))
    all_of_them = pairwise_kappa(
        told.parts, told.raters, told.answers, told.people, weights="linear"
    )
    for pair, one in zip(pairs, pair_kappas(TASK, answers, known(*six), pairs), strict=True):
        assert (f"ann_{one.first}", f"ann_{one.second}") == pair
        assert msgspec.structs.replace(all_of_them[pair], left_out=0) == one.kappa


def test_too_few_people_are_said_where_an_interval_would_be() -> None:
    one = agreement(TASK, TWO_RATERS, known(*FOUR))
    assert one.nominal.low is None
    assert "at least 5" in (one.nominal.reason or "")
    six = [supported(name, person=f"per_{name}") for name in "abcdef"]
    answers = rows({1: [A, A, R, R, A, U], 2: [A, R, R, R, A, A]}, six)
    low, high = (getattr(agreement(TASK, answers, known(*six)).nominal, n) for n in ("low", "high"))
    assert low is not None
    assert low < high


def test_people_are_the_units_and_not_items() -> None:
    of_one = [supported(name, person="per_same") for name in "abcdef"]
    answers = rows({1: [A, A, R, R, A, U], 2: [A, R, R, R, A, A]}, of_one)
    one = agreement(TASK, answers, known(*of_one))
    assert (one.people, one.percent.clusters) == (1, 1)
    assert one.percent.low is None


def test_fleiss_takes_the_items_that_have_the_most_usual_number_of_answers() -> None:
    more = [*FOUR, supported("e", person="per_e")]
    answers = rows({1: [A, A, R, R, A], 2: [A, R, R, R, R], 3: ["", "", "", "", R]}, more)
    one = agreement(TASK, answers, known(*more))
    assert one.fleiss.value == pytest.approx((0.75 - 17 / 32) / (15 / 32))
    assert one.percent.value == pytest.approx((3 + 1 / 3) / 5)


@pytest.mark.parametrize(
    ("answers", "estimable"),
    [
        ([], set()),
        (rows({1: [A, R, A, R]}, FOUR), {"positive"}),
        # All say the same: they agree, and beyond chance nothing can be said.
        (rows({1: [A] * 4, 2: [A] * 4}, FOUR), {"positive", "percent", "ceiling"}),
    ],
)
def test_what_is_not_estimable_says_why_and_is_never_zero(
    answers: list[Answered], estimable: set[str]
) -> None:
    told = figures(agreement(TASK, answers, known(*FOUR)))
    assert {name for name, one in told.items() if one and one.value is not None} == estimable
    assert all(one.reason for one in told.values() if one and one.value is None)


@given(st.randoms(use_true_random=False))
def test_neither_order_nor_names_change_a_figure(draw: random.Random) -> None:
    answers = rows({1: [A, A, R, R], 2: [A, R, U, R], 3: [U, R, R, A]}, FOUR)
    expected = figures(agreement(TASK, answers, known(*FOUR)))
    names = draw.sample(range(100), 3)
    changed = [
        msgspec.structs.replace(one, annotator=f"x{names[one.number - 1]}") for one in answers
    ]
    draw.shuffle(changed)
    for name, one in figures(agreement(TASK, changed, known(*FOUR))).items():
        wanted = expected[name]
        assert one is not None
        assert wanted is not None
        assert one.value == pytest.approx(wanted.value)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"kind": "repeat"}, "returned to the same"),
        ({"kind": "gold"}, "gold"),
        ({"done": None}, "not handed in"),
        ({"excluded": True}, "left out"),
        ({"slot_state": "replaced"}, "given to others"),
        ({"answer": "cannot_tell"}, "declined"),
        ({"task": "other"}, "of another task"),
        ({"part": "9"}, "forgotten"),
    ],
)
def test_what_does_not_count(more: dict[str, object], why: str) -> None:
    answers = [msgspec.structs.replace(row(FOUR[0], 1, A), **more), row(FOUR[0], 2, R)]
    assert [one.number for one in counted(TASK, answers, known(*FOUR))] == [2], why


@pytest.mark.parametrize(
    ("side", "answer", "expected"),
    [("first", "5", "1"), ("first", "2", "4"), ("first", "3", "3"), ("second", "5", "5")],
)
def test_answers_about_replies_are_turned_to_the_rated_one(
    side: str, answer: str, expected: str
) -> None:
    one = row(better("a"), 1, answer, side=side)
    assert oriented(one, task(question="better").asks) == expected


def test_two_who_prefer_the_same_reply_agree_whichever_side_it_was_on() -> None:
    pairs = [better("a"), better("b")]
    pairs_task = task(question="better")
    answers = [
        row(pairs[0], 1, "5", side="second"),
        row(pairs[0], 2, "1", side="first"),
        row(pairs[1], 1, "2", side="second"),
        row(pairs[1], 2, "4", side="first"),
    ]
    one = agreement(pairs_task, answers, known(*pairs))
    assert one.percent.value == 1
    assert one.prevalence["5"].value == pytest.approx(0.5)
    assert one.positive.value == pytest.approx(0.5)
    told = consensus(pairs_task, answers, known(*pairs))
    assert [(label.majority, label.model) for label in told.labels] == [("5", None), ("2", None)]
    assert told.accuracy == {}


def test_a_page_of_several_people_is_of_each_of_them() -> None:
    page = relevant("p", ("per_a", "per_b"))
    pages = task(question="relevant")
    answers = [row(page, who, "yes", part=part) for who in (1, 2) for part in "1234"]
    one = agreement(pages, answers, known(page))
    assert (one.parts, one.people, one.ordinal) == (4, 2, None)


def test_guidelines_and_strata_have_figures_of_their_own() -> None:
    changed = [
        msgspec.structs.replace(one, guide="guide-2") if one.item == "sup_a" else one
        for one in TWO_RATERS
    ]
    split = by_guidelines(TASK, changed, known(*FOUR))
    assert {name: one.parts for name, one in split.items()} == {"guide-1": 3, "guide-2": 1}
    assert split["guide-1"].percent.value == pytest.approx(2 / 3)
    assert by_stratum(TASK, TWO_RATERS, known(*FOUR)) == {}
    drawn = [_drawn(item, stratum) for item, stratum in zip(FOUR, "xxyy", strict=True)]
    split = by_stratum(TASK, TWO_RATERS, known(*drawn))
    assert {name: one.percent.value for name, one in split.items()} == {"x": 0.5, "y": 1}


def _drawn(item: Item, stratum: str) -> Item:
    parts = tuple(msgspec.structs.replace(part, stratum=stratum) for part in item.parts)
    return msgspec.structs.replace(item, parts=parts)


def test_labels_say_how_answers_spread() -> None:
    given_ = {1: [A, A, A, ""], 2: [A, A, R, ""], 3: [A, R, "", ""], 4: [A, R, "", U]}
    told = consensus(TASK, rows(given_, FOUR), known(*FOUR))
    by_item = {label.item: label for label in told.labels}
    one, two, three, four = (by_item[item.id] for item in FOUR)
    assert (one.shares, one.entropy, one.majority, one.n) == ({A: 1.0}, 0.0, A, 4)
    assert (two.shares, two.entropy, two.majority) == ({A: 0.5, R: 0.5}, 1.0, None)
    assert three.entropy == 1.0
    assert (four.majority, four.n) == (U, 1)
    assert one.model == A
    assert one.confidence == pytest.approx(1, abs=0.05)
    assert set(told.accuracy) == {"ann_1", "ann_2", "ann_3", "ann_4"}


def test_where_annotators_differ_most_comes_first_then_where_more_answered() -> None:
    given_ = {1: [A, A, A, A], 2: [A, A, R, R], 3: [A, R, "", R], 4: [A, A, "", A]}
    found = disagreements(TASK, rows(given_, FOUR), known(*FOUR))
    assert [(one.item, one.n, one.entropy) for one in found] == [
        ("sup_d", 4, 1.0),
        ("sup_c", 2, 1.0),
        ("sup_b", 4, pytest.approx(0.8112781)),
    ]


def test_labels_of_nothing_are_none() -> None:
    assert consensus(TASK, [], known(*FOUR)).labels == ()
    assert disagreements(TASK, [], known(*FOUR)) == []
    assert pairs_in_common(TASK, [], known(*FOUR)) == []
