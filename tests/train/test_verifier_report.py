"""What is reported of a trained verifier."""

from __future__ import annotations

import numpy as np
import pytest

from recenter.train.verifier_report import lift, overlap, training_examples

ROWS = [
    {"text": f"Owns {what}", "evidence_text": f"I own {what}", "verdict": verdict}
    for what, verdict in [("a cat", "accept"), ("a boat", "accept"), ("a van", "reject")] * 10
]


def test_what_is_made_wrong_stands_behind_what_was_judged() -> None:
    found = training_examples(ROWS, {})
    assert [one.rejected for one in found[: len(ROWS)]] == [False, False, True] * 10
    made = found[len(ROWS) :]
    assert made
    assert all(one.rejected and one.origin == "constructed" for one in made)


def test_overlap_is_a_share_of_the_statements_words() -> None:
    assert overlap("Owns a cat", "a cat") == pytest.approx(2 / 3)
    assert overlap("", "a cat") == 0


def test_a_lift_of_no_positives_is_none() -> None:
    assert lift(np.zeros(2, np.bool_), np.zeros(2), np.zeros(2)) is None
