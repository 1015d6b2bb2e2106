"""What is reported of a trained verifier."""

from __future__ import annotations

import numpy as np
import pytest

from recenter.train.verifier import LeftOut
from recenter.train.verifier_report import figures, lift, overlap, training_examples

ROWS = [
    {"text": f"Owns {what}", "evidence_text": f"I own {what}", "verdict": verdict}
    for what, verdict in [("a cat", "accept"), ("a boat", "accept"), ("a van", "reject")] * 10
]


def test_figures_are_of_judged_rows_alone() -> None:
    found = training_examples(ROWS, {})
    assert len(found) > len(ROWS)
    probability = np.asarray([0.1 if one.rejected else 0.9 for one in found])
    probability[len(ROWS) :] = 0.99  # made ones, all wrong: they would spoil the figures
    n = len(found)
    out = LeftOut(probability, np.ones((n, 1)), ("supported",), np.full(n, 0.8), np.full(n, 0.5))
    told = figures(found, out)
    assert told["AUROC"].n == 30
    assert told["AUROC"].value == 1
    assert told["F1"].value == 1
    lifted = told["average precision above word overlap"].value
    base = told["average precision of word overlap"].value
    assert lifted is not None
    assert base is not None
    assert lifted == pytest.approx(1 - base)


def test_overlap_is_a_share_of_the_statements_words() -> None:
    assert overlap("Owns a cat", "a cat") == pytest.approx(2 / 3)
    assert overlap("", "a cat") == 0


def test_a_lift_of_no_positives_is_none() -> None:
    assert lift(np.zeros(2, np.bool_), np.zeros(2), np.zeros(2)) is None
