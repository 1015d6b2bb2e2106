"""Whether what a benchmark planted in its conversations is found by the extractor.

A planted sentence counts as found where an attribute of the same person says it: as a whole, or one
of its sentences, with a cosine of at least `NEAR`, or of at least `LIKE` with half of its content
words. Both were chosen on invented pairs of sentences, before any corpus was read. Beside it stands
how often the same sentence is found among another person's attributes of the same corpus, which is
what likeness alone gives.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recenter.compare.measure import Rows
from recenter.compare.records import Corpus
from recenter.models.base import Embedder
from recenter.records import Reference, ReferenceKind
from recenter.stages.merge import Vectors

NEAR, LIKE, SHARED = 0.65, 0.5, 0.5
MATCHED_KINDS: tuple[ReferenceKind, ...] = ("preference", "fact", "persona")
"""Kinds that are sentences about the person; an answer to a question is none."""
FOUND, ELSEWHERE = "found among the person's attributes", "found among another person's"
_WORD = re.compile(r"[^\W\d_]{3,}")
_END = re.compile(r"(?<=[.!?])\s+")
_PLAIN = frozenset(
    word
    for line in (
        "about also and any are been but can could does don for from get has have her his how into",
        "its just like likes mine more most much not often only other over own prefer prefers",
        "rather really she should some strong strongly such tend than that the their them then",
        "there these they this those usually user very was way were what when where which who will",
        "with would you your dislike dislikes enjoy enjoys hate love loves want wants aversion",
    )
    for word in line.split()
)
"""Words that hold nothing of what somebody likes or does."""


class Looked(NamedTuple):
    """A planted sentence and what was found of it."""

    planted: Reference
    found: bool
    elsewhere: bool
    """Whether it is found among the attributes of the next person who has any."""
    nearest: int | None
    """Place of the attribute of the person that is nearest; None where there is none."""
    cosine: float | None


def look_for(corpus: Corpus, vectors: Vectors, embedder: Embedder) -> tuple[Looked, ...]:
    """Return what was found of each planted sentence; `vectors` are those of the attributes."""
    wanted = [p for p in corpus.planted if p.kind in MATCHED_KINDS and p.text.strip()]
    own: dict[str, list[int]] = {}
    for place, made in enumerate(corpus.attributes):
        own.setdefault(made.person, []).append(place)
    parts = [[one.text, *_sentences(one.text)] for one in wanted]
    flat = embedder.embed([text for some in parts for text in some])
    ends = np.cumsum([len(some) for some in parts])
    after = _next(corpus.people, own)
    looked = []
    for one, some, end in zip(wanted, parts, ends, strict=True):
        rows = flat[end - len(some) : end]
        mine = _among(some, rows, own.get(one.person, []), corpus, vectors)
        other = _among(some, rows, own.get(after.get(one.person, ""), []), corpus, vectors)
        looked.append(Looked(one, mine.found, other.found, mine.nearest, mine.cosine))
    return tuple(looked)


def rows_of(looked: Sequence[Looked], *, elsewhere: bool = False) -> Rows:
    """Return the share found as rows by person."""
    hits = [one.elsewhere if elsewhere else one.found for one in looked]
    return Rows(
        ELSEWHERE if elsewhere else FOUND,
        "share",
        np.asarray(hits, np.float64),
        np.ones(len(hits)),
        tuple(one.planted.person for one in looked),
    )


class _Best(NamedTuple):
    found: bool
    nearest: int | None
    cosine: float | None


def _among(
    texts: Sequence[str], rows: Vectors, places: Sequence[int], corpus: Corpus, vectors: Vectors
) -> _Best:
    if not places:
        return _Best(False, None, None)
    cosines = rows @ vectors[list(places)].T
    found = bool((cosines >= NEAR).any())
    if not found:
        for text, line in zip(texts, cosines, strict=True):
            words = content_words(text)
            near = [places[at] for at in np.flatnonzero(line >= LIKE).tolist()]
            found = found or any(_shares(words, corpus.attributes[at].text) for at in near)
    best = int(cosines.max(axis=0).argmax())
    return _Best(found, places[best], float(cosines.max()))


def _shares(words: frozenset[str], text: str) -> bool:
    return bool(words) and len(words & content_words(text)) >= SHARED * len(words)


def content_words(text: str) -> frozenset[str]:
    """Return the words that carry the meaning of a sentence, without their plural."""
    words = (word.removesuffix("s") for word in _WORD.findall(text.lower()) if word not in _PLAIN)
    return frozenset(words)


def _sentences(text: str) -> list[str]:
    parts = [part for part in _END.split(text.strip()) if len(content_words(part)) > 1]
    return parts if len(parts) > 1 else []


def _next(people: Sequence[str], own: dict[str, list[int]]) -> dict[str, str]:
    """Return for each person the next one after them who has attributes."""
    holders = [person for person in people if person in own]
    if not holders:
        return {}
    place = {person: at for at, person in enumerate(people)}
    found = {}
    for person in people:
        later = (one for one in holders if place[one] > place[person])
        other = next(later, holders[0])
        if other != person:
            found[person] = other
    return found
