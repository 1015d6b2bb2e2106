"""Chooses people who differ from each other, as the study did by diversity sampling."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.errors import InputError
from recenter.models.base import Embedder
from recenter.provenance import Signature, digest
from recenter.records import Conversation

_CUT = 500
_EMBED_AT_ONCE = 256


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """People chosen for their difference."""

    people: tuple[str, ...]
    """In the order chosen: the first k of them are the sample of size k of the same stratum."""
    diversity: float | None
    """Mean cosine distance of all pairs of chosen people; None for fewer than two."""
    random_diversity: float | None
    """The same for as many people chosen at random, mean of 100 draws: what it is to beat."""
    signature: Signature


class Centroids(msgspec.Struct, frozen=True, kw_only=True):
    """Where people stand by what they write."""

    people: tuple[str, ...]
    """Sorted."""
    vectors: NDArray[np.float64]
    """Unit length, shape (people, dimensions)."""
    model: str


def person_centroids(
    conversations: Iterable[Conversation], embedder: Embedder, *, per_person: int = 20
) -> Centroids:
    """Return the mean embedding of each person's opening prompts, of unit length.

    The texts of up to `per_person` conversations count, cut to 500 characters, chosen by hash so
    that the order of the corpus does not matter. Only sums and these texts are held in memory.
    """
    openings: dict[str, dict[str, str]] = defaultdict(dict)
    for conversation in conversations:
        text = next((t.text for t in conversation.turns if t.role == "user" and t.text.strip()), "")
        mine = openings[conversation.person]
        if text:
            mine[digest(conversation.id)] = text[:_CUT]
        if len(mine) > per_person:
            del mine[max(mine)]
    people = tuple(sorted(person for person, mine in openings.items() if mine))
    pairs = [(i, openings[p][name]) for i, p in enumerate(people) for name in sorted(openings[p])]
    sums: NDArray[np.float64] | None = None
    for start in range(0, len(pairs), _EMBED_AT_ONCE):
        some = pairs[start : start + _EMBED_AT_ONCE]
        rows = embedder.embed([text for _, text in some])
        if sums is None:
            sums = np.zeros((len(people), rows.shape[1]))
        np.add.at(sums, [i for i, _ in some], rows)
    vectors = np.zeros((0, 0)) if sums is None else sums
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return Centroids(
        people=people,
        vectors=np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0),
        model=embedder.name,
    )


def sample_people(
    centroids: Centroids,
    count: int,
    *,
    seed: int = 0,
    strata: Mapping[str, str] | None = None,
) -> Sample:
    """Choose `count` people by farthest-point traversal (Gonzalez 1985, greedy k-center): the
    first at random, each next the one whose nearest chosen person is farthest by cosine.

    `strata` names a stratum per person; each gets its share, rounded by largest remainder.

    Raises:
        InputError: there are fewer people than asked for, or one without a stratum.
    """
    if not 0 <= count <= len(centroids.people):
        raise InputError(
            f"{count} people cannot be chosen of {len(centroids.people)}.",
            field="count",
            cure="Ask for fewer, or loosen the filters.",
        )
    groups = _groups(centroids.people, strata)
    shares = _shares({name: len(rows) for name, rows in groups.items()}, count)
    rng = np.random.default_rng(seed)
    chosen: list[int] = []
    for name, rows in groups.items():
        chosen += _farthest(centroids.vectors, rows, shares[name], rng)
    draws = [
        _diversity(centroids.vectors[rng.choice(len(centroids.people), count, replace=False)])
        for _ in range(100)
    ]
    told = [draw for draw in draws if draw is not None]
    return Sample(
        people=tuple(centroids.people[i] for i in chosen),
        diversity=_diversity(centroids.vectors[chosen]),
        random_diversity=float(np.mean(told)) if told else None,
        signature=Signature(model=centroids.model, seed=seed),
    )


def _groups(people: tuple[str, ...], strata: Mapping[str, str] | None) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for i, person in enumerate(people):
        if strata is not None and person not in strata:
            raise InputError(f"{person} has no stratum.", field="strata")
        groups["" if strata is None else strata[person]].append(i)
    return dict(sorted(groups.items()))


def _shares(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """Share out `count` in proportion to sizes, by largest remainder."""
    total = sum(sizes.values())
    exact = {name: count * size / total if total else 0.0 for name, size in sizes.items()}
    shares = {name: int(share) for name, share in exact.items()}
    left = count - sum(shares.values())
    for name in sorted(sizes, key=lambda name: (shares[name] - exact[name], name))[:left]:
        shares[name] += 1
    return shares


def _farthest(
    vectors: NDArray[np.float64], rows: list[int], count: int, rng: np.random.Generator
) -> list[int]:
    if count == 0:
        return []
    mine = vectors[rows]
    picked = [int(rng.integers(len(rows)))]
    nearest = mine @ mine[picked[0]]
    while len(picked) < count:
        # Chosen ones are out of the running even beside people who write the same.
        nearest[picked] = np.inf
        picked.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, mine @ mine[picked[-1]])
    return [rows[i] for i in picked]


def _diversity(vectors: NDArray[np.float64]) -> float | None:
    """Mean cosine distance of all pairs of unit vectors."""
    n = len(vectors)
    if n < 2:
        return None
    total = float(np.square(vectors.sum(axis=0)).sum())
    norms = float(np.square(vectors).sum())
    return 1 - (total - norms) / (n * (n - 1))
