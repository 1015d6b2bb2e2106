"""Support judged by the trained model, with what code can tell for certain decided by code."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.models.base import Embedder
from recenter.provenance import Signature, digest
from recenter.records import Attribute, Conversation, Failure, Judgment, Verdict
from recenter.stages.verify import supported
from recenter.stages.verify_features import case_of, describe
from recenter.stages.verify_model import (
    Thresholds,
    VerifierModel,
    likeliest_fault,
    load_verifier,
)
from recenter.stages.verify_rules import Finding, carried, facts

_KEPT = 20_000
_REASONS: dict[Failure, str] = {
    "overgeneralisation": "it says more than the words carry",
    "missing_evidence": "the words do not show it",
    "task_context_confusion": "the words are a task or a play, not the person's life",
    "not_standalone": "it cannot be understood alone",
    "wrong_person": "the words are about somebody else",
    "other": "something is wrong with it",
}


class Decision(NamedTuple):
    """A verdict with its probability of accept, and why."""

    answer: Verdict
    probability: float
    failure: Failure | None
    reason: str


class TrainedVerifier:
    """Judges by a trained model; a quote that does not stand, or is not theirs, by code alone.

    The probability is calibrated on judged statements, and moved below a threshold where a fact
    or a plain fault decides. Its card is `docs/reference/verifier-card.md`.
    """

    name = "trained"

    def __init__(self, embedder: Embedder, model: VerifierModel | None = None) -> None:
        self._model = load_verifier(encoder=embedder.name) if model is None else model
        self._embedder = _Remembering(embedder)

    @property
    def signature(self) -> Signature:
        """Depends on the weights, the encoder and the thresholds."""
        return Signature(
            model=self._model.name,
            settings=digest(self._embedder.name, self._model.thresholds),
        )

    def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
        """Return the judgment of the model and of the facts; see `Verifier.verify`."""
        scores = self._model.scores(describe([case_of(attribute, conversations)], self._embedder))
        made = decide(
            float(scores.probability[0]),
            fault=1 - float(scores.faults[0, 0]),
            likeliest=likeliest_fault(self._model.classes, scores.faults[0]),
            fact=min(facts(attribute, conversations), key=lambda f: f.probability, default=None),
            carried=carried(attribute, conversations),
            at=self._model.thresholds,
        )
        return supported(
            attribute,
            judge=self.name,
            answer=made.answer,
            probability=made.probability,
            failure=made.failure,
            reason=made.reason,
            signature=self.signature,
        )


def decide(
    probability: float,
    *,
    fault: float,
    likeliest: Failure,
    fact: Finding | None,
    carried: bool,
    at: Thresholds,
) -> Decision:
    """Return the verdict on a statement with this probability of accept and of any fault.

    A fact found by code, then a plain fault, outweigh the probability; a statement in the person's
    own words is not held for a middling one. Where they do, the probability is moved to their side
    of the thresholds: those that were moved keep their order among themselves.
    """
    answer: Verdict = "uncertain"
    if probability <= at.reject or fault >= at.fault_reject:
        answer = "reject"
    elif fault < at.fault_hold and (carried or probability >= at.accept):
        answer = "accept"
    failure, why = likeliest, f"{_REASONS[likeliest]} ({fault:.2f})"
    if fact is not None:
        answer = "reject" if "reject" in (fact.answer, answer) else "uncertain"
        failure, why = fact.failure, fact.reason
    side = _moved(probability, answer, at)
    if answer == "accept":
        return Decision("accept", side, None, f"Supported with probability {probability:.2f}.")
    told = why if fact is not None else f"Supported with probability {probability:.2f}: {why}."
    return Decision(answer, side, failure, told)


def _moved(probability: float, answer: Verdict, at: Thresholds) -> float:
    """Return the probability, moved to the verdict's side of the thresholds where it is not."""
    if answer == "reject" and probability > at.reject:
        return at.reject * probability
    if answer == "accept" and probability < at.accept:
        return at.accept + (1 - at.accept) * probability
    if answer == "uncertain" and probability >= at.accept:
        return at.reject + (at.accept - at.reject) * min(probability, 0.999)
    return probability


class _Remembering:
    """An embedder that keeps what it was asked for: a dialogue's attributes share its turns."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._lock = threading.Lock()
        self._known: dict[str, NDArray[np.float32]] = {}

    @property
    def name(self) -> str:
        """Name of the embedder."""
        return self._embedder.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text, shape (len(texts), dimensions)."""
        with self._lock:
            if len(self._known) > _KEPT:
                self._known.clear()
            new = [text for text in dict.fromkeys(texts) if text not in self._known]
            if new:
                self._known |= zip(new, self._embedder.embed(new), strict=True)
            return np.asarray([self._known[text] for text in texts], np.float32)
