"""Plots of how probabilities and scores of left-out rows agree with what is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Plot, Point, Series
from recenter.stats.classification import precision_recall, reliability
from recenter.stats.estimate import Estimate

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def reliability_plot(truth: Bools, probabilities: Mapping[str, Floats], *, of: str) -> Plot:
    """Return mean probability against share true, in ten bins of rows, equal but for ties."""
    series = tuple(
        Series(
            name,
            tuple(Point(x=mean, y=share, n=n) for mean, share, n in reliability(truth, values)),
        )
        for name, values in probabilities.items()
    )
    told = "; ".join(f"{one.name}: {_off(one)}" for one in series)
    return Plot(
        name="reliability",
        title=f"Reliability: {of}",
        x="mean probability",
        y="share true",
        series=series,
        diagonal=True,
        alt=f"Reliability plot of {len(truth)} rows in ten bins, best on the diagonal. {told}.",
    )


def precision_recall_plot(truth: Bools, scores: Mapping[str, Floats], *, of: str) -> Plot:
    """Return precision at every recall, beside the precision of saying yes to everything."""
    curves = {name: precision_recall(truth, values) for name, values in scores.items()}
    series = [
        Series(name, tuple(Point(x=recall, y=precision) for recall, precision in curve))
        for name, curve in curves.items()
    ]
    share = float(truth.mean()) if len(truth) else 0.0
    series.append(Series("yes to everything", (Point(x=0.0, y=share), Point(x=1.0, y=share))))
    told = "; ".join(f"{name} {_at_half(curve)}" for name, curve in curves.items())
    return Plot(
        name="precision-recall",
        title=f"Precision and recall: {of}",
        x="recall",
        y="precision",
        series=tuple(series),
        alt=f"Precision against recall on {len(truth)} rows. At a recall of one half: {told}; "
        f"yes to everything {share:.2f}.",
    )


def learning_plot(
    found: Sequence[tuple[int, Estimate]], *, units: str, figure: str, note: str = ""
) -> Plot:
    """Return a figure on units left out against the number of units that were trained on."""
    points = tuple(
        Point(x=float(count), y=one.value, low=one.low, high=one.high, n=one.n)
        for count, one in found
        if one.value is not None
    )
    told = ", ".join(f"{point.y:.2f} at {point.x:.0f}" for point in points)
    return Plot(
        name="learning-curve",
        title=f"Learning curve: {figure} on {units} left out",
        x=f"{units} trained on",
        y=figure,
        series=(Series("trained", points),),
        alt=f"{figure} on {units} left out, by how many {units} were trained on: "
        f"{told or 'not estimable'}. Bars are 95 % intervals, resampling {units}.{note}",
    )


def _off(series: Series) -> str:
    """Return the bin that is farthest from the diagonal, in words."""
    if not series.points:
        return "no rows"
    worst = max(series.points, key=lambda point: abs(point.x - point.y))
    return f"farthest where {worst.x:.2f} was said and {worst.y:.2f} was true"


def _at_half(curve: Sequence[tuple[float, float]]) -> str:
    found = [precision for recall, precision in curve if recall >= 0.5]
    return f"{found[0]:.2f}" if found else "not reached"
