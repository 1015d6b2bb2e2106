"""Filters and sampling switched on one by one, and what each leaves of the attributes."""

from __future__ import annotations

import pytest

from recenter.compare.steps import RAW, StepSettings, steps_of
from recenter.models.embedded import Minilm
from recenter.records import Conversation
from tests.compare.made import corpus, talk

EMBEDDER = Minilm()
ENGLISH = "I like to read long novels about the sea when it rains outside"
TALKS: list[Conversation] = [
    *(
        talk(f"p{i}", f"I like number {i} of the many songs about rivers", "Hello")
        for i in range(6)
    ),
    talk("q", ENGLISH, "Tell me about the history of the old harbour in the north"),
    talk("twin", ENGLISH, "Tell me about the history of the old harbour in the north", key="2"),
    talk("r", "I mag es sehr, am Wochenende in den Bergen zu wandern und zu lesen"),
]
CORPUS = corpus("real", TALKS)
VECTORS = EMBEDDER.embed([one.text for one in CORPUS.attributes])


def names(*steps: str, **other: int) -> list[tuple[str, int, int]]:
    settings = StepSettings(steps=steps, **other)  # type: ignore[arg-type]
    found = steps_of(CORPUS, lambda: TALKS, VECTORS, EMBEDDER, settings)
    return [(left.name, left.people, left.attributes) for left in found]


def test_without_steps_there_is_the_corpus_as_it_came() -> None:
    assert names() == [(RAW, 9, 9)]


def test_each_step_can_be_switched_on_alone() -> None:
    assert names("language")[1] == ("language", 8, 8)
    assert names("duplicates")[1][:1] == ("duplicates",)
    assert names("duplicates")[1][1] < 9
    assert names("activity", min_conversations=2)[1] == ("activity", 0, 0)
    assert names("activity", min_conversations=1, min_turns=1)[1] == ("activity", 9, 9)
    assert names("sample", sample=3)[1] == ("sample", 3, 3)


def test_steps_are_taken_one_after_the_other_in_the_order_of_the_study() -> None:
    both = names("sample", "language", sample=4)
    assert [name for name, _, _ in both] == [RAW, "language", "sample"]
    assert [people for _, people, _ in both] == [9, 8, 4]


def test_what_is_left_of_nothing_has_no_distance_and_too_few_to_sample_says_so() -> None:
    settings = StepSettings(steps=("activity", "sample"))
    left = steps_of(CORPUS, lambda: TALKS, VECTORS, EMBEDDER, settings)
    assert left[1].distance is None
    assert left[2].note == "Too few people are left (0) to choose 50."


def test_sampling_for_difference_is_held_against_as_many_at_random() -> None:
    settings = StepSettings(steps=("sample",), sample=4)
    sampled = steps_of(CORPUS, lambda: TALKS, VECTORS, EMBEDDER, settings)[1]
    assert sampled.distance is not None
    assert sampled.random is not None
    assert sampled.random == pytest.approx(_raw(), abs=0.1)
    assert sampled.distance.value > sampled.random


def _raw() -> float:
    raw = steps_of(CORPUS, lambda: TALKS, VECTORS, EMBEDDER, StepSettings())[0].distance
    assert raw is not None
    return raw.value
