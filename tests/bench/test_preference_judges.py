"""The ceilings and rank correlations that the preference benchmark prints."""

from __future__ import annotations

import numpy as np
import pytest
from bench.preference_judges import ceiling, cosine, one_against_others, ranks_within, simulated

from recenter.train.judge_correction import report

RNG = np.random.default_rng(0)


def test_raters_who_agree_have_no_ceiling_below_one_and_strangers_none_at_all() -> None:
    same = np.repeat(RNG.normal(size=(50, 1)), 3, axis=1)
    assert ceiling(same) == pytest.approx(1.0)
    assert one_against_others(same) == pytest.approx(1.0)
    opposed = np.column_stack([same[:, 0], -same[:, 0], RNG.normal(size=50)])
    assert ceiling(opposed) is None
    assert ceiling(np.ones((50, 3))) is None


def test_the_ceiling_is_what_the_truth_reaches_with_the_mean_of_three() -> None:
    truth = RNG.normal(size=20_000)
    raters = truth[:, None] + RNG.normal(size=(20_000, 3))
    reached = np.corrcoef(truth, raters.mean(axis=1))[0, 1]
    assert ceiling(raters) == pytest.approx(reached, abs=0.02)
    told = one_against_others(raters)
    assert told is not None
    assert told < reached


def test_ranks_within_a_context_do_not_see_the_contexts() -> None:
    groups = np.repeat(np.arange(30), 5)
    inside = RNG.normal(size=150)
    ranks = ranks_within(inside, groups)
    assert (ranks_within(inside + 100 * groups, groups) == ranks).all()
    assert cosine(ranks, ranks) == pytest.approx(1.0)
    assert cosine(ranks, ranks_within(groups.astype(np.float64), groups)) is None


def test_the_simulated_judge_has_the_faults_it_is_said_to_have() -> None:
    told = report(simulated(4000, seed=1)).taste
    assert told.mention == pytest.approx(0.4, abs=0.1)
    assert told.length == pytest.approx(0.3, abs=0.1)
    assert told.stretch == 0.0
