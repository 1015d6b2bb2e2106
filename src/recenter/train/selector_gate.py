"""Fits the gate of the selector: which messages have the same good answer for everyone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recenter.errors import MissingExtraError
from recenter.models.selector_features import marks
from recenter.models.selector_model import MARK_SCALE, MEANING_SCALE
from recenter.train import texts
from recenter.train.selector_parts import Parts, Vectors

Floats = NDArray[np.float64]

STRENGTH = 0.5
_ASKED, _OPEN, _ADVICE = 8.0, 1.0, 0.5


def fit_gate(
    prompts: Sequence[str],
    parts: Parts,
    vectors: Vectors,
    *,
    kinds: frozenset[str] = frozenset(),
    domains: frozenset[str] = frozenset(),
) -> Floats:
    """Return the weights of the gate, logistic regression against ordinary messages.

    `prompts` are messages that people were asked about. `kinds` of ordinary messages and `domains`
    of made-up pairs are left out. Both sides weigh the same in all.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        from sklearn.linear_model import LogisticRegression
    except ModuleNotFoundError:
        raise MissingExtraError("training", "train") from None
    weighed = [(text, _ASKED) for text in dict.fromkeys(prompts)]
    weighed += [(text, _OPEN) for text in texts.lines("open")]
    weighed += [(p.matters, _ADVICE) for p in texts.pairs() if p.domain not in domains]
    weighed += [(text, _ADVICE) for text in texts.lines("personal")]
    ordinary = [
        one.text for one in (*texts.ordinary(), *texts.ordinary_more()) if one.kind not in kinds
    ]
    messages = [text for text, _ in weighed] + ordinary
    weights = np.asarray([weight for _, weight in weighed])
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(
        _inputs(messages, parts, vectors),
        np.repeat([1, 0], [len(weighed), len(ordinary)]),
        sample_weight=np.r_[weights, np.full(len(ordinary), weights.sum() / len(ordinary))],
    )
    weights_found: Floats = np.r_[model.coef_[0], model.intercept_]
    return weights_found


def _inputs(messages: Sequence[str], parts: Parts, vectors: Vectors) -> Floats:
    standard = (marks(messages) - parts.arrays["marks_mean"]) / parts.arrays["marks_scale"]
    return np.hstack([vectors(messages) * MEANING_SCALE, standard * MARK_SCALE])
