"""A judge's faults, found where they were put."""

from __future__ import annotations

import numpy as np
import pytest

from recenter.errors import InputError
from recenter.train.judge_correction import Ratings, fit_correction, fit_verdicts, report


def ratings(
    people: int = 60,
    each: int = 6,
    *,
    inflation: float = 0.0,
    mention: float = 0.0,
    length: float = 0.0,
    noise: float = 0.3,
    seed: int = 0,
) -> Ratings:
    """People rate what a reply is worth; the judge adds its faults to it."""
    rng = np.random.default_rng(seed)
    n = people * each
    human = rng.normal(3.0, 0.8, size=n)
    mentions = rng.integers(0, 2, size=n).astype(np.float64)
    longer = rng.normal(0.2, 0.3, size=n)
    judge = human + inflation + mention * mentions + length * longer
    return Ratings(
        judge=judge + rng.normal(0, noise, size=n),
        human=human,
        mentions=mentions,
        length=longer,
        people=np.repeat([f"p{i}" for i in range(people)], each),
    )


def test_the_faults_that_were_put_in_are_found_and_taken_out() -> None:
    made = ratings(inflation=0.5, mention=0.4, length=-0.6)
    told = report(made)
    assert told.correction.inflation == pytest.approx(0.5, abs=0.15)
    assert told.correction.mention == pytest.approx(0.4, abs=0.15)
    assert told.correction.length == pytest.approx(-0.6, abs=0.2)
    assert told.before.bias.value == pytest.approx(0.58, abs=0.05)
    assert told.after.bias.low is not None
    assert told.after.bias.high is not None
    assert told.after.bias.low < 0 < told.after.bias.high
    assert told.error_saved.low is not None
    assert told.error_saved.low > 0
    assert told.after.correlation.value is not None
    assert told.before.correlation.value is not None
    assert told.after.correlation.value > told.before.correlation.value


def test_a_judge_without_faults_is_left_nearly_as_it_is() -> None:
    told = report(ratings(noise=0.1))
    for fault in told.correction[:4]:
        assert abs(fault) < 0.06
    assert told.error_saved.value == pytest.approx(0.0, abs=0.01)


def test_a_few_ratings_move_less_than_many() -> None:
    moved = []
    for people in (5, 200):
        made = ratings(people, 4, inflation=0.5, noise=1.0)
        moved.append(float((made.judge - fit_correction(made).apply(made)).mean()))
    assert moved[1] == pytest.approx(0.5, abs=0.1)
    assert 0 < moved[0] < moved[1]


def test_applying_is_linear_and_moves_by_what_is_said() -> None:
    made = ratings(mention=0.8)
    correction = fit_correction(made)
    without = correction.apply(made._replace(mentions=np.zeros(len(made.human))))
    assert without - correction.apply(made) == pytest.approx(correction.mention * made.mentions)


def test_a_judge_that_says_the_same_of_all_has_no_correlation() -> None:
    made = ratings()
    told = report(made._replace(judge=np.full(len(made.human), 4.0)))
    assert told.before.correlation.value is None
    assert told.before.correlation.reason


@pytest.mark.parametrize(("people", "each", "what"), [(4, 9, "people"), (6, 3, "rated replies")])
def test_too_few_ratings_are_refused(people: int, each: int, what: str) -> None:
    with pytest.raises(InputError, match=f"{what}; got"):
        report(ratings(people, each))


def test_verdicts_that_follow_length_get_a_negative_weight_for_length() -> None:
    rng = np.random.default_rng(0)
    lengths = rng.normal(size=2000)
    taste = rng.normal(size=2000)
    sign = np.where(taste + rng.logistic(size=2000) * 0.5 > 0, 1.0, -1.0)
    judged = np.sign(taste + lengths)
    fitted = fit_verdicts(judged * sign, lengths * sign, np.ones(2000))
    assert fitted.mean[0] > 0
    assert fitted.mean[1] < -3 * np.sqrt(fitted.covariance[1, 1])
