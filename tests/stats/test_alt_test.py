"""The alternative annotator test: against the paper's steps in plain loops, scipy, statsmodels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import t, ttest_1samp
from statsmodels.stats.multitest import multipletests

from recenter.stats.alt_test import Alignment, AlternativeAnnotators, alternative_annotator_test

RNG = np.random.default_rng(0)
PEOPLE, EACH = 12, 10
ITEMS = np.arange(PEOPLE * EACH)
OWNER = ITEMS // EACH


def noisy(truth: np.ndarray, right: float | np.ndarray) -> np.ndarray:
    wrong = (truth + RNG.integers(1, 3, len(truth))) % 3
    return np.where(RNG.random(len(truth)) < right, truth, wrong)


TRUTH = RNG.integers(0, 3, len(ITEMS))
HUMAN = np.array([noisy(TRUTH, right) for right in (0.85, 0.8, 0.75, 0.6)])
ASKED = RNG.random(HUMAN.shape) < 0.8
JUDGE = noisy(TRUTH, np.repeat(RNG.beta(2, 1, PEOPLE), EACH))
Columns = dict[str, Any]


def columns(asked: np.ndarray = ASKED, human: np.ndarray = HUMAN) -> Columns:
    who, item = np.nonzero(asked)
    return {
        "items": item,
        "annotators": np.array(["ann", "bob", "cy", "di"])[who],
        "answers": human[who, item],
        "judged": JUDGE[item],
        "clusters": OWNER[item],
    }


def negative_rmse(x: int, others: list[int]) -> float:
    return -float(np.sqrt(np.mean((x - np.array(others)) ** 2)))


def accuracy(x: int, others: list[int]) -> float:
    return float(np.mean(x == np.array(others)))


def by_the_paper(
    align: Callable[[int, list[int]], float],
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """W^f, W^h and the owner of each item, for each annotator, as the paper says it."""
    found = []
    for j in range(4):
        f, h, owner = [], [], []
        for i in ITEMS[ASKED[j]]:
            others = [int(HUMAN[k, i]) for k in range(4) if k != j and ASKED[k, i]]
            if others:
                judge, person = align(int(JUDGE[i]), others), align(int(HUMAN[j, i]), others)
                f.append(float(judge >= person - 1e-12))
                h.append(float(person >= judge - 1e-12))
                owner.append(OWNER[i])
        found.append((np.array(f), np.array(h), np.array(owner)))
    return found


@pytest.mark.parametrize(
    ("alignment", "align"), [("accuracy", accuracy), ("squared", negative_rmse)]
)
def test_the_iid_test_is_that_of_the_paper(
    alignment: Alignment, align: Callable[[int, list[int]], float]
) -> None:
    found = alternative_annotator_test(**columns(), alignment=alignment, clustered=False)
    steps = by_the_paper(align)
    p = [ttest_1samp(h - f, 0.1, alternative="less").pvalue for f, h, _ in steps]
    wins = multipletests(p, alpha=0.05, method="fdr_by")[0]
    assert [one.p for one in found.annotators] == pytest.approx(p)
    assert [one.wins for one in found.annotators] == wins.tolist()
    assert found.winning_rate.value == wins.mean()
    assert [one.advantage.value for one in found.annotators] == pytest.approx(
        [f.mean() for f, _, _ in steps]
    )
    assert found.advantage.value == pytest.approx(np.mean([f.mean() for f, _, _ in steps]))
    assert [one.annotator for one in found.annotators] == ["ann", "bob", "cy", "di"]


def test_the_clustered_test_sums_by_person_and_takes_out_the_skew() -> None:
    found = alternative_annotator_test(**columns(), epsilon=0.2)
    for one, (f, h, owner) in zip(found.annotators, by_the_paper(accuracy), strict=True):
        short = h - f - 0.2
        held = np.bincount(owner) / len(owner)
        sums = np.bincount(owner, short - short.mean()) / len(owner)
        sums /= np.sqrt(1 - held)
        deviation = np.sqrt(np.sum(sums**2))
        plain, skew = short.mean() / deviation, np.sum(sums**3) / deviation**3
        straight = ((1 + skew * plain / 3) ** 3 - 1) / skew + skew / 6
        expected = t.cdf(straight, 1 / np.sum(held**2) - 1)
        assert one.p == pytest.approx(expected)
        assert (one.advantage.n, one.advantage.clusters) == (len(f), PEOPLE)


def figures(found: AlternativeAnnotators) -> dict[Any, tuple[float | None, float | None, bool]]:
    return {one.annotator: (one.p, one.advantage.low, one.wins) for one in found.annotators}


def test_order_and_names_do_not_matter() -> None:
    told = columns()
    found = alternative_annotator_test(**told)
    order = RNG.permutation(len(told["items"]))
    mixed = {name: column[order] for name, column in told.items()}
    mixed["answers"] = [f"category {a}" for a in mixed["answers"]]
    mixed["judged"] = [f"category {a}" for a in mixed["judged"]]
    mixed["clusters"] = [f"person {c}" for c in mixed["clusters"]]
    again = alternative_annotator_test(**mixed)
    for name, of in figures(again).items():
        assert of == pytest.approx(figures(found)[name])
    assert again.advantage.low == pytest.approx(found.advantage.low or 0)


def test_the_squared_distance_ignores_the_scale() -> None:
    told = columns()
    found = alternative_annotator_test(**told, alignment="squared")
    told["answers"], told["judged"] = told["answers"] / 3 + 0.1, told["judged"] / 3 + 0.1
    assert figures(alternative_annotator_test(**told, alignment="squared")) == figures(found)


def test_a_larger_epsilon_is_easier_and_a_judge_that_equals_the_others_wins() -> None:
    told = columns()
    p = [alternative_annotator_test(**told, epsilon=e).annotators[0].p or 0 for e in (0, 0.1, 0.3)]
    assert p == sorted(p, reverse=True)
    same = np.tile(TRUTH, (4, 1))
    perfect = columns(human=same) | {"judged": TRUTH[np.nonzero(ASKED)[1]]}
    found = alternative_annotator_test(**perfect)
    assert (found.winning_rate.value, found.passes) == (1.0, True)
    assert (found.advantage.value, found.advantage.low) == (1.0, None)
    wrong = perfect | {"judged": (perfect["judged"] + 1) % 3}
    assert alternative_annotator_test(**wrong).passes is False


def test_with_three_annotators_the_rate_has_four_values() -> None:
    found = alternative_annotator_test(**columns(ASKED & (np.arange(4) < 3)[:, None]))
    assert found.winning_rate.value in (0, 1 / 3, 2 / 3, 1)
    assert "one of 4 values" in str(found.winning_rate.reason)


def test_too_few_annotators_items_or_people_say_so() -> None:
    two = alternative_annotator_test(**columns(ASKED & (np.arange(4) < 2)[:, None]))
    assert (two.winning_rate.value, two.advantage.value, two.passes) == (None, None, None)
    assert "2 annotators" in str(two.winning_rate.reason)
    few = ASKED.copy()
    few[3, 30:] = False
    found = alternative_annotator_test(**columns(few))
    assert found.winning_rate.n == 3
    assert found.annotators[3].p is None
    assert "Fewer than 30 items" in str(found.annotators[3].advantage.reason)
    one = alternative_annotator_test(**columns() | {"clusters": np.zeros(ASKED.sum())})
    assert one.winning_rate.value is None
    assert "two people" in str(one.winning_rate.reason)
    nothing = alternative_annotator_test([], [], [], [], [])
    assert (nothing.winning_rate.value, nothing.annotators) == (None, ())


def test_missing_answers_are_left_out_and_two_of_one_are_refused() -> None:
    told = columns()
    found = alternative_annotator_test(**told)
    answers: list[Any] = [*told["answers"], None, 1]
    judged: list[Any] = [*told["judged"], 1, float("nan")]
    padded = alternative_annotator_test(
        [*told["items"], 900, 901],
        [*told["annotators"], "ann", "bob"],
        answers,
        judged,
        [*told["clusters"], 0, 0],
    )
    assert figures(padded) == figures(found)
    twice: Columns = {name: [*column, column[0]] for name, column in told.items()}
    with pytest.raises(ValueError, match="twice"):
        alternative_annotator_test(**twice)
