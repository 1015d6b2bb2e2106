"""The Gaussian logistic regression: against quadrature, optimisation and its own symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from recenter.stats.logistic import Gaussian, chance, condition, deviation, laplace, update, weigh

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(40, 3))
WEIGHTS = RNG.uniform(0.2, 1.0, size=40)
PRIOR = Gaussian(mean=np.array([0.3, -0.2, 0.0]), covariance=np.diag([1.0, 2.0, 0.5]))


def test_the_mean_is_the_penalised_maximum_that_an_optimiser_finds() -> None:
    precision = np.linalg.inv(PRIOR.covariance)

    def loss(w: np.ndarray) -> float:
        away = w - PRIOR.mean
        return float(away @ precision @ away / 2 - WEIGHTS @ log_expit(ROWS @ w))

    found = minimize(loss, np.zeros(3), tol=1e-12).x
    after = condition(PRIOR, ROWS, WEIGHTS)
    assert after.mean == pytest.approx(found, abs=1e-5)
    score = expit(ROWS @ after.mean)
    hessian = precision + (ROWS * (WEIGHTS * score * (1 - score))[:, None]).T @ ROWS
    assert after.covariance == pytest.approx(np.linalg.inv(hessian), abs=1e-8)


def test_by_weights_and_by_scores_are_the_same() -> None:
    variance = np.array([1.0, 2.0, 0.5])
    told, evidence = weigh(ROWS, WEIGHTS, variance)
    mode = laplace((ROWS * variance) @ ROWS.T, WEIGHTS, np.zeros(40))
    prior = Gaussian(mean=np.zeros(3), covariance=np.diag(variance))
    other = update(prior, ROWS * variance, mode)
    assert evidence == pytest.approx(mode.evidence, abs=1e-7)
    assert told.mean == pytest.approx(other.mean, abs=1e-6)
    assert told.covariance == pytest.approx(other.covariance, abs=1e-6)


def test_the_evidence_is_near_that_of_quadrature() -> None:
    rows = np.array([[1.0], [0.5], [-0.8]])

    def joint(w: float) -> float:
        return float(np.exp(-w * w / 2) / np.sqrt(2 * np.pi) * np.prod(expit(rows[:, 0] * w)))

    exact = np.log(quad(joint, -12, 12)[0])
    assert laplace(rows @ rows.T, np.ones(3), np.zeros(3)).evidence == pytest.approx(
        exact, abs=0.02
    )


def test_rows_that_do_not_count_change_nothing_and_no_rows_neither() -> None:
    same = condition(PRIOR, ROWS, np.zeros(40))
    assert same.mean == pytest.approx(PRIOR.mean)
    assert same.covariance == pytest.approx(PRIOR.covariance)
    assert condition(PRIOR, ROWS[:0], WEIGHTS[:0]) is PRIOR


def test_rows_far_beyond_doubt_still_converge() -> None:
    after = condition(PRIOR, 1e4 * ROWS[:5], np.ones(5))
    assert np.isfinite(after.mean).all()
    assert np.isfinite(weigh(1e4 * ROWS[:5], np.ones(5), np.ones(3))[0].mean).all()
    assert (np.linalg.eigvalsh(after.covariance) > -1e-9).all()


@pytest.mark.parametrize(("mean", "variance"), [(0.7, 0.4), (2.0, 3.0), (0.0, 1.0)])
def test_chance_and_deviation_are_near_the_integral_and_exactly_opposite(
    mean: float, variance: float
) -> None:
    def density(z: float) -> float:
        return float(np.exp(-((z - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance))

    first = quad(lambda z: density(z) * expit(z), -30, 30)[0]
    second = quad(lambda z: density(z) * expit(z) ** 2, -30, 30)[0]
    assert chance(mean, variance) == pytest.approx(first, abs=0.02)
    assert deviation(mean, variance) == pytest.approx(np.sqrt(second - first**2), abs=1e-4)
    assert chance(-mean, variance) == 1 - chance(mean, variance)
    assert deviation(-mean, variance) == deviation(mean, variance)


def test_doubt_brings_the_chance_nearer_to_a_half() -> None:
    assert chance(2.0, 0.0) == pytest.approx(expit(2.0))
    assert 0.5 < chance(2.0, 9.0) < chance(2.0, 1.0) < expit(2.0)
    assert deviation(2.0, 0.0) == pytest.approx(0.0, abs=1e-12)
