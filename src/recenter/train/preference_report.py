"""The report on a trained preference model: pairs of people left out, longer replies beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Line, Plot, Table
from recenter.progress import Progress, Silent
from recenter.stats.classification import brier, calibration_error
from recenter.stats.estimate import Estimate, estimate
from recenter.train.plots import learning_plot, reliability_plot
from recenter.train.preference import Pairs
from recenter.train.preference_check import (
    accuracy,
    cross_validate,
    learning_curve,
    log_loss,
    people_curve,
)
from recenter.train.preference_examples import Example
from recenter.train.report import Report

Floats = NDArray[np.float64]

TRAINED, LONGER, COIN = "trained", "longer wins", "a coin"
COLUMNS = ("accuracy", "log loss", "Brier", "ECE")
LIMITS = (
    "The model reads form, length and meaning of replies, not a profile of the person.",
    "It says what people preferred among the replies they were shown, by models of that time; on "
    "which side a reply was shown is not known, so a preference for a side is not estimable.",
)


def report(
    examples: Sequence[Example],
    pairs: Pairs,
    *,
    folds: int,
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Return what models say of people they were fitted without; every setting is chosen there."""
    told = progress or Silent()
    left_out = cross_validate(pairs, count=folds, seed=seed, progress=told)
    curve = people_curve(pairs, left_out, progress=told)
    told.start("what a history adds, and intervals", None)
    gains = learning_curve(pairs, left_out, seed=seed)
    history = Table(
        title="What a person's own history adds",
        columns=("accuracy without", "accuracy with", "difference", "difference of log loss"),
        lines=tuple(
            Line(f"{one.shown} known", (one.pooled, one.personal, one.difference, one.log_loss))
            for one in gains
        ),
        note="People with more occasions than the most shown; a log loss below 0 is a gain.",
    )
    return Report(
        kind="preference",
        counts=counts_of(examples),
        split=f"{folds} folds disjoint by person, variances chosen inside the training people",
        tables=(*agreement_tables(examples, left_out.chances), history),
        plots=(
            reliability_of(left_out.chances, seed=seed),
            learning_plot(curve, units="people", figure="accuracy"),
        ),
        limits=LIMITS,
    )


def agreement_tables(examples: Sequence[Example], chances: Floats) -> tuple[Table, Table]:
    """Return how often the preferred reply is told, and the lift over taking the longer one.

    `chances` (n,) are those given to the reply that was preferred.
    """
    longer, asked = longer_wins(examples), _asked(examples)
    coin = np.full(len(chances), 0.5)
    agreed = Table(
        title="Agreement with people",
        columns=COLUMNS,
        lines=(
            _line(TRAINED, asked, chances),
            Line(LONGER, (_accuracy(asked, longer), None, None, None)),
            _line(COIN, asked, coin),
        ),
        note="Accuracy and log loss average within an occasion first; n counts pairs, units are "
        "people.",
    )
    between = estimate(
        lambda one, two, counts: accuracy(one, counts) - accuracy(two, counts),
        asked.people,
        chances,
        longer,
        asked.counts,
    )
    lift = Table(
        title=f"Lift over {LONGER}",
        columns=("accuracy",),
        lines=(Line(f"{TRAINED} above {LONGER}", (between,)),),
        note="Paired difference on the same pairs; above 0 is a gain.",
    )
    return agreed, lift


def longer_wins(examples: Sequence[Example]) -> Floats:
    """Return 1 where the preferred reply is the longer one, .5 where they are as long, (n,)."""
    sizes = np.asarray([(len(one.chosen), len(one.rejected)) for one in examples])
    return np.where(sizes[:, 0] == sizes[:, 1], 0.5, (sizes[:, 0] > sizes[:, 1]) * 1.0)


def reliability_of(chances: Floats, *, seed: int) -> Plot:
    """Return how chances agree with what was preferred, each pair turned by a coin."""
    truth, given = _turned(chances, seed)
    return reliability_plot(truth, {TRAINED: given}, of="preference")


def counts_of(examples: Sequence[Example]) -> dict[str, int]:
    """Return how many pairs, people and occasions there are."""
    return {
        "pairs of replies": len(examples),
        "people": len({one.person for one in examples}),
        "prompts judged by a person": len({one.occasion for one in examples}),
    }


class _Asked(NamedTuple):
    people: list[str]
    counts: Floats
    """How much each pair counts: those of one occasion share one."""


def _asked(examples: Sequence[Example]) -> _Asked:
    times = Counter(one.occasion for one in examples)
    counts = np.asarray([1 / times[one.occasion] for one in examples])
    return _Asked([one.person for one in examples], counts)


def _line(name: str, asked: _Asked, chances: Floats) -> Line:
    people = asked.people
    truth, given = _turned(chances, 0)
    return Line(
        name,
        (
            _accuracy(asked, chances),
            estimate(log_loss, people, chances, asked.counts),
            estimate(brier, people, truth, given),
            estimate(calibration_error, people, truth, given),
        ),
    )


def _accuracy(asked: _Asked, chances: Floats) -> Estimate:
    return estimate(accuracy, asked.people, chances, asked.counts)


def _turned(chances: Floats, seed: int) -> tuple[NDArray[np.bool_], Floats]:
    """Turn each pair by a coin, so that there is something to tell."""
    turned = np.random.default_rng(seed).random(len(chances)) < 0.5
    return ~turned, np.where(turned, 1 - chances, chances)
