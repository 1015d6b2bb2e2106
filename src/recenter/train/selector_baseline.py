"""The selector that never reads the message: what an attribute alone says, on people left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recenter.stats.classification import best_threshold
from recenter.train.scores import Said
from recenter.train.verifier_fit import logistic

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NAME = "attribute alone"
STRENGTH = 4.0
"""Inverse regularisation, on vectors of length 1."""


def attribute_alone(
    truth: Bools,
    vectors: Floats,
    people: Sequence[str],
    folds: Mapping[str, int],
    *,
    most: int | None = None,
) -> Said:
    """Return what logistic regression on the vector of the attribute says, shape (n,) each.

    `vectors` are (n, dimensions); `folds` is the fold of each person. Threshold and calibration
    (Platt, 1999) are chosen on left-out scores of the training people. A fit reads at most `most`
    rows, spread evenly over those it has: the time of a fit grows with them, what it learns hardly.

    Raises:
        InputError: the training people of a fold all gave the same answer.
        MissingExtraError: scikit-learn is not installed.
    """
    fold = np.asarray([folds[person] for person in people], np.intp)
    yes = np.zeros(len(truth), np.bool_)
    score, probability = np.zeros(len(truth)), np.zeros(len(truth))
    for held in np.unique(fold):
        train, test = np.flatnonzero(fold != held), np.flatnonzero(fold == held)
        inner = np.zeros(len(train))
        for other in np.unique(fold[train]):
            out = fold[train] == other
            inner[out] = _scores(truth, vectors, _some(train[~out], most), train[out])
        score[test] = _scores(truth, vectors, _some(train, most), test)
        yes[test] = score[test] >= best_threshold(truth[train], inner)
        slope, shift, _ = logistic(inner[:, None], truth[train].astype(np.str_), 1e6)
        probability[test] = 1 / (1 + np.exp(-(slope[0, 0] * score[test] + shift[0])))
    return Said(NAME, yes, score, probability)


def _some(rows: NDArray[np.intp], most: int | None) -> NDArray[np.intp]:
    if most is None or len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]


def _scores(
    truth: Bools, vectors: Floats, train: NDArray[np.intp], test: NDArray[np.intp]
) -> Floats:
    weights, bias, _ = logistic(vectors[train], truth[train].astype(np.str_), STRENGTH)
    found: Floats = vectors[test] @ weights[0] + bias[0]
    return found
