"""Entries that say what another says: in the same words, or nearly the same by their meaning."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from recenter.audit.checks.subjects import kin_in
from recenter.audit.record import Entry, Finding
from recenter.stages.conflicts import compatible
from recenter.stages.merge import Vectors, clusters
from recenter.text.locate import fold_words

NEAR = 0.9
"""Cosine to the entry that is kept from which another is its duplicate, and mean cosine from
which two groups are one. Higher than where attributes are merged: nothing is dropped there."""
NEAR_IN_WORDS = 0.94
"""The same for `word_vectors`, in which one word of a dozen makes less of a difference."""
_PLACES = 1024
_LOOKED_AT = 32
"""Of the kept entries near to another, the nearest that are looked at for one that it repeats."""
_TOGETHER = 4096
"""Texts of an owner that are compared by meaning at once, next to one another in the alphabet:
memory grows with the square where all are alike."""

Key = tuple[str | None, tuple[str, ...]]


def key_of(entry: Entry) -> Key:
    """Return what two entries have in common that say the same in the same words."""
    words = fold_words(entry.text)
    # Where nothing is left to compare, only the very same text is the same.
    return entry.owner, tuple(words) if words else (entry.text,)


def word_vectors(texts: Sequence[str]) -> Vectors:
    """Return a unit vector for each text that counts its words and pairs of words, shape (n, d).

    Words share places by their hash: Weinberger et al., "Feature hashing" (2009).
    """
    vectors = np.zeros((len(texts), _PLACES), np.float32)
    for row, text in zip(vectors, texts, strict=True):
        words = fold_words(text) or [text]
        for feature in (*words, *map(" ".join, itertools.pairwise(words))):
            row[zlib.crc32(feature.encode()) % _PLACES] += 1
    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit


def duplicates(
    entries: Sequence[Entry],
    among: Sequence[int],
    vectors: Vectors,
    *,
    better: Callable[[int], tuple[object, ...]],
    near: float = NEAR,
) -> Iterator[Finding]:
    """Yield every entry that says what a better one of the same owner says.

    Of a group, the one with the greatest `better` stays. Every other is compatible with it (see
    `conflicts.compatible`), of the same kin, and word for word the same or at least `near` to it.

    Args:
        among: positions of the entries that are compared.
        vectors: unit vectors of their texts, shape (len(among), d).
        better: what speaks for an entry, by its position; compared as tuples.
    """
    same: dict[Key, list[int]] = {}
    row = {place: number for number, place in enumerate(among)}
    for place in among:
        same.setdefault(key_of(entries[place]), []).append(place)
    heads = {max(places, key=better): places for places in same.values()}
    kept_for: dict[int, int] = {}
    owners: dict[str | None, list[int]] = {}
    for head in heads:
        owners.setdefault(entries[head].owner, []).append(head)
    for of_owner in owners.values():
        of_owner.sort(key=lambda place: key_of(entries[place])[1])
        for start in range(0, len(of_owner), _TOGETHER):
            part = of_owner[start : start + _TOGETHER]
            rows = vectors[[row[head] for head in part]]
            for cluster in clusters(rows, threshold=near):
                members = sorted(cluster, key=lambda one: better(part[one]), reverse=True)
                places = [part[one] for one in members]
                kept_for |= _near(entries, places, rows[members], near)
    for head, places in heads.items():
        kept = kept_for.get(head, head)
        reason = "says the same in the same words" if kept == head else "says nearly the same"
        for place in places:
            if place != kept:
                yield Finding(entry=place, fault="duplicate", reason=reason, other=kept)


def _near(
    entries: Sequence[Entry], places: list[int], vectors: Vectors, least: float
) -> dict[int, int]:
    """Return the members of a cluster that say what a better one says, with the one that stays."""
    kept: list[int] = []
    of_kept = np.empty_like(vectors)
    found = {}
    for row, place in enumerate(places):
        text = entries[place].text
        cosines = of_kept[: len(kept)] @ vectors[row]
        nearest = np.argsort(-cosines, kind="stable")[:_LOOKED_AT]
        alike = (places[kept[n]] for n in nearest if cosines[n] >= least)
        other = next((one for one in alike if _same_facts(text, entries[one].text)), None)
        if other is None:
            of_kept[len(kept)] = vectors[row]
            kept.append(row)
        else:
            found[place] = other
    return found


def _same_facts(one: str, other: str) -> bool:
    return kin_in(one) == kin_in(other) and compatible(one, other)
