"""The two linear heads of a verifier, fitted on rows of examples. Needs scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.errors import InputError, MissingExtraError
from recenter.models.base import Embedder
from recenter.records import Failure
from recenter.stages.verify_features import Described, case_of, describe
from recenter.stages.verify_model import SUPPORTED, softmax, standard
from recenter.train.verifier_examples import FAILURES, Example

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


class Setting(NamedTuple):
    """How strongly a head is held back, and what it sees of the vectors."""

    strength: float
    """Inverse regularisation of the logistic regression."""
    parts: tuple[int, int, int]
    """Principal components of the vectors of statement, quote and opening."""


SUPPORT = tuple(
    Setting(strength, parts)
    for strength in (0.03, 0.1)
    for parts in ((16, 0, 0), (32, 0, 0), (32, 16, 16), (64, 0, 32))
)
"""The head of support is the mean of these: choosing one costs more than it gains on few labels."""
FAULTS = Setting(0.1, (32, 0, 0))


class Inputs(NamedTuple):
    """Examples as numbers, one row each."""

    described: Described
    rejected: NDArray[np.bool_]
    groups: NDArray[np.str_]
    borrowed: NDArray[np.str_]
    """The group whose words a row holds beside those of its own; its own where there is none."""
    labelled: NDArray[np.bool_]
    """Judged by somebody, not made by code or written for the purpose."""
    failures: tuple[Failure | None, ...]


class Head(NamedTuple):
    """A linear model of standardised features and raw vectors; one row of weights a class."""

    features: Floats
    vectors: Floats
    """Of statement, quote and opening side by side."""
    bias: Floats


class Scale(NamedTuple):
    """Mean and spread of the features."""

    mean: Floats
    scale: Floats


def inputs_of(examples: Sequence[Example], embedder: Embedder) -> Inputs:
    """Return the examples as numbers."""
    cases = [case_of(each.attribute, each.conversations) for each in examples]
    return Inputs(
        describe(cases, embedder),
        np.asarray([each.rejected for each in examples], np.bool_),
        np.asarray([each.group for each in examples], np.str_),
        np.asarray([each.borrowed or each.group for each in examples], np.str_),
        np.asarray([each.origin == "label" for each in examples], np.bool_),
        tuple(each.failure for each in examples),
    )


def scale_of(inputs: Inputs, rows: Rows) -> Scale:
    """Return mean and spread of the features of some rows; what does not vary is left as it is."""
    features = inputs.described.features[rows]
    spread = features.std(axis=0)
    return Scale(features.mean(axis=0), np.where(spread < 1e-6, 1.0, spread))


def fit_support(inputs: Inputs, rows: Rows, scale: Scale) -> Head:
    """Fit the odds of being rejected: one row of weights, the mean of several models.

    On judged rows, and on what is known to be supported beside them; what was made wrong by code
    is left to the head of faults, whose kinds are not those of the labels.
    """
    rows = rows[inputs.labelled[rows] | ~inputs.rejected[rows]]
    truth = inputs.rejected[rows].astype(np.str_)
    heads = [_fit(inputs, rows, truth, scale, setting)[0] for setting in SUPPORT]
    return Head(*(np.mean(parts, axis=0) for parts in zip(*heads, strict=True)))


def fit_faults(inputs: Inputs, rows: Rows, scale: Scale) -> tuple[Head, tuple[str, ...]]:
    """Fit the failures on rows where they are known, and on supported ones; return its classes."""
    known = [r for r in rows if not inputs.rejected[r] or inputs.failures[r] is not None]
    kept = np.asarray(known, np.intp)
    named = np.asarray([inputs.failures[row] or SUPPORTED for row in kept])
    classes = (SUPPORTED, *(failure for failure in FAILURES if failure in set(named)))
    if len(classes) < 2:
        nothing = np.zeros((1, inputs.described.features.shape[1]))
        none = np.zeros((1, 3 * inputs.described.stated.shape[1]))
        return Head(nothing, none, np.zeros(1)), classes
    head, order = _fit(inputs, kept, named, scale, FAULTS)
    if len(order) == 2:  # only the odds of the second are fitted: the first one's weights are 0
        head = Head(*(np.concatenate([np.zeros_like(part), part]) for part in head))
    at = [order.index(name) for name in classes]
    return Head(*(part[at] for part in head)), classes


def logits(head: Head, scale: Scale, described: Described) -> Floats:
    """Return the score of each row in each class, shape (n, classes)."""
    inputs = standard(described.features, scale.mean, scale.scale)
    result: Floats = inputs @ head.features.T + _vectors(described) @ head.vectors.T + head.bias
    return result


def rows_of(described: Described, rows: Rows) -> Described:
    """Return some rows."""
    features, stated, quoted, opening = described
    return Described(features[rows], stated[rows], quoted[rows], opening[rows])


def fault_probabilities(head: Head, scale: Scale, described: Described) -> Floats:
    """Return the probability of each class, shape (n, classes)."""
    return softmax(logits(head, scale, described))


def logistic(x: Floats, y: NDArray[Any], strength: float) -> tuple[Floats, Floats, list[str]]:
    """Fit a logistic regression; return weights, intercepts and classes.

    Raises:
        InputError: all rows are of one class.
        MissingExtraError: scikit-learn is not installed.
    """
    if len(set(y.tolist())) < 2:
        raise InputError(
            f"{len(y)} rows that a fold is trained on all have the same label.",
            cure="Give rows of more people or dialogues with --from, or set fewer --folds.",
        )
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise MissingExtraError("training", "train") from None
    model = LogisticRegression(C=strength, max_iter=5000, tol=1e-6).fit(x, y)
    return model.coef_, model.intercept_, [str(name) for name in model.classes_]


def _fit(
    inputs: Inputs, rows: Rows, named: NDArray[np.str_], scale: Scale, setting: Setting
) -> tuple[Head, list[str]]:
    """Fit one regression; its components and scalings are folded into weights of raw vectors."""
    described = rows_of(inputs.described, rows)
    columns = [standard(described.features, scale.mean, scale.scale)]
    units, centres = [], []
    blocks = (described.stated, described.quoted, described.opening)
    for block, count in zip(blocks, setting.parts, strict=True):
        unit, centre = _components(block.astype(np.float64), count)
        columns.append((block - centre) @ unit.T)
        units.append(unit)
        centres.append(centre)
    weights, bias, order = logistic(np.hstack(columns), named, setting.strength)
    widths = np.cumsum([column.shape[1] for column in columns])[:-1]
    own, *meant = np.split(weights, widths, axis=1)
    vectors = [part @ unit for part, unit in zip(meant, units, strict=True)]
    shifts = [vector @ centre for vector, centre in zip(vectors, centres, strict=True)]
    return Head(own, np.hstack(vectors), bias - np.sum(shifts, axis=0)), order


def _components(block: Floats, count: int) -> tuple[Floats, Floats]:
    """Return the first principal axes, scaled so that the first has a spread of 1, and the mean."""
    centre = block.mean(axis=0)
    if not count:
        return np.zeros((0, block.shape[1])), centre
    _, spread, axes = np.linalg.svd(block - centre, full_matrices=False)
    count = min(count, int((spread > 1e-6 * spread[0]).sum()))
    first = spread[0] / np.sqrt(len(block) - 1)
    return axes[:count] / first, centre


def _vectors(described: Described) -> Floats:
    blocks = (described.stated, described.quoted, described.opening)
    return np.hstack([block.astype(np.float64) for block in blocks])
