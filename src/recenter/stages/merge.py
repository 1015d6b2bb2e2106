"""One attribute for near-duplicates, with all their evidence; what contradicts stays apart.

Average-linkage clustering of the statements' embeddings at cosine 0.7; the member nearest to the
confidence-weighted centroid is kept; confidences combine by a noisy-or that counts a repeated
reason for little. This is how the study (arXiv 2606.06614) merged, as recomputed from its data.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

from recenter.errors import InputError
from recenter.models.base import Embedder
from recenter.provenance import Signature, digest
from recenter.records import Attribute, Evidence, attribute_id
from recenter.stages.conflicts import compatible

_BLOCK = 1024
_REPEAT = 1.5
# The cosine of a vector with itself is 1 up to this.
_ROUNDING = 1e-6

Vectors = NDArray[np.float32]


def merged_signature(signature: Signature, embedder: Embedder, threshold: float) -> Signature:
    """Return the signature of attributes of this signature after merging."""
    settings = digest(signature.settings, "merge", embedder.name, threshold)
    return msgspec.structs.replace(signature, settings=settings)


def merge(
    attributes: Sequence[Attribute], embedder: Embedder, *, threshold: float = 0.7
) -> tuple[Attribute, ...]:
    """Return one attribute per group of near-duplicates of a person, in the order of their ids.

    Every result carries all evidence of its members, the latest time, and `stated` if one of them
    was. Statements that contradict each other are never merged, whatever their cosine. The order
    of the input changes nothing.

    Args:
        attributes: of one person.
        embedder: of statements and reasons.
        threshold: mean cosine from which two groups are one.

    Raises:
        InputError: the attributes are of several people, or the threshold is not in [0, 1].
    """
    if not 0 <= threshold <= 1:
        raise InputError(f"a cosine threshold lies in [0, 1], got {threshold!r}.")
    people = {attribute.person for attribute in attributes}
    if len(people) > 1:
        raise InputError(f"only attributes of one person can be merged, got {len(people)} people.")
    ordered = sorted({a.id: a for a in attributes}.values(), key=lambda a: a.id)
    if not ordered:
        return ()
    vectors = embedder.embed([a.text for a in ordered])
    reasons = embedder.embed([_reason(a) for a in ordered])
    merged = []
    for cluster in clusters(vectors, threshold=threshold):
        for group in _apart(ordered, cluster):
            made = _one([ordered[i] for i in group], vectors[group], reasons[group])
            signature = merged_signature(made.signature, embedder, threshold)
            id = attribute_id(made.person, made.text, made.evidence, signature)
            merged.append(msgspec.structs.replace(made, id=id, signature=signature))
    return tuple(sorted(merged, key=lambda attribute: attribute.id))


def clusters(vectors: Vectors, *, threshold: float) -> Iterator[list[int]]:
    """Yield the members of each average-linkage cluster, for unit vectors of shape (n, d).

    Two clusters only join where some pair of their members is near enough, so clustering each
    connected part of the graph of near pairs gives the same as clustering all (n, n) at once.
    """
    count, part_of = connected_components(_near(vectors, threshold), directed=False)
    members = np.argsort(part_of, kind="stable")
    bounds = np.searchsorted(part_of[members], np.arange(count + 1))
    for start, end in itertools.pairwise(bounds):
        part = members[start:end]
        if len(part) == 1:
            yield [int(part[0])]
            continue
        distances = 1.0 - vectors[part].astype(np.float64) @ vectors[part].astype(np.float64).T
        np.fill_diagonal(distances, 0.0)
        tree = linkage(squareform(np.maximum(distances, 0.0), checks=False), "average")
        labels = fcluster(tree, 1.0 - threshold + _ROUNDING, "distance")
        for label in np.unique(labels):
            yield [int(i) for i in part[labels == label]]


def _near(vectors: Vectors, threshold: float) -> coo_array:
    """Return the graph of pairs that are near enough, computed block by block."""
    rows, columns = [], []
    for start in range(0, len(vectors), _BLOCK):
        near = vectors[start : start + _BLOCK] @ vectors.T >= threshold - _ROUNDING
        row, column = np.nonzero(near)
        rows.append(row + start)
        columns.append(column)
    pair = (np.concatenate(rows), np.concatenate(columns))
    return coo_array((np.ones(len(pair[0]), np.int8), pair), shape=(len(vectors),) * 2)


def _apart(ordered: Sequence[Attribute], cluster: list[int]) -> list[list[int]]:
    """Split a cluster so that no two statements of a group contradict each other."""
    groups: list[list[int]] = []
    for i in sorted(cluster, key=lambda i: (-ordered[i].confidence, ordered[i].id)):
        text = ordered[i].text
        fitting = (g for g in groups if all(compatible(text, ordered[j].text) for j in g))
        group = next(fitting, None)
        if group is None:
            groups.append([i])
        else:
            group.append(i)
    return groups


def _one(members: list[Attribute], vectors: Vectors, reasons: Vectors) -> Attribute:
    """Return the attribute that stands for its members, which come most confident first."""
    if len(members) == 1:
        return members[0]
    confidence = np.array([member.confidence for member in members])
    centroid = (confidence if confidence.any() else np.ones_like(confidence)) @ vectors
    kept = members[int(np.argmax(vectors @ centroid))]
    times = [member.at for member in members if member.at is not None]
    return msgspec.structs.replace(
        kept,
        source="stated" if any(m.source == "stated" for m in members) else "inferred",
        confidence=combined_confidence(confidence, reasons),
        evidence=_all_evidence(kept, members),
        at=max(times, default=None),
        members=tuple(sorted({id for m in members for id in (m.members or (m.id,))})),
    )


def combined_confidence(confidence: NDArray[np.float64], reasons: Vectors) -> float:
    """Return the noisy-or of confidences, discounted where a reason repeats those before it.

    With members sorted by confidence, `1 - c = prod(1 - w_i c_i)`, `w_1 = 1` and
    `w_i = 1 - max(0, mean cosine of reason i to reasons 1..i-1) ** 1.5`.

    Args:
        confidence: shape (n,), in [0, 1], in any order.
        reasons: unit vectors of the reasons, shape (n, d).
    """
    order = np.argsort(-confidence, kind="stable")
    missing = 1.0
    for rank, i in enumerate(order):
        weight = 1.0
        if rank:
            repeated = float(np.mean(reasons[order[:rank]] @ reasons[i]))
            weight = 1.0 - min(1.0, max(0.0, repeated)) ** _REPEAT
        missing *= 1.0 - weight * float(confidence[i])
    return 1.0 - missing


def _all_evidence(kept: Attribute, members: Sequence[Attribute]) -> tuple[Evidence, ...]:
    """Return the evidence of all, that of the kept statement first, no span twice."""
    others = {span: None for member in members for span in member.evidence}
    rest = sorted(others, key=lambda e: (e.conversation, e.turn, e.start, e.end))
    return tuple(dict.fromkeys((*kept.evidence, *rest)))


def _reason(attribute: Attribute) -> str:
    return attribute.reason or " ".join(evidence.quote for evidence in attribute.evidence)
