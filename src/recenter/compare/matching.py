"""Differences between corpora at the same length of conversation.

Conversations are parted into strata by their length, the same for both corpora; every figure is
taken within a stratum and averaged over those in which both corpora have enough independent units,
by overlap weights (`contrast.overlap_weights`): two in a stratum often do not differ by chance
alone, and the interval comes out too narrow. What lies outside of the common range is not compared,
and how much that is, is told. Within a stratum lengths may still differ a little: the mean that is
left is told, too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from recenter.compare.measure import Rows, bounded, contrasted
from recenter.compare.records import Corpus, Talk
from recenter.stats.clustered import Part, codes
from recenter.stats.contrast import overlap_weights, standardised, strata_with
from recenter.stats.estimate import LEAST, Estimate

BINS = 9
"""Parts of all conversations at most, as near as can be: three of each length where two are
matched."""
_ROOM = 2 * LEAST
"""Independent units of the smaller corpus for each part: fewer parts hold more of them, so that
what a part needs is not only met by chance."""
NO_COMMON = f"No length at which both corpora have {LEAST} independent units at least."

Strata = Mapping[str, Hashable]
"""The stratum of each conversation, by its id."""
Size = Callable[[Talk], int]


class Matched(NamedTuple):
    """A figure of two corpora at the same length, and their difference."""

    first: Estimate
    second: Estimate
    apart: Estimate
    compared: tuple[float, float]
    """Share of what each corpus holds that lies in strata which both have."""


def own_words(talk: Talk) -> int:
    """Return the words of the person."""
    return talk.own_words


def own_turns(talk: Talk) -> int:
    """Return the turns of the person."""
    return talk.own_turns


BY: Mapping[str, tuple[Size, ...]] = {
    "words of the person": (own_words,),
    "turns of the person": (own_turns,),
    "both": (own_words, own_turns),
}


def strata_of(corpora: Sequence[Corpus], by: Sequence[Size]) -> tuple[Strata, ...]:
    """Return the stratum of every conversation, cut at the same places in all corpora.

    The cuts are quantiles, each corpus counting as much as any other however large it is. There
    are the fewer, the fewer independent units the smaller corpus has.
    """
    if not all(corpus.talks for corpus in corpora):
        return tuple({} for _ in corpora)
    found: list[dict[str, tuple[int, ...]]] = [{} for _ in corpora]
    bins = min(BINS, max(1, min(corpus.independent for corpus in corpora) // _ROOM))
    at = np.linspace(0, 1, round(bins ** (1 / len(by))) + 1)[1:-1]
    for size in by:
        values = [np.asarray([size(talk) for talk in corpus.talks]) for corpus in corpora]
        cuts = np.unique(np.mean([np.quantile(one, at) for one in values], axis=0))
        for corpus, one, place in zip(corpora, values, found, strict=True):
            for talk, bin_ in zip(corpus.talks, np.searchsorted(cuts, one, "right"), strict=True):
                place[talk.id] = (*place.get(talk.id, ()), int(bin_))
    return tuple(found)


def matched(first: Rows, second: Rows, strata: Sequence[Strata]) -> Matched:
    """Return both figures and their difference at the same length of conversation."""
    sides = [_Side(rows, of) for rows, of in zip((first, second), strata, strict=True)]
    held = [strata_with(LEAST, side.rows.of, side.who, side.strata) for side in sides]
    weights = overlap_weights(*held)
    parts = [side.at(weights) for side in sides]
    n = len(first.top) + len(second.top)
    if None in parts:
        nothing = Estimate(value=None, n=n, reason=NO_COMMON)
        return Matched(nothing, nothing, nothing, (0.0, 0.0))
    one, other = (
        bounded(part, n=len(s.rows.top), scale=s.rows.scale)
        for part, s in zip(parts, sides, strict=True)
        if part
    )
    shares = [
        sum(h[s] for s in weights) / side.rows.of.sum() for h, side in zip(held, sides, strict=True)
    ]
    return Matched(one, other, contrasted(*parts, n=n), (float(shares[0]), float(shares[1])))


class _Side:
    """Rows of one corpus with units and strata as numbers."""

    def __init__(self, rows: Rows, strata: Strata) -> None:
        kept = [place for place, talk in enumerate(rows.talks) if talk in strata]
        self.rows = rows._replace(top=rows.top[kept], of=rows.of[kept])
        self.strata = [strata[rows.talks[place]] for place in kept]
        self.who = codes([rows.units[place] for place in kept])

    def at(self, weights: Mapping[Hashable, float]) -> Part | None:
        """Return the figure at these shares of the strata."""
        return standardised(self.rows.top, self.rows.of, self.who, self.strata, weights)
