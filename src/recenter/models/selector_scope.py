"""Tells which attributes are bound to a topic, and so of no use for a message far from it.

A wish about any answer ("keep it short") is bound to none. A wish about some answers (recipes in
grams) and a fact are; how somebody works or learns may be of use anywhere, and counts as unbound.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

KINDS = ("any answer", "some answers", "fact", "manner")
"""What an attribute may be, in the order of the columns of the weights."""

SURE = 0.95
"""How probable a fact must be against each other kind: what is in doubt stays unbound."""


_OBJECTS = (
    r"cod(?:e|es|ing)|program(?:s|ming)?|scripts?|snippets?|functions?|class(?:es)?|unit tests?|"
    r"api|python|java|javascript|typescript|rust|sql|html|css|bash|regex|git|docker|quer(?:y|ies)|"
    r"algorithms?|commands?|bugs?|debug(?:ging)?|parse[rs]?|json|csv",
    r"recipes?|dish(?:es)?|meals?|cook(?:s|ing)?|bak(?:e|es|ing)|dinners?|lunch(?:es)?|breakfasts?|"
    r"soups?|ingredients?|food|eat(?:ing)?|vegetarian|vegan|desserts?",
    r"workouts?|exercises?|training plans?|marathons?|gym|running plans?|stretch(?:es|ing)?",
    r"itinerar(?:y|ies)|trips?|travel(?:s|ling)?|hotels?|flights?|holidays?|sightseeing",
    r"translat(?:e|ion|ions)|vocabulary|grammar|conjugat(?:e|ion)",
    r"metric|imperial|measure(?:s|ments)?|kilomet(?:re|er)s?|miles?|inch(?:es)?|feet|pounds?|grams?|"
    r"celsius|fahrenheit|units?|how (?:far|tall|heavy|long|wide|deep|hot|cold)",
    r"prices?|costs?|money|dollars?|euros?|budgets?|how much",
)
"""Words of what wishes are about: a message says what it is about in other words than a wish does,
and their vectors are then far from each other."""
_WORDS = tuple(re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in _OBJECTS)


def objects_of(texts: Sequence[str]) -> Ints:
    """Return which objects of wishes each text names, a bit for each."""
    found = [sum(bool(one.search(text)) << at for at, one in enumerate(_WORDS)) for text in texts]
    return np.asarray(found, np.int64)


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
