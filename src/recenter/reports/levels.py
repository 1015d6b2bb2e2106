"""Relevance on five levels: how people would have an attribute bear on an answer."""

from __future__ import annotations

import numpy as np

from recenter.figures.record import Dot, Dots, Line, Table
from recenter.questions import RELEVANT_FIVE
from recenter.reports.among import among_people
from recenter.reports.material import Material
from recenter.reports.section import Section, told
from recenter.stats.clustered import clustered_share

_AVOID = RELEVANT_FIVE.values.index("avoid")


def levels_section(material: Material, group: str, question: str, *, seed: int) -> Section | None:
    """Return the section, or None where nobody answered."""
    answers = [
        one
        for one in material.answers
        if (one.group, one.question) == (group, question) and one.value is not None
    ]
    people = [one for one in answers if one.kind != "model"]
    if not people:
        return None
    lines = []
    for name in ("people", *dict.fromkeys(one.judge for one in answers if one.kind == "model")):
        own = people if name == "people" else [one for one in answers if one.judge == name]
        whose = [material.items[group, one.item].person for one in own]
        values = np.asarray([one.value for one in own])
        shares = (clustered_share(values == at, whose) for at in range(len(RELEVANT_FIVE.values)))
        lines.append(Line(name, tuple(shares)))
    table = Table(
        title="Share of answers at each level",
        columns=tuple(answer.label for answer in RELEVANT_FIVE.answers),
        lines=tuple(lines),
        note="n counts answers.",
    )
    rows = []
    for label, figure in zip(table.columns, lines[0].figures, strict=True):
        if figure is not None:
            rows.append(Dot(label, figure))
    words = "; ".join(f"{row.name} {told(row.figure)}" for row in rows)
    avoid = lines[0].figures[_AVOID]
    return Section(
        stage="selection",
        name=f"levels-{group}",
        title=f"Selection on five levels ({group})",
        verdict=""
        if avoid is None
        else f"People would avoid using {told(avoid, percent=True)} of "
        "the attributes: more than leaving them out, using them would make the answer worse.",
        counts={"answers of people": len(people), "attributes": len({a.item for a in people})},
        tables=(table, *among_people(material, group, question, scale="ordinal", seed=seed)),
        pictures=(
            Dots(
                name="levels",
                title="Relevance on five levels, by people",
                x="share of answers",
                rows=tuple(rows),
                alt=f"Share of people's answers at each level, with 95 % intervals: {words}.",
            ),
        ),
        limits=("Each person's answer counts; here no majority is made.",),
    )
