"""What was just learned beside what is known: reinforced, added, superseded or held back.

Unlike `stages.merge`, which reads all conversations at once, this goes on from what is there: a
memory keeps its id and its wording when more evidence for it comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.models.base import Embedder
from recenter.records import Attribute, Evidence
from recenter.stages.conflicts import Conflict, compatible, conflicts
from recenter.stages.merge import combined_confidence

THRESHOLD = 0.7
"""Cosine from which a statement says what is known already: that of `stages.merge`."""


class Superseded(NamedTuple):
    """A memory that gave way, and to which."""

    old: Attribute
    new: Attribute
    why: str


class Absorbed(NamedTuple):
    """What becomes of a person's memories. Times and status are not touched here."""

    added: tuple[Attribute, ...]
    reinforced: tuple[Attribute, ...]
    """Known ones with more evidence, under their old ids."""
    superseded: tuple[Superseded, ...]
    outdated: tuple[Superseded, ...] = ()
    """Added ones that give way to what is known, or to what was said after them."""


def absorb(
    known: Sequence[Attribute],
    found: Sequence[Attribute],
    embedder: Embedder,
    *,
    threshold: float = THRESHOLD,
) -> Absorbed:
    """Return what the found attributes, merged among themselves, change of the known ones.

    Raises:
        ModelError: the embedder failed.
    """
    if not found:
        return Absorbed((), (), ())
    vectors = embedder.embed([a.text for a in (*known, *found)])
    likeness = vectors[len(known) :] @ vectors[: len(known)].T
    added: list[Attribute] = []
    stronger = {attribute.id: attribute for attribute in known}
    for row, attribute in enumerate(found):
        same = _nearest(attribute, known, likeness[row], threshold)
        if same is None:
            added.append(attribute)
        else:
            stronger[same.id] = _reinforced(stronger[same.id], attribute, embedder)
    reinforced = tuple(stronger[a.id] for a in known if stronger[a.id] != a)
    gone = _superseded([stronger[a.id] for a in known], added)
    new = {attribute.id for attribute in added}
    return Absorbed(
        tuple(added),
        reinforced,
        superseded=tuple(one for one in gone if one.old.id not in new),
        outdated=tuple(one for one in gone if one.old.id in new),
    )


def _nearest(
    attribute: Attribute,
    known: Sequence[Attribute],
    likeness: NDArray[np.float32],
    threshold: float,
) -> Attribute | None:
    nearest: list[int] = np.argsort(-likeness, kind="stable").tolist()
    for place in nearest:
        if likeness[place] < threshold:
            return None
        if compatible(known[place].text, attribute.text):
            return known[place]
    return None


def _reinforced(known: Attribute, found: Attribute, embedder: Embedder) -> Attribute:
    evidence: tuple[Evidence, ...] = tuple(dict.fromkeys((*known.evidence, *found.evidence)))
    if evidence == known.evidence:
        return known
    times = [one.at for one in (known, found) if one.at is not None]
    said = embedder.embed([" ".join(e.quote for e in a.evidence) for a in (known, found)])
    confidence = np.array([known.confidence, found.confidence])
    return msgspec.structs.replace(
        known,
        evidence=evidence,
        source="stated" if "stated" in (known.source, found.source) else "inferred",
        confidence=combined_confidence(confidence, said),
        at=max(times, default=None),
    )


def _superseded(known: Sequence[Attribute], added: Sequence[Attribute]) -> list[Superseded]:
    """Return what gives way in contradictions that the added ones bring: stated outranks inferred,
    then the later statement stands. What was known before contradicts itself as before.
    """
    new = {attribute.id: attribute for attribute in added}
    every = {attribute.id: attribute for attribute in known} | new
    found: dict[str, Superseded] = {}
    for conflict in conflicts(list(every.values()), of=new):
        one, other = every[conflict.first], every[conflict.second]
        old, stands = _ranked(one, other, conflict, new)
        # Where only some have a time, they need not have an order: what gave way displaces nothing.
        if stands.id not in found:
            found.setdefault(old.id, Superseded(old, stands, conflict.reason))
    return list(found.values())


def _ranked(
    one: Attribute, other: Attribute, conflict: Conflict, new: Mapping[str, Attribute]
) -> tuple[Attribute, Attribute]:
    """Return two that contradict each other, the one that gives way first."""
    if one.source != other.source:
        return (one, other) if one.source == "inferred" else (other, one)
    if conflict.loser is not None:
        return (one, other) if conflict.loser == one.id else (other, one)
    # At the same time: what is new stands, and in one conversation what was said last.
    return (one, other) if _last_said(one, new) < _last_said(other, new) else (other, one)


def _last_said(attribute: Attribute, new: Mapping[str, Attribute]) -> tuple[bool, int, int]:
    return (attribute.id in new, *max((e.turn, e.start) for e in attribute.evidence))
