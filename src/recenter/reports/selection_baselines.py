"""What asks for no judge: trivial answers, retrieval, and a model that never reads the prompt."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.models.base import Embedder
from recenter.reports.judged import Judged
from recenter.stages.select_bm25 import bm25_scores
from recenter.stats.classification import best_threshold
from recenter.train.deal import deal
from recenter.train.selector_baseline import attribute_alone

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

YES, SHARED = "always yes", "shares a word (BM25 above 0)"
BEST_SHARED, BEST_NEAR = "BM25, as many as people (oracle)", "cosine, as many as people (oracle)"
TUNED = "cosine, threshold tuned on other people"
ALONE = "attribute alone (never reads the prompt)"
_MOST_BLANK = 0.1
"""Share of items without a text, which a baseline reads as an empty one."""
BASELINES = (YES, SHARED, BEST_SHARED, BEST_NEAR, TUNED, ALONE)
FOLDS, LEAST_PEOPLE = 5, 10
MOST_ROWS = 3000
"""That the attribute alone is fitted on, so that a report on many answers ends within a minute."""


class Baselines(NamedTuple):
    """What the baselines decide, shape (n,) each, and which could not be had."""

    decided: dict[str, Bools]
    missing: tuple[str, ...]


def baselines(
    of: Judged, truth: Bools, rows: Rows, embedder: Embedder | None, *, seed: int
) -> Baselines:
    """Return the decisions of the baselines on some rows, whose consensus is `truth`.

    "As many as people" takes the best k of each pair, k being how many people marked: an oracle
    that no system has. A tuned threshold, and the attribute alone, are fitted on other people
    (folds dealt with the seed).
    """
    decided = {YES: np.ones(len(truth), np.bool_)}
    texts = [of.items[row].text for row in rows]
    blank = sum(not of.items[row].text or not of.items[row].message for row in rows)
    if blank > _MOST_BLANK * len(texts):
        return Baselines(decided, ("Retrieval is left out: the texts are not in the data.",))
    pairs = _pairs(of, rows)
    shared = _scored(of, rows, pairs, bm25_scores)
    decided[SHARED] = shared > 0
    decided[BEST_SHARED] = _best(shared, truth, pairs)
    if embedder is None:
        return Baselines(decided, ("Meaning is left out: no embedder was given.",))
    vectors = _vectors(embedder, texts)
    asked = _vectors(embedder, [of.items[row].message for row in rows])
    near: Floats = (vectors * asked).sum(axis=1)
    decided[BEST_NEAR] = _best(near, truth, pairs)
    people = [of.people[row] for row in rows]
    if len(set(people)) < LEAST_PEOPLE or importlib.util.find_spec("sklearn") is None:
        why = f"it takes {LEAST_PEOPLE} people and the `train` extra"
        return Baselines(decided, (f"What is fitted on other people is left out: {why}.",))
    folds = deal(people, np.random.default_rng(seed), FOLDS)
    fold = np.asarray([folds[person] for person in people])
    decided[TUNED] = _tuned(near, truth, fold)
    decided[ALONE] = attribute_alone(truth, vectors, people, folds, most=MOST_ROWS).yes
    return Baselines(decided, ())


def _pairs(of: Judged, rows: Rows) -> list[Rows]:
    """Return the positions of each person and prompt among the rows."""
    found: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        found.setdefault((of.people[row], of.items[row].prompt), []).append(place)
    return [np.asarray(places, np.intp) for places in found.values()]


def _scored(
    of: Judged,
    rows: Rows,
    pairs: Sequence[Rows],
    score: Callable[[str, Sequence[str]], Floats],
) -> Floats:
    found = np.zeros(len(rows))
    for pair in pairs:
        items = [of.items[rows[place]] for place in pair]
        found[pair] = score(items[0].message, [item.text for item in items])
    return found


def _best(scores: Floats, truth: Bools, pairs: Sequence[Rows]) -> Bools:
    used = np.zeros(len(scores), np.bool_)
    for pair in pairs:
        best = np.argsort(-scores[pair], kind="stable")[: int(truth[pair].sum())]
        used[pair[best]] = True
    return used


def _tuned(scores: Floats, truth: Bools, fold: NDArray[np.intp]) -> Bools:
    used = np.zeros(len(scores), np.bool_)
    for held in _held(fold):
        least = best_threshold(truth[~held], scores[~held])
        used[held] = scores[held] >= least
    return used


def _held(fold: NDArray[np.intp]) -> Iterator[Bools]:
    for number in np.unique(fold):
        yield fold == number


def _vectors(embedder: Embedder, texts: Sequence[str]) -> Floats:
    unique = list(dict.fromkeys(texts))
    of = dict(zip(unique, embedder.embed(unique), strict=True))
    return np.asarray([of[text] for text in texts], np.float64)
