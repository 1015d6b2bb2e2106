"""Selection by meaning with the embedded model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from recenter.models.embedded import Minilm
from recenter.stages.select_embedding import EmbeddingSelector
from tests.stages.makers import attribute, query

PROFILE = [
    attribute("The user is vegetarian."),
    attribute("The user has a knee injury."),
    attribute("The user works as a nurse on night shifts."),
    attribute("The user writes Python for data analysis."),
    attribute("The user is learning Portuguese."),
]


@pytest.fixture(scope="module")
def selector() -> EmbeddingSelector:
    return EmbeddingSelector(Minilm())


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("What could I cook for dinner this week?", "The user is vegetarian."),
        ("What should I bring to a picnic?", "The user is vegetarian."),
        ("How could I sleep better after work?", "The user works as a nurse on night shifts."),
    ],
)
def test_what_bears_on_the_message_comes_first(
    selector: EmbeddingSelector, prompt: str, text: str
) -> None:
    selection = selector.select(query(prompt), PROFILE)
    assert selection.used[0] == text
    assert len(selection.used) <= 2


@pytest.mark.parametrize(
    "prompt",
    ["Hi!", "thanks", "What is 17 * 23?", "How do I reverse a list in Python?", "Capital of Peru?"],
)
def test_ordinary_messages_use_nothing(selector: EmbeddingSelector, prompt: str) -> None:
    selection = selector.select(query(prompt), PROFILE)
    assert selection.used == ()
    assert selection.reason


def test_order_changes_nothing_and_scores_stay_in_range(selector: EmbeddingSelector) -> None:
    asked = query("What could I cook for dinner this week?")
    forward = selector.select(asked, PROFILE)
    assert forward == selector.select(asked, PROFILE[::-1])
    assert all(0 <= (d.score or 0) <= 1 for d in forward.decisions)
    alone = selector.select(asked, PROFILE[:1])
    by_id = {d.attribute: d for d in forward.decisions}
    assert alone.decisions == (by_id[PROFILE[0].id],)


def test_the_gate_can_be_left_open() -> None:
    always = EmbeddingSelector(Minilm(), threshold=-0.1, gate=None)
    assert len(always.select(query("Hi!"), PROFILE).used) == 5
    assert always.signature != EmbeddingSelector(Minilm()).signature


class Counting:
    """Embeds by length, and counts the texts."""

    name = "test:counting"

    def __init__(self) -> None:
        self.texts = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += len(texts)
        return np.array([[np.cos(len(t)), np.sin(len(t))] for t in texts], np.float32)


def test_attributes_are_embedded_once_and_many_are_no_trouble() -> None:
    embedder = Counting()
    selector = EmbeddingSelector(embedder)
    many = [attribute(f"The user owns {'x' * (i % 50)} {i}.") for i in range(5000)]
    selector.select(query("a"), many)
    before = embedder.texts
    assert len(selector.select(query("b"), many).decisions) == 5000
    assert embedder.texts == before + 1


def test_no_attributes_need_no_model() -> None:
    embedder = Counting()
    selection = EmbeddingSelector(embedder).select(query("a"), [])
    assert (selection.decisions, embedder.texts) == ((), 0)


def test_a_statement_like_any_other_scores_nothing() -> None:
    """The score is what an attribute has beyond everyday statements."""
    asked = query("What could I cook for dinner this week?")
    cosine = float(np.dot(*Minilm().embed([asked.prompt, PROFILE[0].text])))
    (decision,) = EmbeddingSelector(Minilm()).select(asked, PROFILE[:1]).decisions
    assert decision.score is not None
    assert 0.02 < cosine - decision.score < cosine
