"""Chooses the two named settings of a selector, on cases that its models did not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from recenter.errors import InputError
from recenter.models.selector_model import FULL, Setting, margins, match_for
from recenter.stats import classification
from recenter.train.selector_sides import Scored, answers_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

RESTRAINED, AGREEING = "restrained", "agreeing"
ORDINARY_AIM, ELSEWHERE_AIM = 0.91, 0.90
"""What `restrained` must reach on the inner side (d), and its likeness alone on side (c)."""

# The last step of the range lies a rounding error above 1, where there is no quantile.
_CLOSED = np.minimum(np.arange(0.70, 1.0, 0.01), 1.0)
_REPEATS = 100


class _Side(NamedTuple):
    """One row per case (or per answer of people): what decides about it."""

    trained: Floats
    likeness: Floats
    gate: Floats
    size: Floats
    """Number of attributes in the set."""

    def uses(self, setting: Setting) -> Bools:
        used: Bools = self.trained >= setting.study
        if setting.match is not None:
            enough = [match_for(int(n), setting.match, setting.match_step) for n in self.size]
            used = used | (self.likeness >= np.asarray(enough))
        return used if setting.gate is None else used & (self.gate >= setting.gate)


def choose(scored: Sequence[Scored]) -> dict[str, Setting]:
    """Return the settings by name.

    `agreeing` has the threshold with the best F1 against people, the median over resampled people.
    `restrained` adds a likeness that finds planted attributes and is quiet on as many messages of
    side (c) as aimed at, and the least strict gate with which nothing is used on as many ordinary
    messages as aimed at; the strictest where none is enough. It does not hear the kernel machine on
    what is afar, and the gate is not loosened for that.

    Raises:
        InputError: no answer of people is a yes, so that no threshold is better than another.
    """
    answers = answers_of(scored)
    if not answers.truth.any():
        raise InputError(
            f"of {len(answers.truth)} answers that settings are to be chosen on, none is a yes.",
            cure="Train on answers to more messages, or with each message put to more people.",
        )
    people = _Side(
        answers.each(lambda one: one.scores.trained),
        answers.each(lambda one: one.scores.likeness),
        answers.each(lambda one: np.full(len(one.case.attributes), one.scores.gate)),
        answers.each(lambda one: np.full(len(one.case.attributes), len(one.case.attributes))),
    )
    scale = float(people.trained.std()) or 1.0
    study = _smooth_threshold(answers.truth, people.trained, answers.people())
    agreeing = Setting(study=study, study_scale=scale, slope=1.0, shift=0.0)
    restrained = _restrained(scored, float(people.likeness.std()) or 1.0, agreeing)
    return {
        RESTRAINED: calibrated(scored, restrained),
        AGREEING: calibrated(scored, agreeing),
    }


def calibrated(scored: Sequence[Scored], setting: Setting) -> Setting:
    """Return the setting with the slope and shift that make its margins probabilities.

    Platt, "Probabilistic outputs for support vector machines" (1999), with his smoothed targets.
    """
    answers = answers_of(scored)
    margin = answers.each(lambda one: margins(one.scores, setting))
    yes, no = int(answers.truth.sum()), int((~answers.truth).sum())
    wanted = np.where(answers.truth, (yes + 1) / (yes + 2), 1 / (no + 2))

    def loss(at: Floats) -> float:
        odds = at[0] * margin + at[1]
        return float((np.logaddexp(0, odds) - wanted * odds).sum())

    slope, shift = minimize(loss, np.asarray([1.0, 0.0]), method="Nelder-Mead").x
    # A threshold is a margin of 0 only while more margin means more probability.
    return msgspec.structs.replace(setting, slope=max(float(slope), 1e-3), shift=float(shift))


def _smooth_threshold(truth: Bools, scores: Floats, people: Sequence[str]) -> float:
    rng = np.random.default_rng(0)
    names = np.asarray(people)
    rows = [np.flatnonzero(names == name) for name in dict.fromkeys(people)]
    found = []
    for _ in range(_REPEATS):
        drawn = np.concatenate([rows[i] for i in rng.integers(len(rows), size=len(rows))])
        if truth[drawn].any():
            found.append(classification.best_threshold(truth[drawn], scores[drawn]))
    return float(np.median(found))


def _restrained(scored: Sequence[Scored], spread: float, plain: Setting) -> Setting:
    ordinary = _side(scored, "ordinary")
    match, step = _match(scored)
    setting = msgspec.structs.replace(
        plain, match=match, match_step=step, match_scale=spread, heard_afar=False
    )
    for closed in _CLOSED:
        gate = _quantile(ordinary.gate, float(closed))
        setting = msgspec.structs.replace(setting, gate=gate)
        if not len(ordinary.gate) or 1 - ordinary.uses(setting).mean() >= ORDINARY_AIM:
            break
    return setting


def _match(scored: Sequence[Scored]) -> tuple[float | None, float]:
    """Return the likeness that is quiet as often as aimed at, and how it falls with the set.

    The first of each set stand for a smaller one.
    """
    sets = [one.scores.likeness for one in scored if one.case.side == "elsewhere"]
    if not sets:
        return None, 0.0
    sizes = [size for size in (1, 2, 3, 6, 12, FULL) if size <= min(map(len, sets))]
    needed = [np.quantile([of[:size].max() for of in sets], ELSEWHERE_AIM) for size in sizes]
    if len(sizes) < 2:
        return float(needed[-1]), 0.0
    step, at = np.polyfit(np.log2(np.asarray(sizes) / FULL), needed, 1)
    return float(at), max(float(step), 0.0)


def _side(scored: Sequence[Scored], name: str) -> _Side:
    """Return what decides about each case of a side: the highest of all attributes."""
    of = [one.scores for one in scored if one.case.side == name]
    return _Side(
        np.asarray([s.trained.max() for s in of]),
        np.asarray([s.likeness.max() for s in of]),
        np.asarray([s.gate for s in of]),
        np.asarray([len(s.trained) for s in of]),
    )


def _quantile(values: Floats, share: float) -> float | None:
    return float(np.quantile(values, share)) if len(values) else None
