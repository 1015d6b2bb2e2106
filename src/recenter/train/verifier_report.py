"""What a verifier is trained on, and word overlap, which it is held against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recenter.models.base import Embedder
from recenter.records import Turn
from recenter.stats.classification import average_precision
from recenter.train.verifier_examples import Example, examples
from recenter.train.verifier_fit import Inputs, inputs_of
from recenter.train.verifier_negatives import constructed

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_WORD = re.compile(r"\w+")


def training_examples(
    rows: Iterable[Mapping[str, Any]], sessions: Mapping[str, Sequence[Turn]], *, seed: int = 0
) -> list[Example]:
    """Return the examples of judged rows, and the wrong statements made of the supported ones.

    Raises:
        InputError: a row cannot be read; see `examples`.
    """
    judged = examples(rows, sessions)
    kept = [example for example in judged if not example.rejected]
    return [*judged, *constructed(kept, seed=seed)]


def training_inputs(found: Sequence[Example], embedder: Embedder) -> Inputs:
    """Return the examples as numbers, for `fit` and `cross_validate`."""
    return inputs_of(found, embedder)


def overlap(text: str, quote: str) -> float:
    """Return the share of a statement's words that stand in its quote, in [0, 1]."""
    words, told = (set(_WORD.findall(part.casefold())) for part in (text, quote))
    return len(words & told) / max(1, len(words))


def lift(truth: Bools, ours: Floats, other: Floats) -> float | None:
    """Return the difference in average precision of two scores of the same rows."""
    one, two = average_precision(truth, ours), average_precision(truth, other)
    return None if one is None or two is None else one - two
