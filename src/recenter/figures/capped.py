"""Pictures of very many rows, cut to what can be read: the first and the last, and how many not."""

from __future__ import annotations

from itertools import chain

import msgspec

from recenter.figures.record import Dot, Dots, Grid, Picture
from recenter.stats.estimate import Estimate

MOST_ROWS, MOST_NAMES = 40, 16
"""Rows of a dot plot, and names of a grid."""
_LAST = 8
"""Rows that are kept at the end, where the baselines stand."""


def capped(picture: Picture) -> Picture:
    """Return a picture that can be read: what is left out in the middle is counted in its place.

    Rows keep their order, so that people, who stand first, and baselines, who stand last, are
    shown.
    """
    if isinstance(picture, Dots) and len(picture.rows) > MOST_ROWS:
        first, last, left_out = _kept(len(picture.rows), MOST_ROWS)
        gap = Dot(left_out, Estimate(value=None, reason="Not drawn."))
        rows = (*picture.rows[first], gap, *picture.rows[last])
        return msgspec.structs.replace(picture, rows=rows)
    if isinstance(picture, Grid) and len(picture.names) > MOST_NAMES:
        first, last, left_out = _kept(len(picture.names), MOST_NAMES)
        places = [*range(len(picture.names))]
        shown = [*places[first], *places[last]]
        at = first.stop
        names = [picture.names[place] for place in shown]
        cells = [[picture.cells[i][j] for j in shown] for i in shown]
        blank = [None] * len(shown)
        rows_ = chain(cells[:at], [blank], cells[at:])
        return msgspec.structs.replace(
            picture,
            names=(*names[:at], left_out, *names[at:]),
            cells=tuple((*row[:at], None, *row[at:]) for row in rows_),
        )
    return picture


def _kept(count: int, most: int) -> tuple[slice, slice, str]:
    """Return the first and the last that are shown, one place less than `most`, and the words."""
    last = min(_LAST, most // 2)
    first = most - 1 - last
    return slice(0, first), slice(count - last, count), f"… {count - first - last} more, not drawn"
