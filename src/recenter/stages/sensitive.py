"""Which sensitive topics a statement about a person touches, by its words and by its meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, get_args

from recenter.models.base import Embedder
from recenter.models.sensitive_model import SensitiveModel, load_sensitive_model
from recenter.stages import sensitive_words

Topic = Literal[
    "health",
    "religion",
    "politics",
    "sexuality",
    "minors",
    "third_parties",
    "finances",
    "crime",
    "ethnicity",
]

TOPICS: tuple[Topic, ...] = get_args(Topic)

_WORDS: dict[Topic, re.Pattern[str]] = {
    topic: re.compile(rf"\b(?:{getattr(sensitive_words, topic.upper())})\b", re.IGNORECASE)
    for topic in TOPICS
}


def sensitive_topics(text: str) -> tuple[Topic, ...]:
    """Return the sensitive topics that a statement's words name, in the order of `TOPICS`.

    English words only, and cautious: "follows politics" and "writes for children" count, while a
    topic that is only implied ("says grace before dinner") is often missed. It is a filter, no
    promise.
    """
    return tuple(topic for topic in TOPICS if _WORDS[topic].search(text))


def topics_of(texts: Sequence[str], embedder: Embedder | None = None) -> list[tuple[Topic, ...]]:
    """Return the sensitive topics that each statement touches, in the order of `TOPICS`.

    Words decide where they name a topic; where they name none, a trained model reads the
    statement's meaning. It knows the vectors of the embedder in the package only: with another
    one, or none, words alone decide.

    Raises:
        ModelError: the embedder failed.
    """
    found = [sensitive_topics(text) for text in texts]
    model = reader_for(embedder)
    silent = [place for place, topics in enumerate(found) if not topics]
    if embedder is None or model is None or not silent:
        return found
    vectors = embedder.embed([texts[place] for place in silent])
    for place, meant in zip(silent, model.topics_of(vectors), strict=True):
        found[place] = tuple(topic for topic in TOPICS if topic in meant)
    return found


def reader_for(embedder: Embedder | None) -> SensitiveModel | None:
    """Return the model that reads the vectors of an embedder; None where there is none."""
    if embedder is None:
        return None
    model = load_sensitive_model()
    return model if embedder.name == model.encoder else None
