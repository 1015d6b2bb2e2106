"""A fine-tuned encoder as selector, on people left out, beside a model that never reads the prompt.

Run as `python -m bench.finetune FOLDER`, the folder of an encoder; needs the `finetune` and `train`
extras. Five folds by person, two left out at a time, each calibrated on the other; the tables after
the first and second of three models are of the people scored by then. The recipe was fixed before
anything was scored.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bench.common import SHARED_DATA, print_signature
from recenter.models.cross_encoder import libraries, logits
from recenter.models.embedded import Minilm
from recenter.stats.classification import auc, f1, precision, recall, share
from recenter.stats.estimate import estimate
from recenter.train.examples import read_relevant
from recenter.train.finetune import Recipe, decide, fit
from recenter.train.finetune_pairs import FOLDS, Pair, selector_pairs

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.intp]
Scores = Callable[[Rows, Rows], Floats]
"""Rows to train on and rows to score, to the scores of the latter."""
LEFT_OUT = ((0, 1), (2, 3), (4, 0))


class Found(NamedTuple):
    """What models without a row's person say of it; NaN where none has yet."""

    score: Floats
    yes: Bools
    seconds: float
    """Processor time of the last model."""


def main() -> None:
    recipe = Recipe(base=sys.argv[1], epochs=2, learning_rate=1e-4, max_length=96)
    pairs = selector_pairs(read_relevant([SHARED_DATA / "selection_human.jsonl"]), negatives=False)
    people = [pair.group for pair in pairs]
    print_signature(
        "finetune", data="selection_human.jsonl", n=len(pairs), people=len(set(people)),
        positive=sum(pair.positive for pair in pairs), split=f"{FOLDS} folds by person",
        seed=recipe.seed, epochs=recipe.epochs, learning_rate=recipe.learning_rate,
        beta=recipe.beta, max_length=recipe.max_length,
    )  # fmt: skip
    truth = np.asarray([pair.positive for pair in pairs], np.bool_)
    *_, alone = left_out(pairs, truth, attribute_only(pairs, truth))
    for tuned in left_out(pairs, truth, fine_tuned(pairs, recipe)):
        table(pairs, truth, tuned, alone)


def table(pairs: Sequence[Pair], truth: Bools, tuned: Found, alone: Found) -> None:
    """Print both, and how far the one lies above the other, on the rows scored by now."""
    rows = np.flatnonzero(~np.isnan(tuned.score))
    people = [pairs[row].group for row in rows.tolist()]
    known = truth[rows]
    print(f"## {len(rows)} answers, {len(set(people))} people; {tuned.seconds:.0f} s for the model")
    for name, one in (("fine-tuned", tuned), ("attribute only", alone)):
        print(f"{name:<16}AUC {estimate(auc, people, known, one.score[rows])}", end="")
        for statistic in (f1, precision, recall):
            value = estimate(statistic, people, known, one.yes[rows])
            print(f"; {statistic.__name__} {value}", end="")
        print(f"; yes {estimate(share, people, one.yes[rows])}")
    scores, decisions = (tuned.score[rows], alone.score[rows]), (tuned.yes[rows], alone.yes[rows])
    print("lift in AUC", estimate(lift_auc, people, known, *scores))
    print("lift in F1 ", estimate(lift_f1, people, known, *decisions), flush=True)


def fine_tuned(pairs: Sequence[Pair], recipe: Recipe) -> Scores:
    """Return logits by an encoder fine-tuned on other pairs."""
    libs = libraries("Fine-tuning")

    def scores(train: Rows, asked: Rows) -> Floats:
        made = fit([pairs[row] for row in train], recipe, libs)
        return logits(libs, made, [pairs[row][:2] for row in asked])

    return scores


def attribute_only(pairs: Sequence[Pair], truth: Bools) -> Scores:
    """Return logits by logistic regression on the attribute's vector; the prompt is not read."""
    vectors = Minilm().embed([pair.second for pair in pairs])

    def scores(train: Rows, asked: Rows) -> Floats:
        head = LogisticRegression(max_iter=1000).fit(vectors[train], truth[train])
        found: Floats = head.decision_function(vectors[asked])
        return found

    return scores


def left_out(pairs: Sequence[Pair], truth: Bools, scores_of: Scores) -> Iterator[Found]:
    """Yield what is known after each model, of the rows scored by then.

    A model sees nothing of two folds; each is calibrated, and its threshold chosen, on the other.
    """
    fold = np.asarray([pair.fold for pair in pairs])
    score = np.full(len(pairs), np.nan)
    yes = np.zeros(len(pairs), np.bool_)
    for one, other in LEFT_OUT:
        asked = np.flatnonzero((fold == one) | (fold == other))
        found = np.zeros(len(pairs))
        began = time.process_time()
        found[asked] = scores_of(np.setdiff1d(np.arange(len(pairs)), asked), asked)
        for test, chosen_on in ((one, other), (other, one)):
            rows, others = np.flatnonzero(fold == test), fold == chosen_on
            if not np.isnan(score[rows]).any():
                continue
            decided = decide(truth[others], found[others])
            odds = decided.calibration.slope * found[rows] + decided.calibration.shift
            score[rows] = 1 / (1 + np.exp(-odds))
            yes[rows] = score[rows] >= decided.threshold
        yield Found(score, yes, time.process_time() - began)


def lift_auc(truth: Bools, one: Floats, other: Floats) -> float | None:
    a, b = auc(truth, one), auc(truth, other)
    return None if a is None or b is None else a - b


def lift_f1(truth: Bools, one: Bools, other: Bools) -> float | None:
    a, b = f1(truth, one), f1(truth, other)
    return None if a is None or b is None else a - b


if __name__ == "__main__":
    main()
