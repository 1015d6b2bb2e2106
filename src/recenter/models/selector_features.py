"""What the trained selector reads of a text beside its vector: marks of a message, word pieces."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_WORD = re.compile(r"\w+")
_QUESTION = {"what", "who", "how", "why", "when", "where", "which"}
_SELF = {"i", "my", "me", "we", "our", "us"}
_ADVICE = {"should", "best", "recommend", "suggest", "ideas", "help"}
_CODE = set("{}()[]=;<>/_$*+")
_SHORTEST, _LONGEST = 3, 5

MARKS = (
    "words",
    "characters",
    "digits",
    "quotes",
    "code",
    "self",
    "self_share",
    "question",
    "how",
    "advice",
    "write",
    "transform",
    "lines",
    "sentences",
    "colon",
)
"""Names of the columns of `marks`."""


def marks(texts: Sequence[str]) -> Floats:
    """Return what a reader sees of messages before their meaning, shape (texts, marks).

    Lengths are logarithms, the rest shares, or 1 where the message has the mark.
    """
    return np.asarray([_marks(text) for text in texts], np.float64).reshape(-1, len(MARKS))


def _marks(text: str) -> tuple[float, ...]:
    words = _WORD.findall(text.lower())
    first = set(words[:1])
    known = set(words)
    size = len(text) + 1
    return (
        np.log1p(len(words)),
        np.log1p(len(text)),
        sum(c.isdigit() for c in text) / size,
        min(text.count('"') + text.count("`"), 4) / 4,
        sum(c in _CODE for c in text) / size,
        bool(known & _SELF),
        sum(word in _SELF for word in words) / (len(words) + 1),
        bool(first & _QUESTION),
        "how" in words[:2],
        bool(known & _ADVICE),
        "write" in words[:8],
        bool(known & {"translate", "convert"}),
        "\n" in text,
        min(sum(text.count(c) for c in ".?!"), 8) / 8,
        ":" in text,
    )


def grams(text: str) -> Counter[str]:
    """Return how often each run of three to five characters stands within a word, edges as spaces.

    As the analyzer `char_wb` of scikit-learn cuts them, so that training may use that.
    """
    found: list[str] = []
    for word in text.lower().split():
        padded = f" {word} "
        for length in range(_SHORTEST, _LONGEST + 1):
            if len(padded) <= length:
                found.append(padded)
                break
            found += [padded[i : i + length] for i in range(len(padded) - length + 1)]
    return Counter(found)


@functools.cache
def _damped(count: int) -> float:
    return 1 + float(np.log(count))


def weighted_grams(
    texts: Sequence[str], vocabulary: Sequence[str], rarity: NDArray[np.floating]
) -> Floats:
    """Return unit rows of damped counts by rarity, shape (texts, vocabulary).

    TF-IDF with 1 + log(count): Manning et al., "Introduction to Information Retrieval", ch. 6.
    """
    column = {gram: number for number, gram in enumerate(vocabulary)}
    rows = np.zeros((len(texts), len(column)))
    for row, text in zip(rows, texts, strict=True):
        for gram, count in grams(text).items():
            if gram in column:
                row[column[gram]] = _damped(count) * rarity[column[gram]]
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norms == 0, 1, norms)
