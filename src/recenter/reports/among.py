"""How far people agree among themselves: the measure that any model has to be held to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Line, Table
from recenter.reports.judged import Judged, one_each, repeated
from recenter.reports.material import Material
from recenter.stats.agreement import (
    Scale,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from recenter.stats.ceiling import LeftOneOut, leave_one_out
from recenter.stats.clustered import clustered_share
from recenter.stats.estimate import Estimate
from recenter.stats.judgments import MOST_ANSWERS, Weights
from recenter.stats.kappa import cohen_kappa, mean_kappa, pairwise_kappa

_MOST_RATERS, _MOST_AVERAGED = 6, 60
"""Raters of whom each pair is shown, and of whom all pairs are averaged."""


def among_people(
    material: Material, group: str, question: str, *, scale: Scale, seed: int
) -> tuple[Table, ...]:
    """Return agreement of the people who answered one by one, and of each with themselves later.

    None where no item has the answers of two.
    """
    told = one_each(material, group, question)
    items, raters = [one.item for one in told], [one.judge for one in told]
    if len(set(raters)) < 2 or len(set(items)) == len(items):
        return ()
    people = [material.items[group, name].person for name in items]
    values = [one.value for one in told if one.value is not None]
    columns = (items, raters, values, people)
    if len(set(values)) > MOST_ANSWERS:
        fine = krippendorff_alpha(*columns, scale="interval", seed=seed)
        return (_table(question, [Line("Krippendorff's alpha (interval)", (fine,))]),)
    weights: Weights = "unweighted" if scale == "nominal" else "quadratic"
    kappa = "Cohen's kappa" if scale == "nominal" else "Cohen's kappa (quadratic)"
    alpha = krippendorff_alpha(*columns, scale=scale, seed=seed)
    lines = [
        Line("percent agreement", (percent_agreement(*columns, seed=seed),)),
        Line(f"Krippendorff's alpha ({scale})", (alpha,)),
        Line("Fleiss's kappa", (fleiss_kappa(*columns, seed=seed),)),
        Line(
            "Gwet's AC1" if scale == "nominal" else "Gwet's AC2 (quadratic)",
            (gwet_ac(*columns, weights=weights, seed=seed),),
        ),
    ]
    if len(set(raters)) <= _MOST_AVERAGED:
        mean = mean_kappa(*columns, weights=weights, seed=seed)
        lines.append(Line(f"{kappa}, mean of pairs", (mean,)))
    if 2 < len(set(raters)) <= _MOST_RATERS:
        pairs = pairwise_kappa(*columns, weights=weights, seed=seed)
        lines += [Line(f"{kappa}, {a} and {b}", (of,)) for (a, b), of in pairs.items()]
    if scale == "nominal":
        lines += _against_the_rest(columns)
    lines += _with_themselves(material, group, question, seed=seed)
    return (_table(question, lines),)


def human_f1(of: Judged) -> Estimate | None:
    """Return the F1 of one person against the majority of the others, on a question of yes and no.

    None where no item has the answers of two people who answered one by one.
    """
    answered = [
        (name, judge, value, person)
        for judge in of.judges("person")
        for name, value, person in zip(of.names, of.values[judge].tolist(), of.people, strict=True)
        if not np.isnan(value)
    ]
    if len({name for name, *_ in answered}) == len(answered):
        return None
    left = leave_one_out(*map(list, zip(*answered, strict=True)))
    return _f1(left, np.ones(len(left.rest), np.bool_))


def _f1(left: LeftOneOut, rows: NDArray[np.bool_]) -> Estimate:
    truth, said = left.rest.astype(float) >= 1, left.answers.astype(float) >= 1
    hit = 2.0 * (truth & said)[rows]
    whole = truth[rows].astype(float) + said[rows]
    return clustered_share(hit, [left.clusters[row] for row in np.flatnonzero(rows)], of=whole)


def _against_the_rest(columns: tuple[list[str], list[str], list[float], list[str]]) -> list[Line]:
    """Return the human ceiling: F1 of each person against the majority of the others."""
    left = leave_one_out(*columns)
    raters = np.asarray(left.raters, dtype=object)
    everyone = {"one person": np.ones(len(raters), np.bool_)}
    if len(set(left.raters)) <= _MOST_RATERS:
        everyone |= {str(name): raters == name for name in dict.fromkeys(left.raters)}
    return [
        Line(f"F1, {name} against the majority of the rest", (_f1(left, rows),))
        for name, rows in everyone.items()
    ]


def _table(question: str, lines: list[Line]) -> Table:
    return Table(
        title=f"People among themselves: {question}",
        columns=("agreement",),
        lines=tuple(lines),
        note="n counts answers; items that only one person answered are left out. Chance-"
        "corrected figures are low where one answer is rare, at the same agreement.",
    )


def _with_themselves(material: Material, group: str, question: str, *, seed: int) -> list[Line]:
    lines = []
    for judge, both in repeated(material, group, question).items():
        people = [material.items[group, item].person for item, _ in both]
        answers = np.asarray([values for _, values in both])
        figure: Estimate = cohen_kappa(answers[:, 0], answers[:, 1], people, seed=seed)
        lines.append(Line(f"Cohen's kappa, {judge} and {judge} again", (figure,)))
    return lines
