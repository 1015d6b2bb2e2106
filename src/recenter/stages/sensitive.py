"""Which sensitive topics a statement about a person touches, by its words."""

from __future__ import annotations

import re
from typing import Literal, get_args

from recenter.stages import sensitive_words

Topic = Literal["health", "religion", "politics", "sexuality", "minors", "third_parties"]

TOPICS: tuple[Topic, ...] = get_args(Topic)

_WORDS: dict[Topic, re.Pattern[str]] = {
    topic: re.compile(rf"\b(?:{getattr(sensitive_words, topic.upper())})\b", re.IGNORECASE)
    for topic in TOPICS
}


def sensitive_topics(text: str) -> tuple[Topic, ...]:
    """Return the sensitive topics that a statement touches, in the order of `TOPICS`.

    English words only, and cautious: "follows politics" and "writes for children" count, while a
    topic that is only implied ("says grace before dinner") is often missed. It is a filter, no
    promise.
    """
    return tuple(topic for topic in TOPICS if _WORDS[topic].search(text))
