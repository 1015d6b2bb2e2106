"""What the selector's kernel machine reads of texts, made once before anything is fitted.

Nothing here sees an answer: landmarks, runs of characters and random waves come from made-up
sentences and a seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.models.base import Embedder
from recenter.models.selector_features import grams, marks, weighted_grams
from recenter.models.selector_model import PLACE
from recenter.train import texts
from recenter.train.selector_scope import fit_near, fit_scope

Floats = NDArray[np.float64]

ATTRIBUTE_LANDMARKS, MESSAGE_LANDMARKS = 800, 100
ATTRIBUTE_WIDTH = MESSAGE_WIDTH = 1.0
GRAMS, GRAM_PARTS, GRAM_WEIGHT = 1000, 64, 0.8
PLACE_WAVES, PLACE_WIDTH = 24, 0.1
_RIDGE = 1e-3


class Vectors:
    """Embeds each text once."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, wanted: Iterable[str]) -> Floats:
        """Return a row per text, shape (texts, dimensions)."""
        listed = list(wanted)
        new = sorted({text for text in listed if text not in self._known})
        self._known |= zip(new, self._embedder.embed(new), strict=True)
        return np.stack([self._known[text] for text in listed]).astype(np.float64)


class Parts(NamedTuple):
    """Arrays of a selector that are the same whatever it is fitted on."""

    arrays: Mapping[str, Floats]
    vocabulary: tuple[str, ...]
    attribute_root: Floats
    """Turns nearness to landmarks into features whose products are the kernel (Nystroem)."""
    message_root: Floats


def make_parts(vectors: Vectors, *, seed: int) -> Parts:
    """Return landmarks, character runs and random waves, from made-up sentences alone.

    Nystroem features: Williams & Seeger, "Using the Nystroem method to speed up kernel machines"
    (NIPS 2000). Waves: Rahimi & Recht, "Random features" (NIPS 2007).

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    rng = np.random.default_rng(seed)
    about = [pair.attribute for pair in texts.pairs()] + list(texts.lines("style"))
    attributes = _spread(vectors(about), ATTRIBUTE_LANDMARKS)
    messages = _spread(vectors(training_messages()), MESSAGE_LANDMARKS)
    vocabulary, rarity = _vocabulary(about)
    pieces = weighted_grams(about, vocabulary, rarity)
    components = np.linalg.svd(pieces, full_matrices=False)[2][:GRAM_PARTS]
    read = marks(training_messages())
    arrays = {
        "attribute_landmarks": as_stored(attributes),
        "message_landmarks": as_stored(messages),
        "gram_rarity": rarity,
        "gram_parts": as_stored(components.T * np.sqrt(GRAM_WEIGHT)),
        "place_waves": rng.normal(size=(len(PLACE), PLACE_WAVES)) * np.sqrt(2 * PLACE_WIDTH),
        "place_phase": rng.uniform(0, 2 * np.pi, PLACE_WAVES),
        "marks_mean": read.mean(0),
        "marks_scale": np.where(read.std(0) < 1e-6, 1.0, read.std(0)),
        "scope": fit_scope(vectors),
    }
    middles = (arrays[name].mean(0) for name in ("attribute_landmarks", "message_landmarks"))
    arrays["near"] = fit_near(vectors, *middles)
    return Parts(
        arrays,
        vocabulary,
        _root(arrays["attribute_landmarks"], ATTRIBUTE_WIDTH),
        _root(arrays["message_landmarks"], MESSAGE_WIDTH),
    )


def training_messages() -> list[str]:
    """Return the made-up messages that may be trained on."""
    found = [text for pair in texts.pairs() for text in (pair.matters, pair.other)]
    found += texts.lines("open")
    found += [one.text for one in texts.ordinary()]
    return found


def stored(array: Floats) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return an array as steps in one byte each, and the size of a step, shape (1,)."""
    step = np.asarray([max(float(np.abs(array).max()), 1e-9) / 127], np.float32)
    return np.rint(array / step).astype(np.int8), step


def as_stored(array: Floats) -> Floats:
    """Return an array as it will be read again, so that what is fitted is what is shipped."""
    steps, step = stored(array)
    return steps.astype(np.float64) * step.astype(np.float64)


def _spread(vectors: Floats, number: int) -> Floats:
    """Return rows far from one another: each the farthest from those before it (Gonzalez 1985)."""
    chosen = [0]
    distance = 1 - vectors @ vectors[0]
    while len(chosen) < min(number, len(vectors)):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, 1 - vectors @ vectors[chosen[-1]])
    return vectors[chosen]


def _root(landmarks: Floats, width: float) -> Floats:
    kernel = np.exp(-2 * width * (1 - landmarks @ landmarks.T))
    values, directions = np.linalg.eigh((kernel + kernel.T) / 2 + _RIDGE * np.eye(len(kernel)))
    root: Floats = directions / np.sqrt(np.maximum(values, _RIDGE)) @ directions.T
    return root


def _vocabulary(about: Sequence[str]) -> tuple[tuple[str, ...], Floats]:
    """Return the commonest runs of characters and their rarity, ln((1 + n) / (1 + df)) + 1."""
    counts = [grams(text) for text in about]
    total: dict[str, int] = {}
    for count in counts:
        for gram, times in count.items():
            total[gram] = total.get(gram, 0) + times
    chosen = sorted(sorted(total), key=lambda gram: -total[gram])[:GRAMS]
    appears = np.asarray([sum(gram in count for count in counts) for gram in chosen])
    return tuple(chosen), np.log((1 + len(about)) / (1 + appears)) + 1
