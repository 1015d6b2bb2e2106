"""Fits what tells attributes that are bound to a topic from those that bear on any message.

Nothing here sees an answer of people: all is learnt from made-up sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from recenter.errors import MissingExtraError
from recenter.models.selector_model import MEANING_SCALE, unit
from recenter.models.selector_scope import KINDS
from recenter.train import texts
from recenter.train.selector_rows import MANNERS

Floats = NDArray[np.float64]
Vectors = Callable[[Iterable[str]], Floats]

STRENGTH = 3.0
FAR = 0.95
"""Share of the messages of other wishes that are told to be far from a wish about some answers."""

_WEIGHTS = (1.0, 1.5, 0.4, 0.4)
"""Of a sentence of each kind; there are many more facts than wishes."""


def fit_scope(vectors: Vectors) -> Floats:
    """Return weights on a vector (and 1) for each of `KINDS`, shape (dimensions + 1, kinds).

    Multinomial logistic regression.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        from sklearn.linear_model import LogisticRegression
    except ModuleNotFoundError:
        raise MissingExtraError("training", "train") from None
    kinds = _sentences()
    model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(
        np.vstack([vectors(listed) for listed in kinds]) * MEANING_SCALE,
        np.repeat(np.arange(len(KINDS)), [len(listed) for listed in kinds]),
        sample_weight=np.repeat(_WEIGHTS, [len(listed) for listed in kinds]),
    )
    return np.vstack([model.coef_.T * MEANING_SCALE, model.intercept_])


def fit_near(vectors: Vectors, attribute_middle: Floats, message_middle: Floats) -> Floats:
    """Return the centred cosine below which a message is far from what is bound, shape (1,).

    It is what `FAR` of the messages of other wishes stay below.
    """
    wishes = texts.bound()
    about = unit(vectors([wish.text for wish in wishes]) - attribute_middle)
    asked = unit(vectors([wish.applies for wish in wishes]) - message_middle)
    cosines = about @ asked.T
    others = cosines[~np.eye(len(wishes), dtype=bool)]
    return np.quantile(others, [FAR])


def _sentences() -> list[list[str]]:
    """Return the sentences of each of `KINDS`."""
    bound = [wish.text for wish in texts.bound()]
    pairs = texts.pairs()
    return [
        [text for name in ("style", "wishes") for text in texts.lines(name) if text not in bound],
        bound,
        [pair.attribute for pair in pairs if pair.domain not in MANNERS],
        [pair.attribute for pair in pairs if pair.domain in MANNERS],
    ]
