from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from recenter.corpus.sample import Centroids, person_centroids, sample_people
from recenter.errors import InputError

from .makers import talk


class ByFirstLetter:
    """Puts texts at an angle given by their first letter."""

    name = "test:letters"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        angles = [(ord(text[0]) - ord("a")) / 26 * np.pi for text in texts]
        return np.array([[np.cos(a), np.sin(a)] for a in angles], dtype=np.float32)


def crowd(count: int = 40, seed: int = 1) -> Centroids:
    """A dense crowd with a few who stand apart."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, 8)) * 0.1 + np.eye(8)[0]
    vectors[:4] = np.eye(8)[2:6]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    people = tuple(f"per_{i:02}" for i in range(count))
    return Centroids(people=people, vectors=vectors, model="test:letters")


def test_people_apart_are_chosen_before_the_crowd() -> None:
    sample = sample_people(crowd(), 6)
    assert {"per_00", "per_01", "per_02", "per_03"} < set(sample.people)
    assert sample.diversity is not None
    assert sample.random_diversity is not None
    assert sample.diversity > 2 * sample.random_diversity


def test_the_same_seed_chooses_the_same_and_a_larger_sample_extends_it() -> None:
    assert sample_people(crowd(), 6, seed=3) == sample_people(crowd(), 6, seed=3)
    larger = sample_people(crowd(), 9, seed=3).people
    assert larger[:6] == sample_people(crowd(), 6, seed=3).people
    assert len(set(larger)) == 9


def test_everybody_can_be_chosen_even_where_all_write_the_same() -> None:
    same = Centroids(people=("a", "b", "c"), vectors=np.ones((3, 1)), model="test:letters")
    sample = sample_people(same, 3)
    assert set(sample.people) == {"a", "b", "c"}
    assert sample.diversity == pytest.approx(0)


def test_diversity_is_the_mean_distance_of_pairs() -> None:
    given = crowd(5)
    sample = sample_people(given, 5)
    pairs = [1 - float(given.vectors[i] @ given.vectors[j]) for i in range(5) for j in range(i)]
    assert sample.diversity == pytest.approx(np.mean(pairs))
    assert sample_people(given, 1).diversity is None


def test_strata_get_their_share() -> None:
    strata = {person: "new" if i < 10 else "old" for i, person in enumerate(crowd().people)}
    sample = sample_people(crowd(), 8, strata=strata)
    assert [strata[person] for person in sample.people] == ["new"] * 2 + ["old"] * 6


def test_what_cannot_be_chosen_is_said() -> None:
    with pytest.raises(InputError, match="41 people cannot be chosen of 40"):
        sample_people(crowd(), 41)
    with pytest.raises(InputError, match="per_00 has no stratum"):
        sample_people(crowd(), 2, strata={})


def test_centroids_do_not_depend_on_the_order_of_the_corpus() -> None:
    talks = [talk("ann", f"{letter}bees") for letter in "abcdefgh"] + [
        talk("bob", "z"),
        talk("eve", " "),
    ]
    one = person_centroids(talks, ByFirstLetter(), per_person=3)
    two = person_centroids(talks[::-1], ByFirstLetter(), per_person=3)
    assert one.people == two.people == ("ann", "bob")
    assert np.array_equal(one.vectors, two.vectors)
    assert np.linalg.norm(one.vectors, axis=1) == pytest.approx(1)
