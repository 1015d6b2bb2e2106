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
    heads = []
    for places in same.values():
        head, *rest = sorted(places, key=better, reverse=True)
        heads.append(head)
        for place in rest:
            yield Finding(
                entry=place, fault="duplicate", reason="says the same in the same words", other=head
            )
    owners: dict[str | None, list[int]] = {}
    for head in heads:
        owners.setdefault(entries[head].owner, []).append(head)
    for of_owner in owners.values():
        rows = vectors[[row[head] for head in of_owner]]
        for cluster in clusters(rows, threshold=near):
            members = sorted(cluster, key=lambda one: better(of_owner[one]), reverse=True)
            places = [of_owner[one] for one in members]
            yield from _near(entries, places, rows[members], near)


def _near(
    entries: Sequence[Entry], places: list[int], vectors: Vectors, least: float
) -> Iterator[Finding]:
    """Yield the members of a cluster that say what a better one says; that one is kept."""
    kept: list[int] = []
    for row, place in enumerate(places):
        text = entries[place].text
        near = np.flatnonzero(vectors[kept] @ vectors[row] >= least) if kept else ()
        alike = (places[kept[n]] for n in near)
        other = next((one for one in alike if _same_facts(text, entries[one].text)), None)
        if other is None:
            kept.append(row)
        else:
            yield Finding(
                entry=place, fault="duplicate", reason="says nearly the same", other=other
            )


def _same_facts(one: str, other: str) -> bool:
    return kin_in(one) == kin_in(other) and compatible(one, other)
