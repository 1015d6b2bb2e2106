"""Support judged by a fine-tuned encoder that reads a statement and its quotes together."""

from __future__ import annotations

from collections.abc import Sequence

from recenter.models.cross_encoder import CrossEncoder
from recenter.provenance import Signature, digest
from recenter.records import Attribute, Conversation, Judgment, Verdict
from recenter.stages.verify import supported
from recenter.stages.verify_rules import Finding, facts


class CrossEncoderVerifier:
    """Judges by the probability of problematic; a quote that does not stand, by code alone.

    Rejects from the saved threshold on, and holds in between what is no safer than a statement
    taken at random. The model tells no failure modes: only what code finds has one.
    """

    name = "cross-encoder"

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    @property
    def signature(self) -> Signature:
        """Names the weights, and depends on the thresholds."""
        about = self._model.about
        return Signature(model=self._model.name, settings=digest(about.threshold, about.hold))

    def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
        """Return the judgment of the model and of the facts; see `Verifier.verify`."""
        fact = min(facts(attribute, conversations), key=lambda f: f.probability, default=None)
        answer, probability = self._judged(attribute, fact)
        told = f"Supported with probability {probability:.2f} by the words that are cited."
        return supported(
            attribute,
            judge=self.name,
            answer=answer,
            probability=probability,
            failure=None if fact is None else fact.failure,
            reason=told if fact is None else fact.reason,
            signature=self.signature,
        )

    def _judged(self, attribute: Attribute, fact: Finding | None) -> tuple[Verdict, float]:
        """Return verdict and probability of accept: the stricter of model and fact."""
        if fact is not None and fact.answer == "reject":
            return fact.answer, fact.probability
        problem = round(float(self._model.score([pair_of(attribute)])[0]), 6)
        about = self._model.about
        if problem >= round(about.threshold, 6):
            return "reject", 1 - problem
        if fact is not None:
            return fact.answer, min(1 - problem, fact.probability)
        return ("uncertain" if problem >= round(about.hold, 6) else "accept"), 1 - problem


def pair_of(attribute: Attribute) -> tuple[str, str]:
    """Return the statement and its quotes, as the model reads them."""
    return attribute.text, "\n".join(evidence.quote for evidence in attribute.evidence)
