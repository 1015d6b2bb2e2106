"""Planted faults are found, in wordings that the checks were not tuned on."""

from __future__ import annotations

import pytest
from bench.audit_planted import Score, audited, scores, spared
from bench.audit_store import store

from recenter.audit.record import Fault

LEAST: dict[Fault, tuple[float, float]] = {
    "unsupported": (0.9, 0.75),
    "duplicate": (0.9, 0.65),
    "third_party": (0.75, 0.9),
    "sensitive": (0.9, 0.9),
    "instruction_like": (0.9, 0.9),
    "self_quoted": (0.95, 0.95),
    "stale": (0.9, 0.85),
}
"""Precision and recall, a little below what `python -m bench.audit_planted --half held` prints."""


@pytest.fixture(scope="module")
def found() -> tuple[dict[Fault, Score], Score]:
    made = store(seed=3, half="held", entries=1500)
    done = audited(made)
    return scores(made, done), spared(made, done)


@pytest.mark.parametrize("fault", LEAST)
def test_finds_each_planted_fault(found: tuple[dict[Fault, Score], Score], fault: Fault) -> None:
    precision, recall = found[0][fault].precision, found[0][fault].recall
    assert precision is not None
    assert recall is not None
    assert precision >= LEAST[fault][0]
    assert recall >= LEAST[fault][1]


def test_leaves_sound_facts_alone(found: tuple[dict[Fault, Score], Score]) -> None:
    recall = found[1].recall
    assert recall is not None
    assert recall >= 0.9
