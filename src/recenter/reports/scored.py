"""Judges that give probabilities: how well these rank, and whether they are what they say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Line, Table
from recenter.reports.against import kept
from recenter.reports.judged import Judged
from recenter.stats import classification
from recenter.stats.estimate import Estimate, estimate

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

_LEAST = 10
"""Answers with a probability, from which on a judge has a row."""


def scored(
    of: Judged, rows: NDArray[np.intp], truth: Bools, people: Sequence[str], *, seed: int
) -> tuple[Table, ...]:
    """Return AUC, average precision, Brier score and calibration error of each such judge.

    `truth` is of the answer that the probability is of, on the rows.
    """
    lines = []
    for name in of.judges("model"):
        given = of.probabilities[name][rows]
        read = ~np.isnan(given)
        if read.sum() >= _LEAST:
            lines.append(Line(name, _figures(truth[read], given[read], kept(people, read), seed)))
    if not lines:
        return ()
    base = np.full(len(truth), truth.mean())
    lines.append(Line("always the share of people", _figures(truth, base, people, seed)))
    return (
        Table(
            title="Probabilities against people",
            columns=("AUC", "average precision", "Brier score", "calibration error"),
            lines=tuple(lines),
            note="The Brier score and the expected calibration error are best at 0.",
        ),
    )


def _figures(truth: Bools, given: Floats, people: Sequence[str], seed: int) -> tuple[Estimate, ...]:
    of = (
        classification.auc,
        classification.average_precision,
        classification.brier,
        classification.calibration_error,
    )
    return tuple(estimate(figure, people, truth, given, seed=seed) for figure in of)
