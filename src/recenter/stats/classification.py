"""How well decisions, scores and probabilities agree with yes-or-no answers.

`truth` and `decided` are boolean columns, `scores` any numbers, `probabilities` and `soft` truth in
[0, 1]; all of one length. A figure that the columns do not determine is None.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

BINS = 10


def precision(truth: Bools, decided: Bools) -> float | None:
    """Return the share of the positive decisions that are right."""
    return float((truth & decided).sum() / decided.sum()) if decided.any() else None


def recall(truth: Bools, decided: Bools) -> float | None:
    """Return the share of the true ones that were decided positive."""
    return float((truth & decided).sum() / truth.sum()) if truth.any() else None


def specificity(truth: Bools, decided: Bools) -> float | None:
    """Return the share of the false ones that were decided negative."""
    return recall(~truth, ~decided)


def f1(truth: Bools, decided: Bools) -> float | None:
    """Return the harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN)."""
    total = int(truth.sum()) + int(decided.sum())
    return float(2 * (truth & decided).sum() / total) if total else None


def soft_precision(soft: Floats, decided: Bools) -> float | None:
    """Return the share of the positive decisions that is right, by the expected counts.

    `soft` is how probably each row is true, such as the share of raters who said so: it counts as
    true in that measure, and as false in the rest. With truths of 0 and 1 this is `precision`.
    """
    return float(soft @ decided / decided.sum()) if decided.any() else None


def soft_recall(soft: Floats, decided: Bools) -> float | None:
    """Return the share of what is true that was decided positive, by the expected counts."""
    total = soft.sum()
    return float(soft @ decided / total) if total else None


def soft_f1(soft: Floats, decided: Bools) -> float | None:
    """Return 2 TP / (2 TP + FP + FN) of the expected counts.

    Where raters differ, no decisions reach 1.
    """
    total = soft.sum() + decided.sum()
    return float(2 * (soft @ decided) / total) if total else None


def share(decided: Bools) -> float | None:
    """Return the share of positive decisions."""
    return float(decided.mean()) if len(decided) else None


def auc(truth: Bools, scores: Floats) -> float | None:
    """Return the chance that a true row has the higher score than a false one, ties as half.

    Hanley & McNeil (1982): the Mann-Whitney statistic over the number of pairs.
    """
    positive = int(truth.sum())
    negative = len(truth) - positive
    if not positive or not negative:
        return None
    ranks = rankdata(scores)[truth].sum()
    return float((ranks - positive * (positive + 1) / 2) / (positive * negative))


def average_precision(truth: Bools, scores: Floats) -> float | None:
    """Return the mean precision over the recall steps, without interpolation; ties count as one.

    AP = sum_n (R_n - R_{n-1}) P_n: Manning et al., "Introduction to Information Retrieval"
    (2008), ch. 8.
    """
    if not truth.any():
        return None
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    last = np.append(np.diff(scores[order]) != 0, True)
    found, taken = hits[last], np.flatnonzero(last) + 1
    return float(np.sum(np.diff(found, prepend=0) * found / taken) / truth.sum())


def precision_recall(truth: Bools, scores: Floats) -> list[tuple[float, float]]:
    """Return recall and precision at every threshold, recall rising; nothing where none is true."""
    if not truth.any():
        return []
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    last = np.append(np.diff(scores[order]) != 0, True)
    found, taken = hits[last], np.flatnonzero(last) + 1
    return list(zip((found / truth.sum()).tolist(), (found / taken).tolist(), strict=True))


def brier(truth: Bools, probabilities: Floats) -> float | None:
    """Return the mean squared distance of the probabilities from what is true. Brier (1950)."""
    return float(np.mean((probabilities - truth) ** 2)) if len(truth) else None


def calibration_error(truth: Bools, probabilities: Floats) -> float | None:
    """Return the expected calibration error over ten bins, as equal in rows as ties allow.

    ECE = sum_b (n_b / n) |mean probability - share true|: Naeini et al. (2015), with bins of
    equal mass as in Nixon et al., "Measuring Calibration in Deep Learning" (2019).
    """
    if not len(truth):
        return None
    return float(sum(len(p) * abs(p.mean() - t.mean()) for p, t in _bins(truth, probabilities))) / (
        len(truth)
    )


def reliability(truth: Bools, probabilities: Floats) -> list[tuple[float, float, int]]:
    """Return mean probability, share true and number of rows of each of the bins."""
    return [
        (float(p.mean()), float(t.mean()), len(p)) for p, t in _bins(truth, probabilities) if len(p)
    ]


def best_threshold(truth: Bools, scores: Floats) -> float:
    """Return the score from which on F1 is highest when every row at or above it is decided yes.

    Ties go to the higher threshold, which decides yes less often.
    """
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    figures = 2 * hits / (truth.sum() + np.arange(1, len(truth) + 1))
    last = np.append(np.diff(scores[order]) != 0, True)
    return float(scores[order][int(np.argmax(np.where(last, figures, -1.0)))])


def _bins(truth: Bools, probabilities: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Yield probabilities and truth of each bin, the lowest first.

    Rows of one probability are in the bin of the middle one of them, all of them: cut in two, the
    bins would depend on the order of the rows.
    """
    order = np.argsort(probabilities, kind="stable")
    parts = np.array_split(order, max(min(BINS, len(order)), 1))
    bin_of = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    starts = np.flatnonzero(np.append(True, np.diff(probabilities[order]) != 0)[: len(order)])
    middles = (starts + np.append(starts[1:], len(order)) - 1) // 2
    cuts = starts[1:][np.diff(bin_of[middles]) > 0]
    for rows in np.split(order, cuts):
        yield probabilities[rows], truth[rows].astype(np.float64)
