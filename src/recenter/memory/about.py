"""Which memories a topic is about, for a person who wants it forgotten."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recenter.memory.records import Memorised
from recenter.models.base import Embedder
from recenter.stages.sensitive import Topic, topics_of

CLOSE = 0.3
"""Cosine from which a memory counts as about a topic. Tried on 12 invented statements and 15
topics: of 14 pairs that belong together without sharing a word, 6 lay above it, and none of those
that don't. Kinds, and the next ones, which are shown too, are for the rest."""
NEAR = 5
"""How many of the next memories are shown beside, for the person to decide."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_SMALL = frozenset(
    _WORD.findall(
        "about all an and are as at be everything for from has have her his in is it its me my"
        " of on or our that the their them they this to user was we what where who with you your"
    )
)


class About(NamedTuple):
    """What was found for a topic."""

    found: tuple[Memorised, ...]
    """About the topic, nearest first."""
    near: tuple[Memorised, ...]
    """Perhaps about it, nearest first."""


def about(memories: Sequence[Memorised], topic: str, embedder: Embedder) -> About:
    """Return the memories that a topic is about: by a shared word, by kind, or by meaning.

    Found generously, since what is found is shown before anything is done with it.
    """
    if not memories:
        return About((), ())
    texts = [memory.attribute.text for memory in memories]
    vectors = _unit(embedder.embed([topic, *texts]))
    closeness = vectors[1:] @ vectors[0]
    wanted = _stems(topic)
    found, near = [], []
    topics = topics_of(texts, embedder)
    for place in np.argsort(-closeness, kind="stable"):
        memory = memories[int(place)]
        if closeness[place] >= CLOSE or wanted & _stems_of(memory, topics[place]):
            found.append(memory)
        else:
            near.append(memory)
    return About(tuple(found), tuple(near[:NEAR]))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


def _stems_of(memory: Memorised, topics: Sequence[Topic]) -> set[str]:
    attribute = memory.attribute
    kinds = [attribute.topic or "", *topics]
    quotes = [evidence.quote for evidence in attribute.evidence]
    return _stems(" ".join([attribute.text, *quotes, *kinds]).replace("_", " "))


def _stems(text: str) -> set[str]:
    words = (word.casefold() for word in _WORD.findall(text))
    # As crude as it is short: `nurses` and `nursing` meet `nurse`, `job` does not meet `jobless`.
    return {re.sub(r"(?:ing|es|ed|s|e)$", "", w) or w for w in words if w not in _SMALL}
