"""Selection by meaning: cosines of embeddings, behind a gate that closes on ordinary messages."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from recenter import prompts
from recenter.models.base import Embedder
from recenter.provenance import Signature, digest
from recenter.records import Attribute, Decision, Query, Selection
from recenter.stages.select import selection

THRESHOLD = 0.15
"""Score above which an attribute is used; how it was chosen is in docs/concepts/selection.md."""

GATE = 0.0
"""Least lead of the personal examples over the ordinary ones that opens the gate."""

_FILES = ("gate_ordinary", "gate_personal", "gate_statements")
_NEAREST = 5
_REMEMBERED = 20_000
_CLOSED = "This kind of message has the same answer for everyone."


class EmbeddingSelector:
    """Uses the attributes near the prompt, where the prompt is of a kind that leaves room for it.

    The gate compares the prompt with two short lists of example messages, ordinary ones (greetings,
    sums, facts, code) and personal ones (advice, choices, plans): the mean cosine of the nearest
    five of each. The score of an attribute is its cosine with the prompt less the mean cosine of
    thirty everyday statements about a user, since any such statement resembles some messages more
    than others; 0 where that is negative. It is not a probability. Only the prompt is read, not
    the conversation before it.
    """

    name = "embedding"

    def __init__(
        self, embedder: Embedder, *, threshold: float = THRESHOLD, gate: float | None = GATE
    ) -> None:
        """Take the model, and optionally other constants; `gate=None` leaves the gate open."""
        self._embedder = embedder
        self._threshold = threshold
        self._gate = gate
        self._vectors: dict[str, NDArray[np.float32]] = {}

    @property
    def signature(self) -> Signature:
        """Names the embedder, the example messages and the constants."""
        return Signature(
            model=self._embedder.name,
            prompt=digest([_examples(name) for name in _FILES]),
            settings=digest(self._threshold, self._gate),
        )

    def select(self, query: Query, attributes: Sequence[Attribute]) -> Selection:
        """Return one decision per attribute; see `Selector.select`."""
        if not attributes:
            return selection(query, (), signature=self.signature)
        prompt = self._embedder.embed([query.prompt])[0]
        usual = (self._remembered(_examples("gate_statements")) @ prompt).mean()
        cosines = self._remembered([attribute.text for attribute in attributes]) @ prompt
        scores = np.clip(cosines - usual, 0.0, 1.0)
        opened = self._gate is None or self.lead(prompt) > self._gate
        decisions = [
            self._decision(attribute, round(float(score), 6), opened)
            for attribute, score in zip(attributes, scores, strict=True)
        ]
        reason = "Nothing known of the person is near enough to this message."
        return selection(
            query, decisions, signature=self.signature, reason=reason if opened else _CLOSED
        )

    def lead(self, prompt: NDArray[np.float32]) -> float:
        """Return how much nearer a prompt's vector is to personal than to ordinary examples."""
        personal, ordinary = (
            np.sort(self._remembered(_examples(name)) @ prompt)[-_NEAREST:].mean()
            for name in ("gate_personal", "gate_ordinary")
        )
        return float(personal - ordinary)

    def _decision(self, attribute: Attribute, score: float, opened: bool) -> Decision:
        near = score > self._threshold
        reason = "Near to the message in meaning." if near else "Far from the message in meaning."
        return Decision(
            attribute=attribute.id,
            decision="use" if near and opened else "withhold",
            score=score,
            reason=reason if opened else _CLOSED,
        )

    def _remembered(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts that come back with every prompt once, shape (len(texts), dimensions)."""
        known = self._vectors
        new = sorted({text for text in texts if text not in known})
        known = known | dict(zip(new, self._embedder.embed(new), strict=True)) if new else known
        # Replaced, not changed, so that threads need no lock.
        self._vectors = known if len(known) <= _REMEMBERED else {}
        return np.stack([known[text] for text in texts])


@functools.cache
def _examples(name: str) -> tuple[str, ...]:
    text = resources.files(prompts).joinpath(f"{name}.txt").read_text("utf-8")
    return tuple(text.splitlines())
