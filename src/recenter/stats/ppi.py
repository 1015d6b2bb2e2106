"""A mean from few answers of people and many of a judge, people being the independent units."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from recenter.stats.clustered import (
    NOTHING,
    Column,
    Floats,
    Ints,
    Names,
    Part,
    Scale,
    codes,
    interval,
    part,
    spread,
)
from recenter.stats.estimate import LEAST, Estimate

_ALONE = (
    f"What the judge alone answered is of fewer than {LEAST} people, or never differs: it is not "
    "used."
)

By = Literal["item", "person"]


class PredictionPowered(msgspec.Struct, frozen=True, kw_only=True):
    """The corrected mean, and what people alone and the judge alone would have said."""

    corrected: Estimate
    """The judge's mean, put right by what people answered. Its n counts people's answers."""
    people: Estimate
    """The mean of people's answers alone."""
    judge: Estimate
    """The judge's mean over all rows. It may be anywhere: nothing corrects it."""
    power: float | None = None
    """How far the judge is relied on, lambda: 0 not at all, 1 fully."""
    effective: float | None = None
    """Answers of people that would give as narrow an interval without the judge."""

    @property
    def saved(self) -> float | None:
        """Answers of people that the judge makes up for."""
        return None if self.effective is None else self.effective - self.corrected.n


def prediction_powered_mean(
    answers: Column,
    judged: Column,
    clusters: Names,
    *,
    by: By = "item",
    power: float | None = None,
    scale: Scale = "linear",
    level: float = 0.95,
) -> PredictionPowered:
    """Return the mean of `answers`, NaN where people gave none, with help of `judged` on all rows.

    m = lambda mean_U(f) + mean_L(y - lambda f), L the rows that people answered, U the others:
    Angelopoulos, Duchi & Zrnic, "PPI++: Efficient Prediction-Powered Inference" (2023). The error
    is summed by cluster over both parts, so that a person may be in both; `power`, lambda, is the
    one in [0, 1] that makes this clustered variance least, unless given. A lambda found on few
    people flatters itself, so each person's error is taken with the lambda of all others. The t
    interval has the freedom of the people who answered, or of those whom the judge alone answered
    for where these are fewer; of fewer than five of those the judge is not used. `scale="share"`
    suits yes-or-no answers.

    It holds where the rows that people answered are a random draw of people, or of rows. `by`
    says whether every item counts the same, or every person. Rows the judge left NaN are left out.
    """
    human, machine = np.asarray(answers, np.float64), np.asarray(judged, np.float64)
    usable = ~np.isnan(machine)
    human, machine, groups = human[usable], machine[usable], codes(clusters)[usable]
    means = _Means(by, int(groups.max(initial=-1)) + 1, scale, level)
    judge = means.alone(machine, groups)
    told = ~np.isnan(human)
    people = means.alone(human[told], groups[told])
    n = int(told.sum())
    if not n or n == len(told):
        return PredictionPowered(
            corrected=people, people=people, judge=judge, power=0.0 if n else None, effective=n
        )
    y = means.part(human[told], groups[told])
    on, off = (means.part(machine[rows], groups[rows]) for rows in (told, ~told))
    if off.clusters < LEAST or (_flat(off.errors) and not _flat(on.errors)):
        # Of few people, or of none who differ, the judge's mean would be taken for sure.
        return PredictionPowered(
            corrected=msgspec.structs.replace(people, reason=people.reason or _ALONE),
            people=people,
            judge=judge,
            power=0.0,
            effective=n,
        )
    errors = on.errors - off.errors
    still = _flat(errors, np.abs(machine).max())
    tuned = 0.0 if still else float(np.clip(y.errors @ errors / (errors @ errors), 0, 1))
    chosen = tuned if power is None else power
    combined = y.errors - chosen * errors
    if power is None and 0 < tuned < 1:
        combined = _left_out(combined, errors)
    value = y.value - chosen * (on.value - off.value)
    left = spread(combined)
    scarce = min(y, off, key=lambda found: found.effective) if chosen else y
    return PredictionPowered(
        corrected=msgspec.structs.replace(
            interval(value, combined, scarce, n=n, scale=scale, level=level), clusters=y.clusters
        ),
        people=people,
        judge=judge,
        power=chosen,
        effective=n * (spread(y.errors) / left) ** 2 if left > 0 else None,
    )


def _flat(errors: Floats, scale: float = 1.0) -> bool:
    return spread(errors) <= 1e-12 * scale


class _Means(msgspec.Struct, frozen=True):
    by: By
    count: int
    scale: Scale
    level: float

    def part(self, values: Floats, groups: Ints) -> Part:
        weights = np.ones(len(values))
        if self.by == "person":
            weights = 1 / np.bincount(groups, minlength=self.count)[groups]
        return part(weights * values, weights, groups, self.count)

    def alone(self, values: Floats, groups: Ints) -> Estimate:
        if not len(values):
            return Estimate(value=None, reason=NOTHING)
        found = self.part(values, groups)
        return interval(
            found.value,
            found.errors,
            found,
            n=len(values),
            scale=self.scale,
            level=self.level,
        )


def _left_out(residuals: Floats, regressor: Floats) -> Floats:
    """Residuals of a line through the origin, each from the line fitted to all the others."""
    leverage = regressor**2 / (regressor @ regressor)
    return residuals / np.maximum(1 - leverage, 1e-12)
