"""Checks of replies: what people and models find right and wrong with those that know a person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Dot, Dots, Line, Table
from recenter.questions import APPLIES, MISAPPLIES, REPLY_CHECKS
from recenter.reports.against import COLUMNS, figures, kept
from recenter.reports.among import among_people
from recenter.reports.judged import Judged, judged
from recenter.reports.material import Material
from recenter.reports.section import Section, told
from recenter.stats.clustered import clustered_share
from recenter.stats.estimate import Estimate

Bools = NDArray[np.bool_]

CHECKS = "checks of replies"
CHECKED = tuple(question.name for question in REPLY_CHECKS)
_UNNAMED = "no generator given"
_LIMITS = (
    "A generator that applies more of what it knows also misapplies more: the two are to be read "
    "together.",
    "People are the majority of those who answered; a tie is in no figure.",
)


def checks_section(material: Material, group: str, *, seed: int) -> Section | None:
    """Return the section, or None where people checked no reply."""
    asked = {one.question for one in material.answers if one.group == group}
    of = {name: judged(material, group, name) for name in CHECKED if name in asked}
    of = {name: one for name, one in of.items() if not np.isnan(one.consensus).all()}
    if not of:
        return None
    by_people = _by_generator(of)
    return Section(
        stage="reply",
        name=f"checks-{group}",
        title=f"Replies: what is right and wrong with them ({group})",
        verdict=_verdict(by_people),
        counts={
            "people": len({person for one in of.values() for person in one.people}),
            "replies": len({name for one in of.values() for name in one.names}),
            "questions": len(of),
        },
        tables=(
            by_people,
            *(table for name, one in of.items() for table in _models(name, one, seed=seed)),
            *(
                table
                for name in of
                for table in among_people(material, group, name, scale="nominal", seed=seed)
            ),
        ),
        pictures=_pictures(by_people),
        limits=_LIMITS,
    )


def _by_generator(of: dict[str, Judged]) -> Table:
    sources = dict.fromkeys(item.source or _UNNAMED for one in of.values() for item in one.items)
    return Table(
        title="What people find, by generator",
        columns=tuple(of),
        lines=tuple(
            Line(source, tuple(_share(one, source) for one in of.values())) for source in sources
        ),
        note="Shares of replies where most people say yes.",
    )


def _share(of: Judged, source: str) -> Estimate | None:
    known = ~np.isnan(of.consensus)
    rows: Bools = known & np.asarray([(item.source or _UNNAMED) == source for item in of.items])
    if not rows.any():
        return None
    return clustered_share(of.consensus[rows] >= 1, kept(of.people, rows))


def _models(name: str, of: Judged, *, seed: int) -> tuple[Table, ...]:
    lines = []
    for model in of.judges("model"):
        read = ~np.isnan(of.values[model]) & ~np.isnan(of.consensus)
        if read.any():
            said, truth = of.values[model][read] >= 1, of.consensus[read] >= 1
            found = figures(truth, said, kept(of.people, read), seed=seed)
            lines.append(Line(model, found))
    if not lines:
        return ()
    return (
        Table(
            title=f"Models against people: {name}",
            columns=("share yes", *COLUMNS[1:]),
            lines=tuple(lines),
        ),
    )


def _pictures(table: Table) -> tuple[Dots, ...]:
    found = []
    for at, name in enumerate(table.columns):
        rows = [Dot(line.name, one) for line in table.lines if (one := line.figures[at])]
        words = "; ".join(f"{row.name} {told(row.figure)}" for row in rows)
        found.append(
            Dots(
                name=name,
                title=f"Replies of which people say: {name}",
                x="share of replies",
                rows=tuple(rows),
                alt=f"Share of replies that {name}, with 95 % intervals: {words}.",
            )
        )
    return tuple(found)


def _verdict(table: Table) -> str:
    parts = []
    for line in table.lines:
        of = dict(zip(table.columns, line.figures, strict=True))
        pair = [of.get(APPLIES.name), of.get(MISAPPLIES.name)]
        if pair[0] is not None and pair[1] is not None:
            parts.append(
                f"{line.name} applies what it knows in {told(pair[0], percent=True)} of replies "
                f"and misapplies it in {told(pair[1], percent=True)}."
            )
    return " ".join(parts) or "Whether what is known was applied and misapplied was not asked both."
