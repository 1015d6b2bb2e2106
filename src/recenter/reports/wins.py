"""How often the reply that knows the person wins, as it is and where both are of one length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Line, Table
from recenter.questions import BETTER
from recenter.reports.judged import Judged
from recenter.reports.material import Answer, Material
from recenter.stats.effects import LENGTH, adjusted_win_rate
from recenter.stats.estimate import Estimate

Floats = NDArray[np.float64]

MIDDLE = float(1 + len(BETTER.answers)) / 2
_NO_LENGTHS = "The lengths of the replies are not in the data."


class _Rows(NamedTuple):
    """Ratings, one row each."""

    values: Floats
    people: list[str]
    raters: list[str]
    sources: list[str]
    longer: Floats
    first: Floats
    """1 where the reply that is rated was shown first, 0 where second, or not a number."""


def wins(material: Material, of: Judged) -> tuple[Table, ...]:
    """Return how often the reply that is rated wins by people, by generator, and by each judge."""
    answers = [
        one
        for one in material.answers
        if (one.group, one.question) == (of.group, of.question)
        and not one.again
        and one.value is not None
    ]
    people = _rows(material, [one for one in answers if one.kind == "person"])
    lines = [_line("people", people, raters=people.raters)]
    sources = dict.fromkeys(source for source in people.sources if source)
    for source in sources if len(sources) > 1 else ():
        some = _some(people, [one == source for one in people.sources])
        lines.append(_line(f"people, on replies of {source}", some, raters=some.raters))
    lines += [
        _line(name, _rows(material, [one for one in answers if one.judge == name]))
        for name in of.judges("model")
    ]
    return (
        Table(
            title="How often the reply that knows the person wins",
            columns=("wins", "wins at the same length", "log odds of a longer reply"),
            lines=tuple(lines),
            note="A tie is half a win; 0.5 is no difference. At the same length, and shown first "
            "as often as second where that is known: by logistic regression, clustered by person, "
            "and by rater where there are several. The last column is what one standard deviation "
            "more length adds. n counts ratings, of judges one for each order.",
        ),
    )


def half(ratings: Floats) -> Floats:
    """Turn ratings around the middle into preferences: 1, 0, or 1/2 a tie."""
    found: Floats = (np.sign(ratings - MIDDLE) + 1) / 2
    return found


def _line(name: str, rows: _Rows, *, raters: list[str] | None = None) -> Line:
    known = ~np.isnan(rows.first)
    # Where most don't say the side, it is not held equal; else what does not say it is left out.
    sides = rows.first if 2 * known.sum() >= len(known) else None
    lengths = None if np.isnan(rows.longer).all() else rows.longer
    found = adjusted_win_rate(
        half(rows.values),
        rows.people,
        raters if raters is not None and len(set(raters)) > 1 else None,
        position=sides,
        length=lengths,
    )
    adjusted = found.adjusted
    if lengths is None:
        adjusted = Estimate(value=None, n=len(rows.values), reason=_NO_LENGTHS)
    elif LENGTH in found.dropped and np.nan_to_num(rows.longer).any():
        why = f"Length cannot be held equal. {found.dropped[LENGTH]}"
        adjusted = Estimate(value=None, n=len(rows.values), reason=why)
    return Line(name, (found.raw, adjusted, found.log_odds.get(LENGTH)))


def _rows(material: Material, answers: Sequence[Answer]) -> _Rows:
    items = [material.items[one.group, one.item] for one in answers]
    return _Rows(
        np.asarray([one.value for one in answers], np.float64),
        [item.person for item in items],
        [one.judge for one in answers],
        [item.source for item in items],
        np.asarray([np.nan if i.longer is None else i.longer for i in items], np.float64),
        np.asarray([_FIRST.get(one.position or "", np.nan) for one in answers], np.float64),
    )


_FIRST = {"first": 1.0, "second": 0.0}


def _some(rows: _Rows, chosen: Sequence[bool]) -> _Rows:
    places = np.flatnonzero(chosen)
    return _Rows(
        rows.values[places],
        [rows.people[place] for place in places],
        [rows.raters[place] for place in places],
        [rows.sources[place] for place in places],
        rows.longer[places],
        rows.first[places],
    )
