"""Which sensitive topics a statement about a person touches, by its words and by its meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from recenter.models.base import Embedder
from recenter.models.sensitive_model import SensitiveModel, load_sensitive_model
from recenter.stages import sensitive_words
from recenter.text.by_hash import by_hash

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

_PATTERNS: dict[Topic, str] = {
    topic: rf"\b(?:{getattr(sensitive_words, topic.upper())})\b" for topic in TOPICS
}
_WORDS = {topic: re.compile(pattern, re.IGNORECASE) for topic, pattern in _PATTERNS.items()}


def _folded(pattern: str) -> str:
    """Return a pattern that heeds case and finds in small letters all that this one finds."""
    anywhere = pattern.replace("(?-i:", "(?:")
    return re.sub(r"\\.|[A-Z]", lambda m: m[0] if m[0][0] == "\\" else m[0].lower(), anywhere)


# Asked first, since one that heeds case skips to letters it may begin with: four times as fast.
_PERHAPS = {topic: re.compile(_folded(pattern)) for topic, pattern in _PATTERNS.items()}


@by_hash(16_384)
def sensitive_topics(text: str) -> tuple[Topic, ...]:
    """Return the sensitive topics that a statement's words name, in the order of `TOPICS`.

    English words only, and cautious: "follows politics" and "writes for children" count, while a
    topic that is only implied ("says grace before dinner") is often missed. It is a filter, no
    promise.
    """
    topics: Iterable[Topic] = TOPICS
    if text.isascii():  # Others have letters that count as another's capital and do not fold to it.
        small = text.lower()
        topics = (topic for topic in TOPICS if _PERHAPS[topic].search(small))
    return tuple(topic for topic in topics if _WORDS[topic].search(text))


def topics_of(texts: Sequence[str], embedder: Embedder | None = None) -> list[tuple[Topic, ...]]:
    """Return the sensitive topics that each statement touches, in the order of `TOPICS`: those that
    its words name, and those that a trained model reads in its meaning.

    The model knows the vectors of the embedder in the package only: with another one, or none,
    words alone decide.

    Raises:
        ModelError: the embedder failed.
    """
    named = [sensitive_topics(text) for text in texts]
    model = reader_for(embedder)
    if embedder is None or model is None or not texts:
        return named
    # Also where words name a topic: a person may allow that one and not the other.
    meant = model.topics_of(embedder.embed(texts))
    return [
        tuple(topic for topic in TOPICS if topic in words or topic in meaning)
        for words, meaning in zip(named, meant, strict=True)
    ]


def reader_for(embedder: Embedder | None) -> SensitiveModel | None:
    """Return the model that reads the vectors of an embedder; None where there is none."""
    if embedder is None:
        return None
    model = load_sensitive_model()
    return model if embedder.name == model.encoder else None
