"""Tells which attributes are bound to a topic, and so of no use for a message far from it.

A wish about any answer ("keep it short") is bound to none. A wish about some answers (recipes in
grams) and a fact are; how somebody works or learns may be of use anywhere, and counts as unbound.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KINDS = ("any answer", "some answers", "fact", "manner")
"""What an attribute may be, in the order of the columns of the weights."""

SURE = 0.95
"""How probable a fact must be against each other kind: what is in doubt stays unbound."""


def is_bound(log_odds: Floats) -> Bools:
    """Return which attributes are bound to a topic, from the log odds of each of `KINDS`.

    A wish about some answers where that is the likeliest kind, a fact where that is sure: people
    let much of what is not clearly a fact change answers on other topics.
    """
    others = np.delete(log_odds, KINDS.index("fact"), axis=1).max(1)
    fact = log_odds[:, KINDS.index("fact")] - others > np.log(SURE / (1 - SURE))
    wish = log_odds.argmax(1) == KINDS.index("some answers")
    bound: Bools = wish | fact
    return bound
