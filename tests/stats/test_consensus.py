"""Labels from several raters: a library's figures, hand-worked cases, known truth, edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import entropy

from recenter.stats.consensus import dawid_skene, majority, soft_labels
from tests.stats.columns import fleiss, long, people


def test_labels_and_accuracies_are_those_of_crowd_kit() -> None:
    # crowdkit 1.4.2, OneCoinDawidSkene(n_iter=5000, tol=-1), on the diagnoses of Fleiss (1971).
    found = dawid_skene(*long(fleiss().T))
    accuracy = [figure.value for figure in found.accuracy.values()]
    expected = [0.33225, 0.53228, 0.79895, 0.97580, 0.92223, 0.68892]
    assert accuracy == pytest.approx(expected, abs=5e-6)
    prevalence = [0.06621, 0.03336, 0.23274, 0.41209, 0.25560]
    assert list(found.prevalence.values()) == pytest.approx(prevalence, abs=5e-6)
    assert found.converged


def test_an_answer_of_one_rater_is_weighed_as_by_hand() -> None:
    # Two raters always agree, a third differs on one item of each kind, and alone says yes to 10.
    sure = [item < 5 for item in range(10)]
    third = [answer != (item in (0, 9)) for item, answer in enumerate(sure)]
    found = dawid_skene(
        [*range(10), *range(10), *range(11)],
        ["a"] * 10 + ["b"] * 10 + ["c"] * 11,
        [*sure, *sure, *third, True],
    )

    def left(q: float) -> float:
        right, yes = (8 + q) / 11, (5 + q) / 11
        return yes * right / (yes * right + (1 - yes) * (1 - right)) - q

    q = brentq(left, 0.5, 0.99)
    assert found.labels.shares[10, 1] == pytest.approx(q, abs=1e-6)
    assert found.accuracy["c"].value == pytest.approx((8 + q) / 11, abs=1e-6)
    assert found.accuracy["a"].value == pytest.approx(1, abs=1e-6)
    assert found.prevalence[True] == pytest.approx((5 + q) / 11, abs=1e-6)
    assert [found.labels.most()[item] for item in range(10)] == sure


@pytest.mark.parametrize("kinds", [2, 4])
def test_known_accuracies_are_found_and_labels_are_better_than_the_majority(kinds: int) -> None:
    rng = np.random.default_rng(kinds)
    truth = rng.choice(kinds, p=[0.7, *[0.3 / (kinds - 1)] * (kinds - 1)], size=1500)
    accuracy = np.linspace(0.4, 0.95, 12)
    rows = [(item, r) for item in range(1500) for r in rng.choice(12, size=4, replace=False)]
    items, raters = (list(column) for column in zip(*rows, strict=True))
    wrong = (truth[items] + rng.integers(1, kinds, size=len(items))) % kinds
    answers = np.where(rng.random(len(items)) < accuracy[raters], truth[items], wrong)
    found = dawid_skene(items, raters, answers)
    for rater, value in enumerate(accuracy):
        assert found.accuracy[rater].value == pytest.approx(value, abs=0.06)

    def right(labels: dict[object, object]) -> float:
        return float(np.mean([labels[item] == truth[item] for item in range(1500)]))

    voted = right(majority(items, raters, answers))
    assert right(found.labels.most()) > voted + 0.03


@given(seed=st.integers(0, 99), order=st.permutations(range(48)), names=st.permutations(range(5)))
@settings(max_examples=10, deadline=None)
def test_names_and_order_do_not_matter(seed: int, order: list[int], names: list[int]) -> None:
    items, raters, answers = long(people(seed, persons=3, each=4, missing=0)[0])
    found = dawid_skene(items, raters, answers, steps=20)
    other = dawid_skene(
        [items[i] for i in order],
        [f"rater {raters[i]}" for i in order],
        [f"answer {names[int(answers[i]) - 1]}" for i in order],
        steps=20,
    )
    for rater, figure in found.accuracy.items():
        assert other.accuracy[f"rater {rater}"].value == pytest.approx(figure.value)
    for row, item in enumerate(found.labels.items):
        for column, answer in enumerate(found.labels.answers):
            name = f"answer {names[int(str(answer)[0]) - 1]}"
            place = other.labels.items.index(item), other.labels.answers.index(name)
            assert other.labels.shares[place] == pytest.approx(found.labels.shares[row, column])


def test_one_who_always_errs_is_heard_the_other_way_round() -> None:
    truth = [True, True, False, False, True, False]
    columns = [truth, truth, truth, [not answer for answer in truth]]
    found = dawid_skene(*long(np.array(columns)))
    assert found.accuracy[3].value == pytest.approx(0, abs=1e-6)
    assert found.accuracy[0].value == pytest.approx(1, abs=1e-6)
    assert list(found.labels.most().values()) == truth
    assert found.labels.entropy().max() < 1e-6, "three against one leaves no doubt here"


def test_where_all_agree_they_are_right() -> None:
    for answers in ([1, 0, 1], [1, 1, 1]):
        found = dawid_skene(*long(np.array([answers] * 3)))
        assert list(found.labels.most().values()) == answers
        assert [figure.value for figure in found.accuracy.values()] == pytest.approx([1, 1, 1])


def test_the_accuracy_of_one_alone_is_not_known() -> None:
    found = dawid_skene(["a", "b"], ["ann", "ann"], ["yes", "no"])
    assert found.labels.most() == {"a": "yes", "b": "no"}
    assert found.accuracy["ann"].value is None
    assert "No item is shared" in str(found.accuracy["ann"].reason)
    nobody = dawid_skene([], [], [])
    assert (nobody.accuracy, nobody.labels.most(), nobody.converged) == ({}, {}, False)


def test_a_tie_is_left_open_and_the_most_votes_win() -> None:
    items = ["tie", "tie", "most", "most", "most", "most", "one", "none"]
    answers = ["yes", "no", "yes", "yes", "no", "maybe", "no", None]
    found = majority(items, range(8), answers)
    assert found == {"tie": None, "most": "yes", "one": "no"}


def test_soft_labels_are_shares_and_their_entropy_is_that_of_scipy() -> None:
    grid, _ = people(0)
    found = soft_labels(*long(grid))
    assert found.shares.sum(axis=1) == pytest.approx(np.ones(len(found.items)))
    first = grid[:, 0][~np.isnan(grid[:, 0])]
    expected = [np.mean(first == answer) for answer in found.answers]
    assert found.shares[found.items.index(0)] == pytest.approx(expected)
    assert found.entropy() == pytest.approx(entropy(found.shares, base=2, axis=1))
    assert soft_labels([1, 1, 2, 2], [1, 2, 1, 2], [0, 1, 1, 1]).entropy().tolist() == [1, 0]
