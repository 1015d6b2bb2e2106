"""Outright mentions: told by people, by models and from words, and how far these agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Grid, Line, Table
from recenter.reports.against import COLUMNS, figures, kept
from recenter.reports.judged import Judged
from recenter.reports.section import Section, told
from recenter.stats import confusion
from recenter.stats.clustered import clustered_share
from recenter.stats.estimate import Estimate

Floats = NDArray[np.float64]

WORDS = "words (two thirds of what the attribute alone brings)"
PEOPLE = "people"
_LIMITS = (
    "A mention is outright where a reader of the reply alone would learn the attribute.",
    "Told from words, a paraphrase is not seen; a model sees it, and may see what is not there.",
)


def mentions_section(of: Judged, *, seed: int) -> Section | None:
    """Return the section, or None where nothing but words told of mentions."""
    said: dict[str, Floats] = {}
    if not np.isnan(of.consensus).all():
        said[PEOPLE] = of.consensus
    said |= {name: of.values[name] for name in of.judges("model")}
    if not said:
        return None
    words = [np.nan if item.mentions is None else float(item.mentions) for item in of.items]
    said[WORDS] = np.asarray(words)
    shares = Table(
        title="How often a reply names an attribute outright",
        columns=("share",),
        lines=tuple(Line(name, (_share(of, values),)) for name, values in said.items()),
    )
    first = shares.lines[0].figures[0]
    return Section(
        stage="reply",
        name=f"mentions-{of.group}",
        title=f"Replies: what is named outright ({of.group})",
        verdict=f"Told by {shares.lines[0].name}, a reply names "
        f"{'an unknown share' if first is None else told(first, percent=True)} of the attributes "
        "asked about.",
        counts={"people": len(set(of.people)), "replies and attributes": len(of.names)},
        tables=(shares, *_against(of, said, seed=seed)),
        pictures=(_grid(of, said),),
        limits=_LIMITS,
    )


def _share(of: Judged, values: Floats) -> Estimate | None:
    there = ~np.isnan(values)
    return clustered_share(values[there] >= 1, kept(of.people, there)) if there.any() else None


def _against(of: Judged, said: dict[str, Floats], *, seed: int) -> tuple[Table, ...]:
    if PEOPLE not in said:
        return ()
    lines = []
    for name, values in said.items():
        both = ~np.isnan(values) & ~np.isnan(said[PEOPLE])
        if name != PEOPLE and both.any():
            truth, decided = said[PEOPLE][both] >= 1, values[both] >= 1
            lines.append(
                Line(name, figures(truth, decided, kept(of.people, both), seed=seed)),
            )
    table = Table(title="Against people", columns=("share yes", *COLUMNS[1:]), lines=tuple(lines))
    return (table,) if lines else ()


def _grid(of: Judged, said: dict[str, Floats]) -> Grid:
    cells = tuple(
        tuple(1.0 if one is two else _kappa(of, one, two) for two in said.values())
        for one in said.values()
    )
    names = tuple("words" if name == WORDS else name for name in said)
    told_ = "; ".join(
        f"{names[i]} and {names[j]} {cell:.2f}"
        for i, row in enumerate(cells)
        for j, cell in enumerate(row)
        if i < j and cell is not None
    )
    return Grid(
        name="kappa",
        title="Cohen's kappa on outright mentions",
        names=names,
        cells=cells,
        alt=f"Cohen's kappa on mentions: {told_ or 'not estimable'}.",
    )


def _kappa(of: Judged, one: Floats, two: Floats) -> float | None:
    both = ~np.isnan(one) & ~np.isnan(two)
    people = kept(of.people, both)
    found = confusion.figure(confusion.kappa, one[both] >= 1, two[both] >= 1, people, repeats=1)
    return found.value
