"""Sensitive topics that a statement's meaning tells where its words do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from recenter.models.embedded import Minilm
from recenter.models.scripted import ScriptedEmbedder
from recenter.stages.policy import Policy, select
from recenter.stages.select_bm25 import Bm25Selector
from recenter.stages.sensitive import sensitive_topics, topics_of
from tests.stages.makers import attribute, query

IMPLIED = "The user pricks a finger four times a day."
PLAIN = "The user plays the cello."


class Counting:
    """The packaged encoder, with a count of what it was asked to read."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self._minilm = Minilm()

    @property
    def name(self) -> str:
        return self._minilm.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.read += texts
        return self._minilm.embed(texts)


def test_meaning_tells_what_no_word_names() -> None:
    assert sensitive_topics(IMPLIED) == ()
    assert topics_of([IMPLIED, PLAIN], Minilm()) == [("health",), ()]


def test_words_and_meaning_are_read_of_each_statement_once() -> None:
    embedder = Counting()
    found = topics_of(["The user has asthma.", IMPLIED], embedder)
    assert found == [("health",), ("health",)]
    assert embedder.read == ["The user has asthma.", IMPLIED]


@pytest.mark.parametrize("embedder", [None, ScriptedEmbedder()])
def test_without_the_packaged_encoder_words_alone_decide(
    embedder: ScriptedEmbedder | None,
) -> None:
    assert topics_of([IMPLIED, "The user has asthma."], embedder) == [(), ("health",)]


def test_no_statements_are_no_topics() -> None:
    embedder = Counting()
    assert topics_of([], embedder) == []
    assert embedder.read == []


def test_a_policy_withholds_by_meaning_unless_allowed_and_reads_only_what_would_be_used() -> None:
    asked = query("How often should the user prick a finger?")
    known = [attribute(IMPLIED), attribute(PLAIN)]
    embedder = Counting()
    by_words = select(asked, known, Bm25Selector(), policy=Policy())
    made = select(asked, known, Bm25Selector(), policy=Policy(), embedder=embedder)
    assert by_words.used == (known[0].id,)
    assert made.used == ()
    assert "touches health" in made.decisions[0].reason
    assert embedder.read == [IMPLIED]
    assert made.id != by_words.id
    allowed = Policy(allowed=("health",))
    assert select(asked, known, Bm25Selector(), policy=allowed, embedder=embedder).used == (
        known[0].id,
    )


def test_a_topic_that_words_name_hides_no_other() -> None:
    said = "The user's sister injects herself before every meal."
    assert sensitive_topics(said) == ("third_parties",)
    assert topics_of([said], Minilm()) == [("health", "third_parties")]
