"""Train a verifier: judged statements in, a fitted model and its left-out scores out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.errors import InputError
from recenter.progress import Progress, Silent
from recenter.stages.verify_features import FEATURES
from recenter.stages.verify_model import Thresholds, log_odds_of_fault, softmax
from recenter.stats.classification import average_precision, best_threshold
from recenter.stats.estimate import Estimate, estimate
from recenter.train.verifier_examples import Example
from recenter.train.verifier_fit import (
    Floats,
    Inputs,
    Rows,
    fit_faults,
    fit_support,
    logistic,
    logits,
    rows_of,
    scale_of,
)

FOLDS, INNER = 8, 5
LEAST_REJECTED, LEAST_ACCEPTED, LEAST_DIALOGUES = 20, 20, 20
SHARES, ORDER = (0.25, 0.5, 0.75, 1.0), 100
"""Of the training dialogues on the learning curve, and in how many parts they are ordered."""
MIX = 0.2
"""Weight of the faults' log odds in the score; fixed, not fitted: see the card."""
RISK = 0.6
"""Accepted statements may be rejected by the labels at most this share of the base rate."""
FAULT_REJECT, FAULT_HOLD = 0.9, 0.7


class Fitted(NamedTuple):
    """What is saved of a verifier."""

    arrays: Mapping[str, NDArray[Any]]
    settings: Mapping[str, Any]


class LeftOut(NamedTuple):
    """What models that saw nothing of a row's dialogue say of it; one row each.

    Of one made by code with the words of two, the dialogue is that of its statement.
    """

    probability: Floats
    """Of accept, calibrated within the training dialogues."""
    faults: Floats
    """Of each class, the first of them that there is no fault."""
    classes: tuple[str, ...]
    accept: Floats
    """The thresholds chosen within the training dialogues of the row."""
    reject: Floats


class _Decided(NamedTuple):
    """What is calibrated and chosen on left-out scores of some rows."""

    slope: float
    shift: float
    accept: float
    reject: float


def check(inputs: Inputs) -> None:
    """Refuse to train on too little.

    Raises:
        InputError: there are too few judged statements of a kind, or dialogues.
    """
    own = inputs.labelled
    _refuse_too_few(inputs.rejected[own].tolist(), inputs.groups[own].tolist())


def check_examples(found: Sequence[Example]) -> None:
    """Refuse as `check` does, before anything is computed.

    Raises:
        InputError: there are too few judged statements of a kind, or dialogues.
    """
    own = [one for one in found if one.origin == "label"]
    _refuse_too_few([one.rejected for one in own], [one.group for one in own])


def _refuse_too_few(rejected: Sequence[bool], groups: Sequence[str]) -> None:
    for count, least, what in (
        (sum(rejected), LEAST_REJECTED, "rejected or uncertain statements"),
        (len(rejected) - sum(rejected), LEAST_ACCEPTED, "accepted statements"),
        (len(set(groups)), LEAST_DIALOGUES, "dialogues"),
    ):
        if count < least:
            raise InputError(
                f"a verifier needs at least {least} {what}, got {count}.",
                cure="Give more judged statements with --from.",
            )


def fit(inputs: Inputs, *, seed: int = 0) -> Fitted:
    """Return a verifier fitted on all rows, its thresholds chosen on left-out dialogues.

    Raises:
        InputError: there are too few examples; see `check`.
        MissingExtraError: scikit-learn is not installed.
    """
    check(inputs)
    rows = np.arange(len(inputs.groups))
    decided = _decide(inputs, rows, seed)
    scale = scale_of(inputs, rows[inputs.labelled])
    support = fit_support(inputs, rows, scale)
    faults, classes = fit_faults(inputs, rows, scale)
    arrays: dict[str, NDArray[Any]] = {"mean": scale.mean, "scale": scale.scale}
    for name, head in (("support", support), ("faults", faults)):
        arrays |= {f"{name}_{part}": value for part, value in head._asdict().items()}
    thresholds = Thresholds(
        accept=decided.accept,
        reject=decided.reject,
        fault_reject=FAULT_REJECT,
        fault_hold=FAULT_HOLD,
    )
    return Fitted(
        {name: value.astype(np.float32) for name, value in arrays.items()},
        {
            "features": list(FEATURES),
            "failures": list(classes),
            "thresholds": msgspec.to_builtins(thresholds),
            "mix": MIX,
            "slope": decided.slope,
            "shift": decided.shift,
            "seed": seed,
        },
    )


def cross_validate(
    inputs: Inputs, *, folds: int = FOLDS, seed: int = 0, progress: Progress | None = None
) -> LeftOut:
    """Return what models say of every row that were fitted without its dialogue, and without what
    code made of the words of that dialogue.

    Nested: calibration and thresholds come from the training dialogues alone.

    Raises:
        InputError: there are too few examples; see `check`.
        MissingExtraError: scikit-learn is not installed.
    """
    check(inputs)
    told = progress or Silent()
    told.start("cross-validation by dialogue", folds)
    n = len(inputs.groups)
    _, classes = fit_faults(inputs, np.arange(n), scale_of(inputs, np.arange(n)))
    out = LeftOut(np.zeros(n), np.zeros((n, len(classes))), classes, np.zeros(n), np.zeros(n))
    fold = _folds(inputs, np.arange(n), folds, seed)
    for held in range(folds):
        train, test = fold.without(held), fold.of(held)
        decided = _decide(inputs, train, seed)
        score, faults, named = _scores(inputs, train, test)
        out.probability[test] = _accept(score, decided.slope, decided.shift)
        for column, name in zip(faults.T, named, strict=True):
            out.faults[test, classes.index(name)] = column
        out.accept[test], out.reject[test] = decided.accept, decided.reject
        told.advance()
    return out


def dialogue_curve(
    inputs: Inputs, *, folds: int = FOLDS, seed: int = 0, progress: Progress | None = None
) -> list[tuple[int, Estimate]]:
    """Return average precision of `rejected` on dialogues left out, by the mean number of judged
    dialogues trained on.

    A quarter, half, three quarters and all of the other folds' dialogues, drawn with the seed. A
    share at which a fold holds one kind of label only is not estimable.
    """
    told = progress or Silent()
    told.start("learning curve", len(SHARES) * folds)
    rows = np.arange(len(inputs.groups))
    fold = _folds(inputs, rows, folds, seed)
    order = _folds(inputs, rows, ORDER, seed + 2)
    judged = inputs.labelled
    found = []
    for share in SHARES:
        score = np.full(len(rows), np.nan)
        sizes = []
        for held in range(folds):
            train = np.intersect1d(fold.without(held), order.below(share * ORDER))
            test = fold.of(held)[judged[fold.of(held)]]
            own = train[judged[train]]
            if len(set(inputs.rejected[own].tolist())) == 2 and len(test):
                score[test] = _scores(inputs, train, test)[0]
            sizes.append(len(set(inputs.groups[own])))
            told.advance()
        groups, truth = inputs.groups[judged].tolist(), inputs.rejected[judged]
        figure = estimate(_known_precision, groups, truth, score[judged])
        found.append((round(float(np.mean(sizes))), figure))
    return found


def folds_of(groups: NDArray[np.str_], folds: int, seed: int) -> Rows:
    """Return the fold of each row: all of a dialogue in one, the dialogues spread evenly."""
    names = sorted({str(name) for name in groups})
    order = np.random.default_rng(seed).permutation(len(names)) % folds
    of = dict(zip(names, order.tolist(), strict=True))
    found = [of[str(name)] for name in groups]
    return np.asarray(found, np.intp)


class _Folds(NamedTuple):
    """The folds that each row is of: that of its dialogue, and that of the words it borrowed."""

    own: Rows
    borrowed: Rows

    def of(self, held: int) -> Rows:
        """Return the rows whose dialogue is in a fold."""
        return np.flatnonzero(self.own == held)

    def without(self, held: int) -> Rows:
        """Return the rows that hold nothing of a fold."""
        return np.flatnonzero((self.own != held) & (self.borrowed != held))

    def below(self, fold: float) -> Rows:
        """Return the rows that hold something of the first folds alone."""
        return np.flatnonzero((self.own < fold) & (self.borrowed < fold))


def _folds(inputs: Inputs, rows: Rows, folds: int, seed: int) -> _Folds:
    both = np.concatenate([inputs.groups[rows], inputs.borrowed[rows]])
    return _Folds(*np.split(folds_of(both, folds, seed), 2))


def _decide(inputs: Inputs, rows: Rows, seed: int) -> _Decided:
    """Calibrate and choose thresholds on the left-out scores of judged rows."""
    fold = _folds(inputs, rows, INNER, seed + 1)
    score = np.zeros(len(rows))
    for held in range(INNER):
        test = fold.of(held)
        score[test], _, _ = _scores(inputs, rows[fold.without(held)], rows[test])
    judged = inputs.labelled[rows]
    truth, score = inputs.rejected[rows][judged], score[judged]
    weights, bias, _ = logistic(score[:, None], truth.astype(np.str_), 1e6)
    slope, shift = float(weights[0, 0]), float(bias[0])
    accept, reject = _thresholds(truth, _accept(score, slope, shift))
    return _Decided(slope, shift, accept, reject)


def _thresholds(rejected: NDArray[np.bool_], probability: Floats) -> tuple[float, float]:
    """Return from where on to accept, and up to where to reject.

    Rejected is what gives the best F1 on `rejected`. Accepted is the most that holds at most
    `RISK` of the rejected share of all.
    """
    reject = 1 - best_threshold(rejected, 1 - probability)
    order = np.argsort(-probability, kind="stable")
    wrong = np.cumsum(rejected[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero((wrong <= RISK * rejected.mean()) & (np.arange(len(order)) >= 10))
    accept = float(probability[order[good[-1]]]) if len(good) else 1.0
    return min(max(accept, reject + 1e-6), 1.0), reject


def _scores(inputs: Inputs, train: Rows, test: Rows) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return score and faults of the rows of `test` by heads fitted on `train`."""
    scale = scale_of(inputs, train[inputs.labelled[train]])
    described = rows_of(inputs.described, test)
    head, classes = fit_faults(inputs, train, scale)
    faults = softmax(logits(head, scale, described))
    support = logits(fit_support(inputs, train, scale), scale, described)[:, 0]
    return support + MIX * log_odds_of_fault(faults), faults, classes


def _known_precision(truth: NDArray[np.bool_], score: Floats) -> float | None:
    return None if np.isnan(score).any() else average_precision(truth, score)


def _accept(score: Floats, slope: float, shift: float) -> Floats:
    found: Floats = 1 / (1 + np.exp(slope * score + shift))
    return found
