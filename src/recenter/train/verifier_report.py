"""What a verifier trained on a user's statements is worth, on dialogues left out of the fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recenter.models.base import Embedder
from recenter.records import Turn
from recenter.stats.classification import auc, average_precision, f1
from recenter.stats.estimate import Estimate, estimate
from recenter.train.verifier import LeftOut
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


def figures(found: Sequence[Example], out: LeftOut) -> dict[str, Estimate]:
    """Return what left-out scores say of `rejected`, and how far they lie above word overlap.

    On judged rows alone; the intervals resample dialogues.
    """
    rows = [row for row, example in enumerate(found) if example.origin == "label"]
    groups = [found[row].group for row in rows]
    truth = np.asarray([found[row].rejected for row in rows], np.bool_)
    score = 1 - out.probability[rows]
    shared = -np.asarray([overlap(_text(found[row]), _quote(found[row])) for row in rows])
    rejected = out.probability[rows] <= out.reject[rows]
    return {
        "AUROC": estimate(auc, groups, truth, score),
        "average precision": estimate(average_precision, groups, truth, score),
        "F1": estimate(f1, groups, truth, rejected),
        "average precision of word overlap": estimate(average_precision, groups, truth, shared),
        "average precision above word overlap": estimate(lift, groups, truth, score, shared),
    }


def lift(truth: Bools, ours: Floats, other: Floats) -> float | None:
    """Return the difference in average precision of two scores of the same rows."""
    one, two = average_precision(truth, ours), average_precision(truth, other)
    return None if one is None or two is None else one - two


def _text(example: Example) -> str:
    return example.attribute.text


def _quote(example: Example) -> str:
    return " ".join(evidence.quote for evidence in example.attribute.evidence)
