"""Which of two replies a person prefers, by a trained model: no chat model is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from recenter.models.base import Embedder
from recenter.models.saved import Saved, load_model
from recenter.stages.preference_features import figures
from recenter.stages.preference_head import head_of, score
from recenter.stats.logistic import Floats, Gaussian, chance, deviation

_KEPT = 2048


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """A reply that a person preferred to another one."""

    prompt: str
    chosen: str
    rejected: str


class Preferred(msgspec.Struct, frozen=True, kw_only=True):
    """How likely one reply is preferred to the other."""

    value: float
    """In [0, 1]; .5 is neither."""
    deviation: float
    """Standard deviation of that chance, from what is not known of people and of this person."""


class TrainedPreference:
    """Judges pairs of replies with a model that `train.preference` made."""

    def __init__(self, saved: Saved, embedder: Embedder) -> None:
        """Take a saved model and the embedder whose vectors it reads.

        Raises:
            ModelError: it holds no head that this version can use.
        """
        self._name = saved.name
        self._head = head_of(saved)
        self._embedder = embedder
        self._features: dict[tuple[str, str], Floats] = {}

    @property
    def name(self) -> str:
        """`trained:preference@` and the first digits of the checksum."""
        return self._name

    def preference(
        self, prompt: str, a: str, b: str, *, history: Sequence[Chosen] = ()
    ) -> Preferred:
        """Return how likely a person prefers `a` to `b`; exchanging them gives exactly 1 minus it.

        `history` is what is known of this person's taste; pairs of one prompt count as one
        together. Nothing else is known of them: a profile is not read.
        """
        difference = self._feature(prompt, a) - self._feature(prompt, b)
        mean, variance = score(self.person(history), difference)
        return Preferred(value=chance(mean, variance), deviation=deviation(mean, variance))

    def person(self, history: Sequence[Chosen]) -> Gaussian:
        """Return the weights of the person with this history."""
        rows = [
            self._feature(h.prompt, h.chosen) - self._feature(h.prompt, h.rejected) for h in history
        ]
        times = Counter(h.prompt for h in history)
        counts = np.array([1 / times[h.prompt] for h in history])
        size = len(self._head.shared.mean)
        return self._head.person(np.array(rows).reshape(len(rows), size), counts)

    def _feature(self, prompt: str, reply: str) -> Floats:
        """Each reply by itself, so that no bit depends on what it is compared with, or when."""
        known = self._features
        row = known.get((prompt, reply))
        if row is None:
            (row,) = self._head.features(figures(prompt, [reply], embedder=self._embedder))
            # Rows of one person carry the same history: each of its replies is read once.
            self._features = {} if len(known) >= _KEPT else known
            self._features[prompt, reply] = row
        return row


def load_preference(path: Path, embedder: Embedder) -> TrainedPreference:
    """Return the trained preference in a file or folder.

    Raises:
        ModelError, ChecksumError: see `models.saved.load_model`.
    """
    return TrainedPreference(load_model(path, "preference", encoder=embedder.name), embedder)
