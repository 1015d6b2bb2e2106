"""How often chance alone gives as much: what a permutation test says."""

from __future__ import annotations

import msgspec

CHANCES = 10_000


class PValue(msgspec.Struct, frozen=True, kw_only=True):
    """A two-sided p value, or the reason why there is none."""

    value: float | None
    permutations: int = 0
    """How many were looked at."""
    exact: bool = False
    """Whether these were all there are; if not, they were drawn at random."""
    resolution: float | None = None
    """The step in which p can change: one permutation more or less."""
    reason: str | None = None
    """Why there is no value."""


def exact(as_much: int, permutations: int) -> PValue:
    """Return the share of all permutations that give as much as was seen, itself among them."""
    return PValue(
        value=as_much / permutations,
        permutations=permutations,
        exact=True,
        resolution=1 / permutations,
    )


def drawn(as_much: int, permutations: int) -> PValue:
    """Return p from permutations drawn at random, of which `as_much` give as much as was seen.

    p = (b + 1) / (B + 1), never 0, since what was seen is a permutation too: Phipson & Smyth,
    "Permutation p-values should never be zero", Stat. Appl. Genet. Mol. Biol. 9 (2010).
    """
    return PValue(
        value=(as_much + 1) / (permutations + 1),
        permutations=permutations,
        resolution=1 / (permutations + 1),
    )
