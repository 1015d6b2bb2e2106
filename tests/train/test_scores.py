"""Figures of methods on the same rows, and the model that reads the attribute alone."""

from __future__ import annotations

import numpy as np
import pytest

from recenter.errors import InputError
from recenter.figures.markdown import tables_text
from recenter.figures.record import Table
from recenter.stats.classification import average_precision, precision_recall
from recenter.train.scores import COLUMNS, LIFTED, Asked, Said, constant, lift_of, line_of
from recenter.train.selector_baseline import attribute_alone

TRUTH = np.asarray([True, False, False, False] * 10)
ASKED = Asked(TRUTH, [f"p{row // 4}" for row in range(40)])


def test_trivial_answers_have_the_figures_that_follow_from_the_share() -> None:
    yes = dict(zip(COLUMNS, line_of(constant("y", ASKED, yes=True), ASKED).figures, strict=True))
    no = dict(zip(COLUMNS, line_of(constant("n", ASKED, yes=False), ASKED).figures, strict=True))
    value = {name: one.value for name, one in yes.items() if one is not None}
    assert value["F1"] == pytest.approx(0.4)
    assert value["AUC"] == 0.5
    assert value["Brier"] == pytest.approx(0.75)
    assert no["F1"] is not None
    assert no["F1"].value == 0
    assert no["precision"] is not None
    assert no["precision"].value is None


def test_a_lift_is_the_paired_difference() -> None:
    right = Said("right", TRUTH, TRUTH * 1.0)
    other = constant("yes", ASKED, yes=True)
    lifts = dict(zip(LIFTED, lift_of(right, other, ASKED).figures, strict=True))
    assert lifts["F1"] is not None
    assert lifts["F1"].value == pytest.approx(0.6)
    assert lift_of(right, right, ASKED).figures[1].value == 0  # type: ignore[union-attr]


def test_a_table_says_n_units_and_what_is_not_estimable() -> None:
    line = line_of(constant("no", ASKED, yes=False)._replace(probability=None), ASKED)
    text = tables_text([Table(title="T", columns=COLUMNS, lines=(line,))])
    assert "| no | 40 | 10 | 0.000 [0.000, 0.000] | not estimable: the" in text
    assert text.rstrip().endswith("| – | – |")


def test_the_area_under_the_curve_is_the_average_precision() -> None:
    score = np.random.default_rng(0).random(40).round(1)
    curve = precision_recall(TRUTH, score)
    steps = np.diff([0.0, *(recall for recall, _ in curve)])
    area = float(steps @ np.asarray([precision for _, precision in curve]))
    assert area == pytest.approx(average_precision(TRUTH, score))
    assert curve[-1] == (1.0, 0.25)
    assert precision_recall(np.zeros(3, bool), np.zeros(3)) == []


def test_what_an_attribute_tells_alone_is_found_on_others_and_noise_is_not() -> None:
    rng = np.random.default_rng(0)
    people = [f"p{row // 20}" for row in range(200)]
    folds = {f"p{number}": number % 5 for number in range(10)}
    truth = rng.random(200) < 0.3
    told = np.column_stack([truth * 1.0, 1 - truth])
    assert (attribute_alone(truth, told, people, folds).yes == truth).all()
    noise = attribute_alone(truth, rng.normal(size=(200, 2)), people, folds)
    assert (noise.yes == truth).mean() < 0.8


def test_people_who_all_say_the_same_cannot_be_learnt_from() -> None:
    truth = np.asarray([row < 20 for row in range(60)])
    people = [f"p{row // 20}" for row in range(60)]
    with pytest.raises(InputError, match="all have the same label"):
        attribute_alone(truth, np.eye(60), people, {"p0": 0, "p1": 1, "p2": 2})
