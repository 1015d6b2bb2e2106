"""The extractor that needs no language model: the person's own clauses, scored by a small model.

Clauses are split and screened (`extract_candidates`), described (`extract_features`), embedded and
scored (`models.clause_model`); those above the threshold become attributes whose evidence is the
clause itself and whose text is the clause in the third person (`text.person_shift`).
"""

from __future__ import annotations

import collections
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.errors import ModelError
from recenter.models.base import Embedder
from recenter.models.clause_model import ClauseModel, load_clause_model
from recenter.provenance import Signature, digest
from recenter.records import Attribute, Conversation, Evidence, attribute_id
from recenter.stages.extract import Extraction
from recenter.stages.extract_candidates import Candidate, Screened, screen
from recenter.stages.extract_features import FEATURES, describe
from recenter.stages.extract_topics import topic_of

OPENING_LENGTH = 120
"""Characters of the first turn that tell the model what the dialogue is about."""


class Scored(msgspec.Struct, frozen=True):
    """A candidate of one conversation with its probability."""

    conversation: Conversation
    candidate: Candidate
    probability: float


class EmbeddedExtractor:
    """Extracts what a person says of themselves in English, without a language model.

    Built for precision: most of what a language model would infer is left out, and what is kept
    is only what the person states. `threshold` is the least probability that is kept.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        model: ClauseModel | None = None,
        threshold: float | None = None,
    ) -> None:
        self._embedder = embedder
        self._model = model or load_clause_model()
        self._threshold = self._model.threshold if threshold is None else threshold
        if self._model.features != FEATURES:
            raise ModelError(
                f"{self._model.name} was trained on other features than this version computes.",
                cure="Train it again: python -m training.extractor",
            )

    @property
    def name(self) -> str:
        """`embedded`: as it is asked for on the command line."""
        return "embedded"

    @property
    def signature(self) -> Signature:
        """What its attributes carry: both models by the hash of their weights, the threshold."""
        return Signature(
            model=f"{self._model.name}+{self._embedder.name}",
            settings=digest("threshold", self._threshold),
        )

    def extract(self, person: str, conversations: Sequence[Conversation]) -> Extraction:
        """Return what the person states of themselves, the same words once with all evidence."""
        screened = [screen(conversation) for conversation in conversations]
        dropped: collections.Counter[str] = collections.Counter()
        for each in screened:
            dropped.update(each.refused)
        scored = self.score(conversations, screened)
        kept = [each for each in scored if each.probability >= self._threshold]
        dropped["below_threshold"] = len(scored) - len(kept)
        return Extraction(
            attributes=tuple(self._attributes(person, kept)),
            dropped={reason: count for reason, count in sorted(dropped.items()) if count},
        )

    def score(
        self, conversations: Sequence[Conversation], screened: Sequence[Screened]
    ) -> list[Scored]:
        """Return every candidate with its probability, in the order of the conversations."""
        found = [
            (conversation, each, candidate)
            for conversation, each in zip(conversations, screened, strict=True)
            for candidate in each.candidates
        ]
        if not found:
            return []
        described = np.concatenate(
            [
                describe(conversation, each.candidates)
                for conversation, each in zip(conversations, screened, strict=True)
            ]
        )
        vectors = self._vectors(
            [candidate.text for _, _, candidate in found]
            + [opening_of(conversation) for conversation, _, _ in found]
        )
        probabilities = self._model.probabilities(
            described, vectors[: len(found)], vectors[len(found) :]
        )
        return [
            Scored(conversation, candidate, float(probability))
            for (conversation, _, candidate), probability in zip(found, probabilities, strict=True)
        ]

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        unique = list(dict.fromkeys(texts))
        row_of = {text: row for row, text in enumerate(unique)}
        return self._embedder.embed(unique)[[row_of[text] for text in texts]]

    def _attributes(self, person: str, kept: Iterable[Scored]) -> Iterable[Attribute]:
        same: dict[str, list[Scored]] = {}
        for scored in kept:
            same.setdefault(scored.candidate.text.casefold(), []).append(scored)
        for group in same.values():
            best = max(group, key=lambda scored: scored.probability)
            evidence = tuple(_evidence(scored) for scored in group)
            text = best.candidate.text
            times = [_time(scored) for scored in group]
            yield Attribute(
                id=attribute_id(person, text, evidence, self.signature),
                person=person,
                text=text,
                source="stated",
                confidence=best.probability,
                evidence=evidence,
                topic=best.candidate.topic or topic_of(text),
                at=max((time for time in times if time), default=None),
                signature=self.signature,
            )


def opening_of(conversation: Conversation) -> str:
    """Return the beginning of the first turn of the person, or an empty string."""
    first = next((turn.text for turn in conversation.turns if turn.role == "user"), "")
    return first[:OPENING_LENGTH]


def _evidence(scored: Scored) -> Evidence:
    candidate = scored.candidate
    return Evidence(
        conversation=scored.conversation.id,
        turn=candidate.turn,
        start=candidate.start,
        end=candidate.end,
        quote=scored.conversation.turns[candidate.turn].text[candidate.start : candidate.end],
    )


def _time(scored: Scored) -> str | None:
    return scored.conversation.turns[scored.candidate.turn].at or scored.conversation.at
