"""Logistic regression with a Gaussian prior, by Laplace's approximation: weights and their doubt.

Rows are differences, the preferred minus the other, so that every outcome is a yes and there is no
intercept: what is fitted says the opposite of a pair exchanged.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit, log_expit

Floats = NDArray[np.float64]

_STEPS = 100
_HALVINGS = 20
_ENOUGH = 1e-10
_NODES, _MASSES = np.polynomial.hermite_e.hermegauss(41)


class Mode(msgspec.Struct, frozen=True):
    """The most probable scores of n rows, and how sharply the data hold them there."""

    pull: Floats
    """Gradient of the log-likelihood, shape (n,); K times it is how far the scores moved."""
    root: Floats
    """Square root of the curvature of the negative log-likelihood, shape (n,)."""
    factor: tuple[Floats, bool]
    """Cholesky factor of I + root K root, shape (n, n)."""
    evidence: float
    """Logarithm of the marginal likelihood, approximated."""

    def held(self, columns: Floats) -> Floats:
        """Return (K + 1 / curvature)^-1 times columns, also where a curvature is zero."""
        root = self.root if columns.ndim == 1 else self.root[:, None]
        return np.asarray(root * cho_solve(self.factor, root * columns), np.float64)


class Gaussian(msgspec.Struct, frozen=True):
    """Weights as they are believed to be."""

    mean: Floats
    """Shape (d,)."""
    covariance: Floats
    """Shape (d, d)."""


def laplace(kernel: Floats, weights: Floats, prior: Floats) -> Mode:
    """Return the mode of n latent scores, all of whose outcomes were a yes.

    `kernel` is their prior covariance (n, n), `prior` their mean (n,), `weights` (n,) how often
    each row counts. Newton steps with halving: Rasmussen & Williams, "Gaussian Processes for
    Machine Learning" (2006), algorithm 3.1, with a prior mean and weighted likelihoods.
    """
    pull = np.zeros(len(weights))
    scores = prior.copy()
    reached = _objective(pull, scores, prior, weights)
    for _ in range(_STEPS):
        mode = _mode(kernel, weights, scores, pull, reached)
        target = mode.root**2 * (scores - prior) + weights * expit(-scores)
        step = target - mode.held(kernel @ target) - pull
        for _ in range(_HALVINGS):
            trial = kernel @ (pull + step) + prior
            value = _objective(pull + step, trial, prior, weights)
            if value >= reached:
                break
            step = step / 2
        gain, reached, pull, scores = value - reached, value, pull + step, trial
        if gain < _ENOUGH:
            break
    return _mode(kernel, weights, scores, pull, reached)


def condition(belief: Gaussian, rows: Floats, weights: Floats) -> Gaussian:
    """Return what is believed of the weights after rows (n, d) whose outcomes were all a yes."""
    if not len(rows):
        return belief
    across = rows @ belief.covariance
    mode = laplace(across @ rows.T, weights, rows @ belief.mean)
    return update(belief, across, mode)


def weigh(rows: Floats, weights: Floats, variance: Floats) -> tuple[Gaussian, float]:
    """Return the weights after rows (n, d), and the logarithm of the marginal likelihood.

    The prior mean is 0, `variance` (d,) that of each weight. The same as `laplace` with the kernel
    of these variances, in time n d^2 instead of n^3.
    """
    scaled = rows * np.sqrt(variance)
    at = np.zeros(len(variance))
    reached = _penalised(scaled, weights, at)
    for _ in range(_STEPS):
        pull = scaled.T @ (weights * expit(-scaled @ at)) - at
        step = cho_solve(cho_factor(_precision(scaled, weights, at)), pull)
        for _ in range(_HALVINGS):
            value = _penalised(scaled, weights, at + step)
            if value >= reached:
                break
            step = step / 2
        gain, reached, at = value - reached, value, at + step
        if gain < _ENOUGH:
            break
    factor = cho_factor(_precision(scaled, weights, at))
    root = np.sqrt(variance)
    covariance = root[:, None] * cho_solve(factor, np.eye(len(root))) * root
    evidence = reached - float(np.log(np.diag(factor[0])).sum())
    return Gaussian(mean=root * at, covariance=(covariance + covariance.T) / 2), evidence


def update(belief: Gaussian, across: Floats, mode: Mode) -> Gaussian:
    """Return the belief after a mode; `across` (n, d) is the covariance of scores and weights."""
    covariance = belief.covariance - across.T @ mode.held(across)
    return Gaussian(
        mean=belief.mean + across.T @ mode.pull, covariance=(covariance + covariance.T) / 2
    )


def chance(mean: float, variance: float) -> float:
    """Return the probability of a yes when the score is Gaussian.

    MacKay, "The Evidence Framework Applied to Classification Networks" (1992). Exactly one minus
    that of the opposite score.
    """
    half = float(expit(abs(mean) / np.sqrt(1 + np.pi * variance / 8)))
    return half if mean >= 0 else 1 - half


def deviation(mean: float, variance: float) -> float:
    """Return the standard deviation of the probability of a yes when the score is Gaussian.

    By Gauss-Hermite quadrature, exactly the same for the opposite score.
    """
    at = expit(abs(mean) + np.sqrt(max(variance, 0.0)) * _NODES)
    masses = _MASSES / _MASSES.sum()
    return float(np.sqrt(masses @ (at - masses @ at) ** 2))


def _objective(pull: Floats, scores: Floats, prior: Floats, weights: Floats) -> float:
    return float(-pull @ (scores - prior) / 2 + weights @ log_expit(scores))


def _penalised(rows: Floats, weights: Floats, at: Floats) -> float:
    return float(weights @ log_expit(rows @ at) - at @ at / 2)


def _precision(rows: Floats, weights: Floats, at: Floats) -> Floats:
    curvature = weights * expit(rows @ at) * expit(-rows @ at)
    return np.asarray((rows * curvature[:, None]).T @ rows + np.eye(len(at)), np.float64)


def _mode(kernel: Floats, weights: Floats, scores: Floats, pull: Floats, reached: float) -> Mode:
    root = np.sqrt(weights * expit(scores) * expit(-scores))
    factor = cho_factor(np.eye(len(root)) + root[:, None] * kernel * root, lower=True)
    half_logdet = np.log(np.diag(factor[0])).sum()
    return Mode(pull=pull, root=root, factor=factor, evidence=float(reached - half_logdet))
