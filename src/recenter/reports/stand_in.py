"""Can a model stand in for a person here? And how many answers of people does it save?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recenter.figures.record import Line, Table
from recenter.reports.judged import Judged, one_each, people_mean
from recenter.reports.material import Answer, Material
from recenter.stats.alt_test import Alignment, alternative_annotator_test
from recenter.stats.clustered import Scale
from recenter.stats.estimate import Estimate
from recenter.stats.ppi import prediction_powered_mean

EPSILON = 0.1
"""How much worse than a person a judge may be, for what it saves: as for crowd workers."""
LEAST_PEOPLE = 10
"""Whose items were answered by people, and by the judge alone, before it is said how many answers
a judge saves."""

_ROUGH = "From the widths of the two intervals, and without one of its own."


class Asked(NamedTuple):
    """How answers are compared, and what the figure is that a judge would help with."""

    alignment: Alignment
    figure: str
    """Name of the mean of the answers."""
    scale: Scale


def stand_in(material: Material, of: Judged, asked: Asked) -> tuple[Table, ...]:
    """Return the tables on whether a model may stand in, and how many answers of people it saves.

    The test needs people who answered one by one; the second table needs items that a model
    answered and people did not.
    """
    answers = one_each(material, of.group, of.question)
    models = of.judges("model")
    return (*_test(of, answers, models, asked), *_saved(of, models, asked))


def _test(
    of: Judged, answers: Sequence[Answer], models: Sequence[str], asked: Asked
) -> tuple[Table, ...]:
    if len({one.judge for one in answers}) < 2 or not models:
        return ()
    place = {name: row for row, name in enumerate(of.names)}
    rows = [place[one.item] for one in answers]
    lines = []
    for name in models:
        test = alternative_annotator_test(
            [one.item for one in answers],
            [one.judge for one in answers],
            np.asarray([one.value for one in answers], np.float64),
            of.values[name][rows],
            [of.people[row] for row in rows],
            epsilon=EPSILON,
            alignment=asked.alignment,
        )
        lines.append(Line(name, (test.winning_rate, test.advantage)))
    return (
        Table(
            title="Can a model stand in for a person here?",
            columns=("share of people it may replace", "as near to the others as a person"),
            lines=tuple(lines),
            note="The alternative annotator test, clustered by the remembered person, with "
            f"epsilon {EPSILON}: a model passes that may replace half of the people or more. With "
            "three people the share is one of 0, 1/3, 2/3 and 1; the second figure says more.",
        ),
    )


def _saved(of: Judged, models: Sequence[str], asked: Asked) -> tuple[Table, ...]:
    lines = []
    told = of.consensus if asked.scale == "share" else people_mean(of)
    answered = np.zeros(len(of.names), np.bool_)
    for name in of.judges("person", "majority"):
        answered |= ~np.isnan(of.values[name])
        answered[list(of.unread[name])] = True
    for name in models:
        # A tie of people is no item that they left out: it is in neither part.
        judged = np.where(answered & np.isnan(told), np.nan, of.values[name])
        if not (~np.isnan(judged) & ~answered).any() or np.isnan(told).all():
            continue
        found = prediction_powered_mean(told, judged, of.people, scale=asked.scale)
        people = found.corrected.clusters
        alone = np.flatnonzero(~np.isnan(judged) & ~answered)
        few = min(people, len({of.people[row] for row in alone})) < LEAST_PEOPLE
        saved = Estimate(
            value=None if few else found.saved,
            n=found.corrected.n,
            clusters=people,
            reason=f"It takes {LEAST_PEOPLE} people on either side to tell." if few else _ROUGH,
        )
        lines.append(Line(name, (found.people, found.corrected, found.judge, saved)))
    if not lines:
        return ()
    return (
        Table(
            title="What a model adds to few answers of people",
            columns=(
                f"{asked.figure}, people alone",
                f"{asked.figure}, corrected by the model",
                f"{asked.figure}, model alone",
                "items that people need not answer",
            ),
            lines=tuple(lines),
            note="Prediction-powered inference (PPI++), clustered by person. It holds where the "
            "items that people answered are a random draw of people or items, which the data "
            "cannot show.",
        ),
    )
