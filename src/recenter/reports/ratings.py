"""Ratings of single replies by several people: agreement, and what goes with a higher rating."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Line, Table
from recenter.reports.among import among_people
from recenter.reports.material import Answer, Material
from recenter.reports.section import Section, apart, told
from recenter.stats.clustered import clustered_mean
from recenter.stats.effects import LENGTH, rating_effects

Floats = NDArray[np.float64]

OVERALL, USES = "overall", "uses_persona"
BESIDE = (USES, "maintains_context", "engaging", "natural", "understandable")
"""Questions that a reply is rated on beside the overall one; their section is that one's."""
_WAY = {"higher": "clearly higher", "lower": "clearly lower"}
_SAME = "not clearly higher or lower"
_LIMITS = (
    "A context with its persona is the unit of independence. Raters are known by their place in "
    "the list only, so that their own leanings cannot be told apart.",
    "An effect is what goes with a higher rating among these replies, not what would raise it.",
)


def ratings_section(material: Material, group: str, *, seed: int) -> Section | None:
    """Return the section, or None where replies were not rated as a whole."""
    overall = _means(material.answers, group, OVERALL)
    if not overall:
        return None
    names = list(overall)
    items = [material.items[group, name] for name in names]
    people = [item.person for item in items]
    uses = _means(material.answers, group, USES)
    rating = np.asarray([overall[name] for name in names])
    used = np.asarray([uses.get(name, np.nan) for name in names])
    effects = rating_effects(
        rating,
        people,
        length=np.asarray([item.longer or 0.0 for item in items]),
        covariates={"uses the persona": used} if uses else None,
    )
    terms = [
        Line("length, one standard deviation" if name == LENGTH else name, (figure,))
        for name, figure in effects.terms.items()
    ]
    by_source = [
        Line(source, (clustered_mean(rating[rows], [people[row] for row in rows]),))
        for source, rows in _sources([item.source for item in items]).items()
    ]
    use = effects.terms.get("uses the persona")
    verdict = "Whether a reply uses the persona was not rated, or did not vary."
    if use is not None:
        way = _WAY.get(apart(use), _SAME)
        verdict = (
            f"A reply that all raters find to use the persona is rated {way} overall than one that "
            f"none does, at the same length: by {told(use)} points."
        )
    return Section(
        stage="reply",
        name=f"ratings-{group}",
        title=f"Replies: ratings by several people ({group})",
        verdict=verdict,
        counts={"contexts": len(set(people)), "replies": len(names)},
        tables=(
            *among_people(material, group, USES, scale="nominal", seed=seed),
            *among_people(material, group, OVERALL, scale="ordinal", seed=seed),
            Table(
                title="What goes with the overall rating",
                columns=("points",),
                lines=tuple(terms),
                note="Least squares on the mean rating of each reply, clustered by context.",
            ),
            Table(title="Overall rating by source", columns=("mean",), lines=tuple(by_source)),
        ),
        limits=(*_LIMITS, *(f"{name} is left out: {why}" for name, why in effects.dropped.items())),
    )


def _means(answers: Sequence[Answer], group: str, question: str) -> dict[str, float]:
    """Return the mean rating of each item."""
    found: dict[str, list[float]] = {}
    for one in answers:
        asked = (one.group, one.question, one.kind) == (group, question, "person")
        if asked and one.value is not None:
            found.setdefault(one.item, []).append(one.value)
    return {name: float(np.mean(values)) for name, values in found.items()}


def _sources(names: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        found.setdefault(name, []).append(row)
    return found
