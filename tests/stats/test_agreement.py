"""Agreement among raters: published examples, other libraries, what must not matter, and edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import evalica
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import binary_distance, interval_distance
from statsmodels.stats import inter_rater

from recenter.stats.agreement import (
    Scale,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from recenter.stats.estimate import Estimate, estimate
from recenter.stats.judgments import Weights
from tests.stats.columns import KRIPPENDORFF, fleiss, long, people

SCALES: tuple[Scale, ...] = ("nominal", "ordinal", "interval")
EVERY: tuple[Callable[..., Estimate], ...] = (
    percent_agreement,
    fleiss_kappa,
    krippendorff_alpha,
    gwet_ac,
)


@pytest.mark.parametrize(
    ("scale", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_of_the_published_example(scale: Scale, published: float) -> None:
    found = krippendorff_alpha(*long(KRIPPENDORFF), scale=scale)
    assert found.value == pytest.approx(published, abs=5e-4)
    assert (found.n, found.clusters, found.left_out) == (40, 11, 8)


def test_kappa_of_the_published_diagnoses() -> None:
    diagnoses = fleiss()
    found = fleiss_kappa(*long(diagnoses.T))
    assert found.value == pytest.approx(0.430, abs=5e-4)
    table, _ = inter_rater.aggregate_raters(diagnoses)
    assert found.value == pytest.approx(inter_rater.fleiss_kappa(table))
    assert percent_agreement(*long(diagnoses.T)).value == pytest.approx(0.556, abs=5e-4)


@pytest.mark.parametrize(
    ("weights", "published"),
    [("unweighted", 0.77544), ("linear", 0.85874), ("quadratic", 0.91400)],
)
def test_gwet_of_his_four_raters(weights: Weights, published: float) -> None:
    # Gwet (2014) takes Krippendorff's example, too; the figures are those of irrCAC 0.4.4.
    found = gwet_ac(*long(KRIPPENDORFF), weights=weights)
    assert found.value == pytest.approx(published, abs=5e-6)


def test_gwet_where_kappa_is_said_to_fail() -> None:
    # Gwet (2008): two raters, 125 subjects, 118 of them positive to both.
    grid = np.repeat([[0, 0, 1], [0, 1, 0]], [118, 5, 2], axis=1)
    assert gwet_ac(*long(grid)).value == pytest.approx(0.9408, abs=5e-5)
    assert percent_agreement(*long(grid)).value == pytest.approx(0.944)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("seed", range(5))
def test_alpha_is_that_of_two_libraries_where_answers_are_missing(scale: Scale, seed: int) -> None:
    grid, _ = people(seed)
    found = krippendorff_alpha(*long(grid), scale=scale)
    expected = evalica.alpha(pd.DataFrame(grid), distance=scale).alpha
    assert found.value == pytest.approx(expected, abs=1e-12)
    if scale == "ordinal":
        return
    several = (~np.isnan(grid)).sum(axis=0) > 1
    rows = [row for row in zip(*long(grid), strict=True) if several[row[0]] and row[2] == row[2]]
    distance = binary_distance if scale == "nominal" else interval_distance
    task = AnnotationTask([(rater, item, answer) for item, rater, answer in rows], distance)
    assert found.value == pytest.approx(task.alpha(), abs=1e-12)


@pytest.mark.parametrize("scale", SCALES)
def test_the_interval_is_that_of_drawing_people_and_asking_evalica_each_time(scale: Scale) -> None:
    grid, clusters = people(0, missing=0.2)

    def alpha(drawn: np.ndarray) -> float | None:
        return float(evalica.alpha(pd.DataFrame(drawn.T), distance=scale).alpha)

    items, raters, answers = long(grid)
    ours = krippendorff_alpha(
        items, raters, answers, [clusters[i] for i in items], scale=scale, repeats=60, seed=3
    )
    theirs = estimate(alpha, clusters, grid.T, repeats=60, seed=3)
    assert (ours.value, ours.low, ours.high) == pytest.approx(
        (theirs.value, theirs.low, theirs.high)
    )
    assert ours.clusters == theirs.clusters == 12


@pytest.mark.parametrize("figure", EVERY)
@given(seed=st.integers(0, 99), order=st.permutations(range(40)), names=st.permutations(range(5)))
@settings(max_examples=10, deadline=None)
def test_names_and_order_do_not_matter(
    figure: Callable[..., Estimate], seed: int, order: list[int], names: list[int]
) -> None:
    grid, _ = people(seed, persons=5, each=2, missing=0)
    items, raters, answers = long(grid)
    found = figure(items, raters, answers, repeats=2)
    other = figure(
        [f"item {items[i]}" for i in order],
        [-raters[i] for i in order],
        ["abcde"[names[int(answers[i]) - 1]] for i in order],
        repeats=2,
    )
    assert other.value == pytest.approx(found.value)


@given(seed=st.integers(0, 99), shift=st.floats(-1e3, 1e3), scale=st.floats(0.01, 100))
@settings(max_examples=20, deadline=None)
def test_a_scale_may_be_stretched_as_far_as_it_says(seed: int, shift: float, scale: float) -> None:
    items, raters, answers = long(people(seed)[0])
    straight = [scale * answer + shift for answer in answers]
    bent = [answer**3 for answer in answers]
    for kind, changed in [("interval", straight), ("ordinal", straight), ("ordinal", bent)]:
        found = krippendorff_alpha(items, raters, answers, scale=kind, repeats=2)  # type: ignore[arg-type]
        other = krippendorff_alpha(items, raters, changed, scale=kind, repeats=2)  # type: ignore[arg-type]
        assert other.value == pytest.approx(found.value)


@pytest.mark.parametrize("scale", SCALES)
def test_answers_of_strangers_agree_no_more_than_chance(scale: Scale) -> None:
    grid = np.random.default_rng(0).integers(1, 6, size=(3, 3000))
    value = krippendorff_alpha(*long(grid), scale=scale, repeats=2).value
    assert value == pytest.approx(0, abs=0.03)


def test_an_item_with_one_answer_is_left_out_and_counted() -> None:
    items, raters, answers = long(people(0, missing=0)[0])
    found = krippendorff_alpha(items, raters, answers)
    more = krippendorff_alpha([*items, 998, 999], [*raters, 0, 1], [*answers, 5, None])
    assert (more.value, more.low, more.n) == (found.value, found.low, found.n)
    assert more.left_out == 2
    balanced = fleiss_kappa([*items, 999], [*raters, 0], [*answers, 5])
    assert balanced.value == fleiss_kappa(items, raters, answers).value


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("answer", [3, 0.1])
def test_where_all_answers_are_the_same_there_is_no_alpha(scale: Scale, answer: float) -> None:
    items, raters, _ = long(np.zeros((3, 7)))
    found = krippendorff_alpha(items, raters, [answer] * 21, scale=scale)
    assert found.value is None
    assert "the same" in str(found.reason)


def test_where_all_answers_are_the_same_the_rest() -> None:
    same = long(np.ones((3, 7)))
    assert fleiss_kappa(*same).value is None
    assert gwet_ac(*same).value is None
    assert percent_agreement(*same).value == 1


@pytest.mark.parametrize("figure", EVERY)
@pytest.mark.parametrize("rows", [([], [], []), ([1, 2, 3], [1, 1, 2], [1, 0, 1])])
def test_without_two_raters_of_one_item_there_is_nothing(
    figure: Callable[..., Estimate], rows: tuple[list[Any], ...]
) -> None:
    found = figure(*rows)
    assert found.value is None
    assert "two raters" in str(found.reason)


@pytest.mark.parametrize("figure", EVERY)
def test_one_person_gives_a_value_without_an_interval(figure: Callable[..., Estimate]) -> None:
    grid, _ = people(0, missing=0)
    items, raters, answers = long(grid)
    found = figure(items, raters, answers, ["one"] * len(items))
    assert found.value is not None
    assert (found.low, found.clusters) == (None, 1)
    assert "at least 5 independent units" in str(found.reason)


def test_fleiss_says_how_many_items_are_balanced() -> None:
    grid = np.array([[1, 2, 1, 2], [1, 2, 2, 2], [1, 1, 2, np.nan]])
    found = fleiss_kappa(*long(grid))
    assert found.value is None
    assert "3 of 4 items have 3" in str(found.reason)


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(ValueError, match="Rater 'ann' answered item 'a' twice"):
        percent_agreement(["a", "a"], ["ann", "ann"], [1, 2])
    with pytest.raises(ValueError, match="Item 'a' is in two clusters, 'p' and 'q'"):
        percent_agreement(["a", "a"], ["ann", "bob"], [1, 2], ["p", "q"])
    with pytest.raises(ValueError, match="one length, not 2, 2, 1"):
        percent_agreement(["a", "a"], ["ann", "bob"], [1])
    for scale in ("ordinal", "interval"):
        with pytest.raises(ValueError, match="'yes' is not a number"):
            krippendorff_alpha(["a", "a"], ["ann", "bob"], ["yes", "no"], scale=scale)
    many = [0.5 * row for row in range(200)]
    with pytest.raises(ValueError, match="200 different answers"):
        krippendorff_alpha([row // 2 for row in range(200)], [0, 1] * 100, many, scale="ordinal")
    found = krippendorff_alpha([r // 2 for r in range(200)], [0, 1] * 100, many, scale="interval")
    assert found.value == pytest.approx(1, abs=1e-3)
