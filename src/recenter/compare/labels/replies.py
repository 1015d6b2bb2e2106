"""Judges on pairs of replies of which one was preferred, beside the longer reply."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from recenter.compare.labels.read import Pair
from recenter.compare.measure import Rows

LONGER = "the longer reply"


def judged(pairs: Sequence[Pair], judge: str) -> Rows:
    """Return how often a judge is right, a tie as half, as rows by person and occasion.

    Pairs of one occasion are averaged first: they share the message, and often a reply.
    """
    return _rows(judge, pairs, lambda pair: pair.longer if judge == LONGER else pair.said[judge])


def lift(pairs: Sequence[Pair], judge: str) -> Rows:
    """Return by how much a judge is right more often than the longer reply on the same pairs."""
    found = _rows(judge, pairs, lambda pair: pair.said[judge] - pair.longer)
    return found._replace(scale="linear")


def judges_of(corpora: Sequence[Sequence[Pair]]) -> list[str]:
    """Return the judges that were asked in every corpus, by name."""
    asked = [{name for pair in pairs for name in pair.said} for pairs in corpora]
    return sorted(set.intersection(*asked)) if asked else []


def _rows(judge: str, pairs: Sequence[Pair], value: Callable[[Pair], float]) -> Rows:
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for pair in pairs:
        if judge == LONGER or judge in pair.said:
            found[pair.person, pair.occasion].append(value(pair))
    people = tuple(person for person, _ in found)
    means = np.asarray([float(np.mean(values)) for values in found.values()], np.float64)
    return Rows(judge, "share", means, np.ones(len(means)), people)
