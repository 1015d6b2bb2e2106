"""What is said of an annotator's work, by hand, and when it is called wrong."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from recenter.study.agreement import Items
from recenter.study.ledger.reading import Answered, Guessed
from recenter.study.quality import (
    Marks,
    Quality,
    consistency,
    decliners,
    fast_seconds,
    quality,
    seconds_of,
    unblinding,
)
from tests.study.answered import known, row, rows
from tests.study.samples import better, relevant, supported, task

A, R, U = "accept", "reject", "uncertain"
FOUR = [supported(name, person=f"per_{name}") for name in "abcd"]
TASK = task()


def by_number(answers: list[Answered], items: Items, **more: Any) -> dict[int, Quality]:
    return {one.number: one for one in quality(task(**more), answers, items)}


def test_everyone_is_held_against_the_others() -> None:
    answers = rows({1: [A, A, A, R], 2: [A, A, R, R], 3: [A, R, R, R]}, FOUR)
    one = by_number(answers, known(*FOUR))[1]
    assert (one.answers, one.positive.value, one.positive.n) == (4, 0.75, 4)
    assert one.others_positive.value == pytest.approx(3 / 8)
    # On the second the others tie; of the other three, two are theirs as well.
    assert one.agreement.value == pytest.approx(2 / 3)
    assert one.agreement.n == 3


def test_who_is_left_out_is_shown_and_nobody_is_held_against_them() -> None:
    answers = [
        *rows({1: [A] * 4, 2: [A] * 4}, FOUR),
        *rows({3: [R] * 4}, FOUR, excluded=True),
    ]
    found = by_number(answers, known(*FOUR))
    assert found[3].excluded
    assert (found[3].agreement.value, found[3].others_positive.value) == (0, 1)
    assert (found[1].agreement.value, found[1].agreement.n) == (1, 4)


def test_alone_there_is_nobody_to_agree_with() -> None:
    one = by_number(rows({1: [A, R, A, R]}, FOUR), known(*FOUR))[1]
    assert one.agreement.value is None
    assert one.agreement.reason
    assert one.others_seconds is None
    assert one.flags == ()
    assert quality(TASK, [], known(*FOUR)) == []


@pytest.mark.parametrize(("fast", "flagged"), [(2_900, True), (3_000, False)])
def test_less_than_a_third_of_the_others_time_is_too_fast(fast: int, flagged: bool) -> None:
    answers = [
        *rows({1: [A] * 4}, FOUR, active_ms=fast),
        *rows({2: [A] * 4}, FOUR, active_ms=8_000),
        *rows({3: [A] * 4}, FOUR, active_ms=10_000),
        *rows({4: [A] * 4}, FOUR, active_ms=9_000),
    ]
    one = by_number(answers, known(*FOUR))[1]
    assert (one.seconds, one.others_seconds) == (fast / 1000, 9.0)
    assert [flag.kind for flag in one.flags] == ["too_fast"] * flagged
    if flagged:
        assert one.flags[0].reason == (
            "Too fast: 2.9 s for a decision at the median, the others 9.0 s."
        )


def test_a_page_is_timed_once_and_its_time_shared_by_its_decisions() -> None:
    page = relevant("p", ("per_a", "per_b"))
    answers = [row(page, 1, "yes", part=part, active_ms=20_000, task="pages") for part in "1234"]
    assert seconds_of(answers) == {("pages", 1, 0): 5.0}
    untimed = [msgspec.structs.replace(one, active_ms=0) for one in answers]
    assert seconds_of(untimed) == {}
    assert fast_seconds(untimed) is None


def test_a_fast_decision_is_a_third_of_the_median_of_medians() -> None:
    answers = [
        *rows({1: [A] * 4}, FOUR, active_ms=3_000),
        *rows({2: [A] * 4}, FOUR, active_ms=6_000),
        *rows({3: [A] * 4}, FOUR, active_ms=90_000),
    ]
    assert fast_seconds(answers) == pytest.approx(2.0)


def test_what_was_declined_on_a_page_does_not_make_the_rest_slower() -> None:
    pages = [relevant(f"p{number}") for number in range(3)]
    answers = [
        row(page, 1, said, part=part, active_ms=6_000, position=place)
        for place, page in enumerate(pages)
        for part, said in (("1", "yes"), ("2", "cannot_tell"))
    ]
    left_out = rows({2: [A] * 4}, FOUR, active_ms=90_000, excluded=True)
    replaced = rows({3: [A] * 4}, FOUR, active_ms=90_000, slot_state="replaced")
    assert fast_seconds([*answers, *left_out, *replaced]) == pytest.approx(1.0)


MANY = [supported(f"n{number}", person=f"per_{number}") for number in range(12)]


@pytest.mark.parametrize(
    ("others", "flagged"),
    [([R] * 12, True), ([A] * 12, False), ([A] * 6 + [R] * 6, False), ([""] * 12, False)],
)
def test_one_answer_throughout_is_straight_lining_where_others_differ(
    others: list[str], flagged: bool
) -> None:
    one = by_number(rows({1: [A] * 12, 2: others}, MANY), known(*MANY))[1]
    assert one.run == 12
    assert [flag.kind for flag in one.flags] == ["straight_lining"] * flagged


def test_a_short_run_is_none_and_a_run_is_of_what_was_clicked() -> None:
    assert by_number(rows({1: [A] * 9 + [R] * 3}, MANY), known(*MANY))[1].run == 9
    pairs = [better(str(number)) for number in range(11)]
    answers = [
        row(pair, who, "5", side="first" if (place + who) % 2 else "second", position=place)
        for who in (1, 2)
        for place, pair in enumerate(pairs)
    ]
    found = by_number(answers, known(*pairs), question="better")
    assert found[1].run == 11
    assert found[1].run_agreed == (0, 11)
    assert found[1].flags[0].kind == "straight_lining"


def test_what_was_declined_ends_a_run() -> None:
    given = [A] * 6 + ["cannot_tell"] + [A] * 5
    assert by_number(rows({1: given}, MANY), known(*MANY))[1].run == 6


def test_the_parts_of_a_page_run_in_the_order_in_which_they_stand() -> None:
    page = relevant("p", ("per_a",) * 6)
    # By name, "10" to "12" would stand after "1".
    given = {str(place): "no" if place <= 9 else "yes" for place in range(1, 13)}
    answers = [row(page, 1, given[part], part=part) for part in sorted(given)]
    one = by_number(answers, known(page), question="relevant")[1]
    assert one.run == 9


def test_gold_and_checks_are_marked_and_gold_below_what_is_needed_is_said() -> None:
    gold = [supported(f"g{n}", key=(R,)) for n in range(3)]
    check = supported("check", key=(R, U))
    answers = [
        *rows({1: [A, A, R]}, gold, kind="gold"),
        row(check, 1, U, kind="check"),
        row(check, 2, "cannot_tell", kind="check"),
    ]
    items = {**known(*gold, kind="gold"), **known(check, kind="check")}
    demanding = {"items": "g.jsonl", "needed": 0.5}
    found = by_number(answers, items, gold=demanding)
    assert (found[1].gold, found[1].checks) == (Marks(right=1, wrong=2), Marks(right=1))
    assert found[2].checks == Marks(wrong=1)
    assert [flag.reason for flag in found[1].flags] == [
        "Below gold: 1 of 3 gold answers right; 50% are needed."
    ]
    assert by_number(answers, items, gold={"items": "g.jsonl"})[1].flags == ()


def test_gold_that_was_declined_is_no_wrong_answer() -> None:
    gold = [supported(f"g{n}", key=(R,)) for n in range(3)]
    answers = rows({1: ["cannot_tell", "uncomfortable", R]}, gold, kind="gold")
    demanding = {"items": "g.jsonl", "needed": 0.9}
    (one,) = quality(task(gold=demanding), answers, known(*gold, kind="gold"))
    assert (one.gold, one.flags) == (Marks(right=1), ())


def test_gold_of_replies_is_about_them_as_they_are_written() -> None:
    pair = better("g")
    parts = tuple(msgspec.structs.replace(part, key=("1",)) for part in pair.parts)
    pair = msgspec.structs.replace(pair, parts=parts)
    # The first reply of the file is much better, wherever it is shown.
    answers = [
        row(pair, 1, "1", kind="gold", side="first"),
        row(pair, 2, "5", kind="gold", side="second"),
        row(pair, 3, "1", kind="gold", side="second"),
    ]
    found = by_number(answers, known(pair, kind="gold"), question="better")
    assert [found[number].gold.right for number in (1, 2, 3)] == [1, 1, 0]


def test_declines_and_opened_evidence_are_counted() -> None:
    answers = rows({1: [A, "cannot_tell", R, "uncomfortable"]}, FOUR)
    opened = [msgspec.structs.replace(one, opened=int(one.item == "sup_a")) for one in answers]
    one = by_number(opened, known(*FOUR))[1]
    assert (one.answers, one.declined, one.opened) == (2, 2, 0.25)
    assert by_number(opened, known(*FOUR), evidence=False)[1].opened is None


def test_consistency_is_of_what_returned_and_was_answered_both_times() -> None:
    answers = [
        *rows({1: [A, R, A, "cannot_tell"]}, FOUR),
        *rows({1: [A, R, R, A]}, FOUR, kind="repeat"),
    ]
    one = by_number(answers, known(*FOUR))[1]
    assert one.consistency.percent.value == pytest.approx(2 / 3)
    assert one.consistency.percent.n == 3
    # Agreement 2/3; chance 2/3 x 1/3 + 1/3 x 2/3.
    assert one.consistency.kappa.value == pytest.approx((2 / 3 - 4 / 9) / (5 / 9))
    assert one.answers == 3
    nothing = consistency(TASK, rows({1: [A] * 4}, FOUR), known(*FOUR))
    assert (nothing.percent.value, nothing.kappa.value) == (None, None)
    assert nothing.percent.reason


def test_a_reply_that_changes_sides_and_stays_better_is_consistent() -> None:
    pair = better("a")
    answers = [
        row(pair, 1, "4", side="second"),
        row(pair, 1, "2", side="first", kind="repeat", position=5),
    ]
    found = by_number(answers, known(pair), question="better")
    assert found[1].consistency.percent.value == 1


def guess(annotator: str, side: str, said: str) -> Guessed:
    return Guessed(annotator=annotator, task="quality", item="i", side=side, said=said)  # type: ignore[arg-type]


def test_guesses_of_sides_are_held_against_chance() -> None:
    told = unblinding(
        TASK,
        [
            guess("a", "first", "first"),
            guess("a", "first", "second"),
            guess("b", "second", "second"),
            guess("b", "second", "cannot_tell"),
            guess("c", "first", "first"),
            guess("d", "first", "second"),
            msgspec.structs.replace(guess("e", "first", "first"), task="another"),
        ],
        left_out={"d"},
    )
    assert (told.right, told.wrong, told.cannot_tell, told.annotators) == (3, 1, 1, 3)
    assert (told.rate.value, told.rate.clusters) == (0.75, 3)
    assert told.told_apart is False


def test_all_who_see_through_it_are_told_and_few_are_not_judged() -> None:
    sure = [
        guess(f"a{who}", "first", said)
        for who in range(12)
        for said in ("first",) * 9 + ("second",) * (who % 2)
    ]
    assert unblinding(TASK, sure).told_apart is True
    alone = unblinding(TASK, [guess("a", "first", "first")])
    assert (alone.rate.value, alone.told_apart) == (1, None)
    nobody = unblinding(TASK, [])
    assert (nobody.rate.value, nobody.told_apart) == (None, None)
    assert nobody.rate.reason


C = "cannot_tell"


@pytest.mark.parametrize(
    ("given", "flagged"),
    [
        ([C, C, C, A, A], True),
        ([C, C, C, A, A, A], False),
        ([C] * 4, False),
        (["uncomfortable", C, C, C, C], True),
    ],
)
def test_more_than_half_of_five_or_more_declined_is_said(given: list[str], flagged: bool) -> None:
    answers = rows({1: [*given, *[""] * (12 - len(given))], 2: [A, R] * 6}, MANY)
    found = by_number(answers, known(*MANY))
    declined = sum(answer != A for answer in given)
    assert [flag.reason for flag in found[1].flags] == [
        f"Declines: {declined} of {len(given)} decisions were declined."
    ] * flagged
    assert found[2].flags == ()
    assert decliners(answers) == ({"ann_1"} if flagged else set())
