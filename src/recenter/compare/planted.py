"""Whether what a benchmark planted in its conversations is found by the extractor.

A planted sentence counts as found where an attribute of the same person says it: as a whole, or one
of its sentences, with a cosine of at least `NEAR`, or of at least `LIKE` with half of its content
words, and does not say the contrary (`wording.agree`). Both thresholds were chosen on invented
pairs of sentences, before any corpus was read. Beside it stands how often the same sentence is
found among the attributes of others of the same corpus, which is what likeness alone gives: the
mean of those whose number of attributes is nearest, since who has more of them has more that is
alike by chance. Nobody of the same unit is among them: what was planted may be theirs, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from recenter.compare.measure import Rows
from recenter.compare.records import Corpus
from recenter.compare.wording import agree, content_words
from recenter.models.base import Embedder
from recenter.records import Reference, ReferenceKind
from recenter.stages.merge import Vectors
from recenter.stats.estimate import Estimate

NEAR, LIKE, SHARED = 0.65, 0.5, 0.5
MATCHED_KINDS: tuple[ReferenceKind, ...] = ("preference", "fact", "persona")
"""Kinds that are sentences about the person; an answer to a question is none."""
FOUND = "found among the person's attributes"
CONTROLS = 10
"""Others among whose attributes a sentence is looked for."""
NOBODY = "There is nobody of another independent unit to look for it with."
SERVING = "Each person's attributes serve for several others, so there is no interval."
_END = re.compile(r"(?<=[.!?])\s+")


class Looked(NamedTuple):
    """A planted sentence and what was found of it."""

    planted: Reference
    found: bool
    unit: str
    """The independent unit of the person."""
    elsewhere: float | None
    """Share of those others in whose attributes it is found; None where there is nobody else."""
    sizes: tuple[float, float]
    """How many attributes the person has, and the others have on average."""
    nearest: int | None
    """Place of the attribute of the person that is nearest; None where there is none."""
    cosine: float | None


def look_for(corpus: Corpus, vectors: Vectors, embedder: Embedder) -> tuple[Looked, ...]:
    """Return what was found of each planted sentence; `vectors` are those of the attributes."""
    wanted = [p for p in corpus.planted if p.kind in MATCHED_KINDS and p.text.strip()]
    own: dict[str, list[int]] = {person: [] for person in corpus.people}
    for place, made in enumerate(corpus.attributes):
        own[made.person].append(place)
    parts = [[one.text, *_sentences(one.text)] for one in wanted]
    flat = embedder.embed([text for some in parts for text in some])
    ends = np.cumsum([len(some) for some in parts])
    others = _Others(corpus, own)
    looked = []
    for one, some, end in zip(wanted, parts, ends, strict=True):
        rows = flat[end - len(some) : end]
        held = own.get(one.person, [])
        mine = _among(some, rows, held, corpus, vectors)
        beside = [own[who] for who in others.like(one.person, len(held))]
        hits = [_among(some, rows, places, corpus, vectors).found for places in beside]
        looked.append(
            Looked(
                planted=one,
                found=mine.found,
                unit=corpus.units[one.person],
                elsewhere=float(np.mean(hits)) if hits else None,
                sizes=(len(held), float(np.mean([len(p) for p in beside])) if beside else 0.0),
                nearest=mine.nearest,
                cosine=mine.cosine,
            )
        )
    return tuple(looked)


def rows_of(looked: Sequence[Looked]) -> Rows:
    """Return the share found as rows by unit."""
    hits = np.asarray([one.found for one in looked], np.float64)
    return Rows(FOUND, "share", hits, np.ones(len(hits)), tuple(one.unit for one in looked))


def beside(looked: Sequence[Looked]) -> tuple[Estimate, Estimate]:
    """Return how often they are found among others, and how much more often with the person.

    Neither has an interval: one by unit takes rows of other units for independent. Of 300 made
    corpora of 40 people, three in ten of whom had an attribute that says whatever is planted, it
    held the true share among others in 45 % instead of 95 %.
    """
    kept = [(one.found, one.elsewhere) for one in looked if one.elsewhere is not None]
    if not kept:
        nobody = Estimate(value=None, n=len(looked), reason=NOBODY)
        return nobody, nobody
    here, there = np.mean(kept, axis=0).tolist()
    units = {one.unit for one in looked if one.elsewhere is not None}
    bare = Estimate(value=there, n=len(kept), clusters=len(units), reason=SERVING)
    return bare, msgspec.structs.replace(bare, value=here - there)


class _Others:
    """The people of a corpus by how many attributes they have."""

    def __init__(self, corpus: Corpus, own: Mapping[str, Sequence[int]]) -> None:
        self._units = corpus.units
        self._people = np.asarray(list(own), object)
        self._counts = np.asarray([len(places) for places in own.values()])
        self._of = np.asarray([corpus.units[person] for person in own], object)
        # Many have as many attributes; the first of them would stand for all.
        self._rng = np.random.default_rng(0)

    def like(self, person: str, count: int) -> list[str]:
        """Return people of other units whose number of attributes is nearest to a count."""
        order = self._rng.permutation(np.flatnonzero(self._of != self._units[person]))
        nearest = np.argsort(np.abs(self._counts[order] - count), kind="stable")[:CONTROLS]
        found: list[str] = self._people[order[nearest]].tolist()
        return found


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
    found = any(
        _says(text, corpus.attributes[places[at]].text, float(line[at]))
        for text, line in zip(texts, cosines, strict=True)
        for at in np.flatnonzero(line >= LIKE).tolist()
    )
    best = int(cosines.max(axis=0).argmax())
    return _Best(found, places[best], float(cosines.max()))


def _says(planted: str, text: str, cosine: float) -> bool:
    words = content_words(planted)
    shares = bool(words) and len(words & content_words(text)) >= SHARED * len(words)
    return (cosine >= NEAR or shares) and agree(planted, text)


def _sentences(text: str) -> list[str]:
    parts = [part for part in _END.split(text.strip()) if len(content_words(part)) > 1]
    return parts if len(parts) > 1 else []
