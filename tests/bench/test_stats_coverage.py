"""The bench of coverage knows the truth that it holds intervals to."""

from __future__ import annotations

import numpy as np
import pytest

from bench import stats_coverage as bench
from recenter.stats.estimate import Estimate


@pytest.mark.parametrize("case", bench.CASES, ids=lambda case: case.name)
def test_many_people_show_the_truth(case: bench.Case) -> None:
    columns = case.draw(np.random.default_rng(0), 2000)
    for interval in case.ours.values():
        found = interval(*columns)
        assert found.value == pytest.approx(case.truth, abs=0.03)
        assert (found.high or 0) - (found.low or 0) < 0.1


def test_the_iid_version_takes_every_row_for_a_person() -> None:
    case = bench.CASES[0]
    columns = case.draw(np.random.default_rng(0), 30)
    clustered, iid = case.ours["clustered_share"](*columns), case.others["iid"](*columns)
    assert (clustered.clusters, iid.clusters) == (30, len(columns[0]))
    assert iid.value == clustered.value


def test_the_judge_falls_short_by_just_epsilon() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 200_000)
    judged = bench.noisy(rng, truth, np.full(len(truth), bench.just_worse()))
    own, one, other = (bench.noisy(rng, truth, np.full(len(truth), 0.8)) for _ in range(3))
    human = (own == one).astype(int) + (own == other)
    judge = (judged == one).astype(int) + (judged == other)
    assert np.sign(human - judge).mean() == pytest.approx(bench.EPSILON, abs=0.01)


def test_coverage_is_told_with_what_has_no_interval() -> None:
    estimates = [Estimate(value=0.5, low=low, high=0.6) for low in (0.1, 0.2, 0.4, 0.55)]
    found = bench.told([*estimates, Estimate(value=0.5)], 0.5, barred=True)
    assert found.startswith("covers 75.0 % [")
    assert found.endswith("none in 1; bar MISSED")
