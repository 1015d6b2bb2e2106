"""Preferences: which reply a person chose, and how often a judge would have chosen the same."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Dot, Dots, Line, Table
from recenter.reports.against import kept
from recenter.reports.judged import Judged
from recenter.reports.section import Section, apart, listed, told
from recenter.stats.clustered import clustered_mean, clustered_share
from recenter.stats.effects import adjusted_win_rate
from recenter.stats.estimate import Estimate

Floats = NDArray[np.float64]

LONGER = "the longer reply wins"
_LIMITS = (
    "Each occasion counts once: pairs of one occasion are averaged first.",
    "A tie counts as half agreement. An answer that could not be read is left out and counted.",
    "A judge asked under other conditions (what it knew of the person, whether it could tie) is "
    "listed as another judge, and need not have answered the same pairs.",
)


class _Occasions(NamedTuple):
    """A figure for each occasion, the mean over its pairs, and whose it is."""

    people: list[str]
    values: tuple[Floats, ...]


def preference_section(of: Judged) -> Section | None:
    """Return the section, or None where no model answered and no length is known."""
    models = of.judges("model")
    longer = np.asarray([item.longer or 0.0 for item in of.items])
    wins = np.where(longer > 0, 1.0, np.where(longer < 0, 0.0, 0.5))
    if not models and not longer.any():
        return None
    lines = [_baseline(of, wins)]
    lines += [_line(of, name, wins, longer) for name in models]
    table = Table(
        title="Agreement with the person's own choice",
        columns=(
            "agrees",
            "above the longer reply",
            "agrees at the same length",
            "prefers the longer",
            "agrees where the person chose the shorter",
            "unread",
        ),
        lines=tuple(lines),
        note="n counts occasions; pairs in the last column, and at the same length, which is by "
        "logistic regression on how much longer the chosen reply is, clustered by person.",
    )
    return Section(
        stage="reply",
        name=f"preferences-{of.group}",
        title=f"Replies: what the person chose ({of.group})",
        verdict=_verdict(table),
        counts={
            "people": len(set(of.people)),
            "occasions": len({item.prompt for item in of.items}),
            "pairs": len(of.items),
            "judges": len(models),
        },
        tables=(table,),
        pictures=(_picture(table),),
        limits=_LIMITS,
    )


def _baseline(of: Judged, wins: Floats) -> Line:
    everything = np.ones(len(wins), np.bool_)
    agrees = _occasions(of, everything, wins)
    shorter = _occasions(of, wins == 0, wins)
    return Line(
        LONGER,
        (
            clustered_share(agrees.values[0], agrees.people),
            None,
            None,
            None,
            clustered_share(shorter.values[0], shorter.people),
            None,
        ),
    )


def _line(of: Judged, name: str, wins: Floats, longer: Floats) -> Line:
    said = of.values[name]
    read = ~np.isnan(said)
    agrees = _occasions(of, read, said, wins)
    of_longer = np.where(longer > 0, said, 1 - said)
    chosen = _occasions(of, read & (longer != 0), of_longer)
    shorter = _occasions(of, read & (longer < 0), said)
    return Line(
        name,
        (
            clustered_share(agrees.values[0], agrees.people),
            clustered_mean(agrees.values[0] - agrees.values[1], agrees.people),
            adjusted_win_rate(said, of.people, length=longer).adjusted if longer.any() else None,
            clustered_share(chosen.values[0], chosen.people),
            clustered_share(shorter.values[0], shorter.people),
            _unread(of, name, read),
        ),
    )


def _unread(of: Judged, name: str, read: NDArray[np.bool_]) -> Estimate:
    lost = of.unread[name]
    asked = int(read.sum()) + lost
    people = len(set(kept(of.people, read)))
    return Estimate(value=lost / asked if asked else None, n=asked, clusters=people)


def _occasions(of: Judged, rows: NDArray[np.bool_], *columns: Floats) -> _Occasions:
    places: dict[tuple[str, str], list[int]] = {}
    for row in np.flatnonzero(rows).tolist():
        places.setdefault((of.people[row], of.items[row].prompt), []).append(row)
    means = tuple(
        np.asarray([column[some].mean() for some in places.values()]) for column in columns
    )
    return _Occasions([person for person, _ in places], means)


def _picture(table: Table) -> Dots:
    rows = [Dot(line.name, line.figures[0]) for line in table.lines if line.figures[0] is not None]
    words = "; ".join(f"{row.name} {told(row.figure)}" for row in rows)
    return Dots(
        name="agreement",
        title="Agreement with the person's own choice",
        x="share of occasions",
        rows=tuple(rows),
        reference=0.5,
        alt=f"Agreement with the person, with 95 % intervals; chance is 0.5: {words}.",
    )


def _verdict(table: Table) -> str:
    base = table.lines[0].figures[0]
    known = "" if base is None else f"The longer reply is the chosen one in {told(base)}. "
    sides: dict[str, list[str]] = {"higher": [], "lower": []}
    same: list[str] = []
    for line in table.lines[1:]:
        figure = line.figures[1]
        if figure is not None:
            sides.get(apart(figure), same).append(line.name)
    parts = []
    if sides["higher"]:
        parts.append(f"Clearly above that on the same pairs: {listed(sides['higher'])}.")
    if sides["lower"]:
        parts.append(f"Clearly below: {listed(sides['lower'])}.")
    if same:
        verb = "is" if len(same) == 1 else "are"
        parts.append(f"{len(same)} of {len(table.lines) - 1} judges {verb} not told apart from it.")
    return known + (" ".join(parts) or "No model answered.")
