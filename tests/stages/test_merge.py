"""Merging keeps every piece of evidence, joins what is the same and nothing that differs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist

from recenter.errors import InputError
from recenter.models.embedded import Minilm
from recenter.provenance import Signature
from recenter.records import Attribute, Evidence, attribute_id
from recenter.stages.conflicts import compatible
from recenter.stages.merge import clusters, combined_confidence, merge


def attribute(
    text: str, number: int = 0, *, confidence: float = 0.5, source: str = "inferred"
) -> Attribute:
    quote = f"quote {number}"
    span = Evidence(conversation=f"con_{number}", turn=0, start=0, end=len(quote), quote=quote)
    return Attribute(
        id=attribute_id("per_a", text, (span,), Signature()),
        person="per_a",
        text=text,
        source="stated" if source == "stated" else "inferred",
        confidence=confidence,
        evidence=(span,),
        reason=f"reason {number}",
        at=f"2026-01-0{number + 1}",
    )


class Directions:
    """Texts in the table have that direction; the others, such as reasons, share nothing."""

    name = "test:directions"

    def __init__(self, **table: list[float]) -> None:
        self.table = table

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        others = sorted({text for text in texts if text not in self.table})
        rows = np.zeros((len(texts), 2 + len(others)), np.float32)
        for row, text in zip(rows, texts, strict=True):
            if text in self.table:
                row[:2] = np.array(self.table[text]) / np.linalg.norm(self.table[text])
            else:
                row[2 + others.index(text)] = 1
        return rows


def test_the_published_formula_by_hand() -> None:
    """c = .9, .5, .4; the second reason repeats the first at cosine .6, the third is new.

    w = 1, 1 - .6 ** 1.5 = .53524, 1; so 1 - c = .1 * (1 - .26762) * .6 = .04394.
    """
    reasons = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 0, 1]], np.float32)
    got = combined_confidence(np.array([0.9, 0.5, 0.4]), reasons)
    assert got == pytest.approx(0.95606, abs=1e-5)
    order = [2, 0, 1]
    again = combined_confidence(np.array([0.9, 0.5, 0.4])[order], reasons[order])
    assert again == pytest.approx(got)


def test_a_repeated_reason_adds_nothing_and_a_new_one_is_a_noisy_or() -> None:
    confidence = np.array([0.5, 0.5])
    same = np.array([[1, 0], [1, 0]], np.float32)
    apart = np.array([[1, 0], [0, 1]], np.float32)
    opposite = np.array([[1, 0], [-1, 0]], np.float32)
    assert combined_confidence(confidence, same) == pytest.approx(0.5)
    assert combined_confidence(confidence, apart) == pytest.approx(0.75)
    assert combined_confidence(confidence, opposite) == pytest.approx(0.75)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.integers(0, 99))
def test_confidence_is_at_least_the_largest_and_at_most_the_noisy_or(
    values: list[float], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    reasons = rng.normal(size=(len(values), 5)).astype(np.float32)
    reasons /= np.linalg.norm(reasons, axis=1, keepdims=True)
    got = combined_confidence(np.array(values), reasons)
    assert max(values) - 1e-9 <= got <= 1 - np.prod(1 - np.array(values)) + 1e-9


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(0, 999), st.floats(0.3, 0.95))
def test_part_by_part_gives_the_clusters_of_the_whole(n: int, seed: int, threshold: float) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    got = {frozenset(c) for c in clusters(vectors, threshold=threshold)}
    if n == 1:
        assert got == {frozenset([0])}
        return
    labels = fcluster(linkage(pdist(vectors, "cosine"), "average"), 1 - threshold, "distance")
    assert got == {frozenset(np.flatnonzero(labels == label).tolist()) for label in set(labels)}


def test_the_member_nearest_the_weighted_centroid_stands_for_all() -> None:
    model = Directions(tea=[1, 0], chai=[0.9, 0.436], brew=[0.6, 0.8], rugby=[-1, 0])
    given = [
        attribute("tea", 0, confidence=0.2),
        attribute("chai", 1, confidence=0.9, source="stated"),
        attribute("brew", 2, confidence=0.3),
        attribute("rugby", 3),
    ]
    kept = {a.text: a for a in merge(given, model)}
    assert set(kept) == {"chai", "rugby"}
    assert kept["chai"].source == "stated"
    assert kept["chai"].at == "2026-01-03"
    assert [e.quote for e in kept["chai"].evidence] == ["quote 1", "quote 0", "quote 2"]
    assert set(kept["chai"].members) == {a.id for a in given[:3]}
    assert kept["rugby"].members == ()


@given(st.permutations(range(6)), st.integers(0, 50))
def test_order_changes_nothing_and_no_evidence_is_lost(order: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    texts = ["tea", "chai", "brew", "mate", "cocoa", "juice"]
    model = Directions(**{text: list(rng.normal(size=2)) for text in texts})
    given = [attribute(text, i, confidence=i / 6) for i, text in enumerate(texts)]
    merged = merge(given, model)
    assert merge([given[i] for i in order], model) == merged
    spans = [e for a in merged for e in a.evidence]
    assert sorted(e.quote for e in spans) == [f"quote {i}" for i in range(6)]
    # What is merged already and stands apart stays as it is, but for the signature of the merge.
    assert [a.text for a in merge(given + given, model)] == [a.text for a in merged]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The user lives in Bremen.", "The user lives in Groningen.", False),
        ("The user lives in Bremen.", "The user lives in Bremen, Germany.", True),
        ("The user eats meat.", "The user does not eat meat.", False),
        ("The user is vegetarian.", "The user is no longer vegetarian.", False),
        ("The user has two children.", "The user has 3 children.", False),
        ("The user has two children.", "The user has 2 children.", True),
        ("The user has children.", "The user has 3 children.", True),
        ("The user owns a dog called Bo.", "The user owns a dog called Max.", False),
        ("The user likes tea.", "The user enjoys tea.", True),
        ("User drives a Volvo.", "The user drives a Volvo.", True),
        ("", "", True),
        ("The user can eat gluten.", "The user can't eat gluten.", False),
        ("The user can eat gluten.", "The user cannot eat gluten.", False),
        ("The user hasn’t retired.", "The user has retired.", False),
        ("The user prefers short answers.", "The user prefers long answers.", False),
        ("The user prefers short answers.", "The user prefers brief answers.", True),
        ("The user's mother is a nurse.", "The user's father is a nurse.", False),
        ("The user is right-handed.", "The user is left-handed.", False),
        ("The user has a dog.", "The user has a dog and a cat.", True),
    ],
)
def test_what_differs_in_a_detail_is_not_the_same(one: str, other: str, *, same: bool) -> None:
    assert compatible(one, other) is same
    assert compatible(other, one) is same


def test_contradictions_stay_side_by_side_however_near() -> None:
    given = [attribute("The user lives in Bremen."), attribute("The user lives in Groningen.", 1)]
    model = Directions(**{a.text: [1.0, 0.0] for a in given})
    assert {a.text for a in merge(given, model)} == {a.text for a in given}


def test_of_contradicting_groups_the_most_confident_gathers_its_own() -> None:
    """Which statement a vague one joins does not depend on ids."""
    given = [
        attribute("The user has children.", 0, confidence=0.2),
        attribute("The user has 3 children.", 1, confidence=0.9),
        attribute("The user has 2 children.", 2, confidence=0.5),
    ]
    model = Directions(**{a.text: [1.0, 0.0] for a in given})
    merged = {frozenset(e.quote for e in a.evidence) for a in merge(given, model)}
    assert merged == {frozenset({"quote 0", "quote 1"}), frozenset({"quote 2"})}


def test_at_a_threshold_of_one_the_same_words_are_still_one() -> None:
    given = [attribute("The user has a dog.", n) for n in range(3)]
    model = Minilm()
    (one,) = merge(given, model, threshold=1)
    assert len(one.members) == 3
    other = attribute("The user owns a dog.", 3)
    assert len(merge([*given, other], model, threshold=1)) == 2
    assert len(merge([*given, other], model, threshold=0)) == 1


def test_degenerate_inputs() -> None:
    model = Directions(one=[1, 0])
    assert merge([], model) == ()
    (alone,) = merge([attribute("one", confidence=0.0)] * 2, model)
    assert (alone.text, alone.confidence) == ("one", 0.0)
    with pytest.raises(InputError, match="threshold"):
        merge([attribute("one")], model, threshold=1.5)
