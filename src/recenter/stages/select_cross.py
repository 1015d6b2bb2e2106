"""Selection by a fine-tuned encoder that reads the message and an attribute together."""

from __future__ import annotations

from collections.abc import Sequence

from recenter.errors import ConfigError
from recenter.models.cross_encoder import CrossEncoder
from recenter.provenance import Signature, digest
from recenter.records import Attribute, Decision, Query, Selection
from recenter.stages.select import Selector, selection

_YES = "People let what is like this change such an answer."
_NO = "Unlikely to change the answer."
_UNREAD = "Not among the {} that a cheaper selector puts first."
_NOTHING = "Nothing known of the person is likely enough to change this answer."


class CrossEncoderSelector:
    """Uses the attributes whose probability reaches the threshold that was saved with the model.

    Reads the prompt alone, not the conversation before it. With `first`, only the `top` attributes
    that the cheaper selector puts first are read; the others are withheld without a score.
    """

    name = "cross-encoder"

    def __init__(self, model: CrossEncoder, *, first: Selector | None = None, top: int = 8) -> None:
        """Take the model, and optionally a cheaper selector with how many of its are read.

        Raises:
            ConfigError: `top` is below 1.
        """
        if top < 1:
            raise ConfigError(f"at least one attribute must be read, got a top of {top}.")
        self._model = model
        self._first = first
        self._top = top

    @property
    def signature(self) -> Signature:
        """Names the weights, and depends on what is read of them."""
        first = None if self._first is None else (self._first.signature, self._top)
        return Signature(
            model=self._model.name, settings=digest(self._model.about.threshold, first)
        )

    def select(self, query: Query, attributes: Sequence[Attribute]) -> Selection:
        """Return one decision per attribute; see `Selector.select`."""
        if not attributes:
            return selection(query, (), signature=self.signature)
        read = self._read(query, attributes)
        scores = self._model.score([(query.prompt, attribute.text) for attribute in read])
        decisions = [
            _decision(attribute, round(float(score), 6), self._model.about.threshold)
            for attribute, score in zip(read, scores, strict=True)
        ]
        known = {attribute.id for attribute in read}
        unread = _UNREAD.format(self._top)
        decisions += [
            Decision(attribute=one.id, decision="withhold", score=None, reason=unread)
            for one in attributes
            if one.id not in known
        ]
        return selection(query, decisions, signature=self.signature, reason=_NOTHING)

    def _read(self, query: Query, attributes: Sequence[Attribute]) -> Sequence[Attribute]:
        if self._first is None or len(attributes) <= self._top:
            return attributes
        order = self._first.select(query, attributes).decisions
        best = {decision.attribute for decision in order[: self._top]}
        return [attribute for attribute in attributes if attribute.id in best]


def _decision(attribute: Attribute, score: float, threshold: float) -> Decision:
    yes = score >= round(threshold, 6)
    return Decision(
        attribute=attribute.id,
        decision="use" if yes else "withhold",
        score=score,
        reason=_YES if yes else _NO,
    )
