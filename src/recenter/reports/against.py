"""Decisions held to people: the figures that every table of judges shows, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recenter.reports.judged import Judged
from recenter.stats import confusion
from recenter.stats.clustered import clustered_share
from recenter.stats.estimate import Estimate

Bools = NDArray[np.bool_]

COLUMNS = ("share used", "precision", "recall", "F1", "specificity", "kappa")


def figures(
    truth: Bools, decided: Bools, people: Sequence[str], *, seed: int
) -> tuple[Estimate, ...]:
    """Return the figures of `COLUMNS` for decisions on rows of some people.

    Shares have the closed interval that holds its level with few people; kappa, which is no share,
    is resampled.
    """
    hit = truth & decided
    return (
        clustered_share(decided, people),
        clustered_share(hit, people, of=decided),
        clustered_share(hit, people, of=truth),
        clustered_share(2.0 * hit, people, of=truth.astype(float) + decided),
        clustered_share(~truth & ~decided, people, of=~truth),
        confusion.figure(confusion.kappa, truth, decided, people, seed=seed),
    )


def unread(of: Judged, judge: str) -> Estimate:
    """Return the share of a judge's answers that could not be read."""
    lost, read = of.unread[judge], np.flatnonzero(~np.isnan(of.values[judge])).tolist()
    whose = [of.people[row] for row in (*lost, *read)]
    return clustered_share(np.r_[np.ones(len(lost)), np.zeros(len(read))], whose)


def kept(names: Sequence[str], rows: Bools) -> list[str]:
    """Return the names of the rows that are kept."""
    return [name for name, keep in zip(names, rows, strict=True) if keep]
