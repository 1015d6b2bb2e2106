"""The stages that read pairs with a fine-tuned encoder; the encoder is scripted here."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from recenter.errors import ConfigError
from recenter.models.cross_encoder import CrossEncoder
from recenter.models.tuned import About, Calibration, Kind
from recenter.records import Turn
from recenter.stages.select_bm25 import Bm25Selector
from recenter.stages.select_cross import CrossEncoderSelector
from recenter.stages.statement import statement
from recenter.stages.verify_cross import CrossEncoderVerifier
from tests.stages.makers import attribute, query


class Scripted(CrossEncoder):
    """Says what it was told about each second text, and keeps what it was asked."""

    def __init__(self, kind: Kind, said: dict[str, float]) -> None:
        self.about = About(
            kind=kind,
            checksum="0123456789",
            base="none",
            files={},
            calibration=Calibration(slope=1.0, shift=0.0),
            threshold=0.6,
            hold=0.2,
            max_length=64,
        )
        self.said = said
        self.asked: list[tuple[str, str]] = []

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        self.asked += pairs
        return np.asarray([self.said[second] for _, second in pairs], np.float64)


TEXTS = {"likes tea": 0.7, "has a cat": 0.6, "plays chess": 0.59}
KNOWN = [attribute(text) for text in TEXTS]


def test_what_reaches_the_threshold_is_used() -> None:
    model = Scripted("selector", TEXTS)
    made = CrossEncoderSelector(model).select(query("What now?"), KNOWN)
    assert made.used == ("likes tea", "has a cat")
    assert [decision.score for decision in made.decisions] == [0.7, 0.6, 0.59]
    assert made.reason is None
    assert model.asked == [("What now?", text) for text in TEXTS]
    assert made.signature.model == "finetuned:selector@01234567"


def test_nothing_used_has_a_reason_and_nothing_known_asks_nothing() -> None:
    model = Scripted("selector", dict.fromkeys(TEXTS, 0.1))
    made = CrossEncoderSelector(model).select(query("What now?"), KNOWN)
    assert not made.used
    assert made.reason
    model.asked.clear()
    assert not CrossEncoderSelector(model).select(query("What now?"), []).decisions
    assert not model.asked


def test_only_the_top_of_a_cheaper_selector_is_read() -> None:
    model = Scripted("selector", TEXTS)
    both = CrossEncoderSelector(model, first=Bm25Selector(), top=1)
    made = both.select(query("Which cat food?"), KNOWN)
    assert model.asked == [("Which cat food?", "has a cat")]
    assert made.used == ("has a cat",)
    assert [decision.score for decision in made.decisions] == [0.6, None, None]
    assert made.decisions[1].reason == "Not among the 1 that a cheaper selector puts first."
    assert both.signature != CrossEncoderSelector(model).signature
    assert both.signature != CrossEncoderSelector(model, first=Bm25Selector(), top=2).signature
    with pytest.raises(ConfigError, match="top of 0"):
        CrossEncoderSelector(model, top=0)


@pytest.mark.parametrize(
    ("problem", "answer"),
    [(0.19, "accept"), (0.2, "uncertain"), (0.59, "uncertain"), (0.6, "reject")],
)
def test_the_verdict_follows_the_thresholds(problem: float, answer: str) -> None:
    quote = "I work as a nurse"
    one, talk = statement("The user works as a nurse.", quote, [Turn(role="user", text=quote)])
    model = Scripted("verifier", {quote: problem})
    judgment = CrossEncoderVerifier(model).verify(one, [talk])
    assert (judgment.answer, judgment.failure) == (answer, None)
    assert judgment.probability == pytest.approx(1 - problem)
    assert model.asked == [("The user works as a nurse.", quote)]
    changed = msgspec.structs.replace(model.about, threshold=0.7)
    before = CrossEncoderVerifier(model).signature
    model.about = changed
    assert CrossEncoderVerifier(model).signature != before


def test_a_quote_that_does_not_stand_is_rejected_without_the_model() -> None:
    one, talk = statement("The user is a nurse.", "I am a nurse", [Turn(role="user", text="Hi.")])
    model = Scripted("verifier", {})
    judgment = CrossEncoderVerifier(model).verify(one, [talk])
    assert (judgment.answer, judgment.failure) == ("reject", "missing_evidence")
    assert not model.asked


@pytest.mark.parametrize(("problem", "answer"), [(0.1, "uncertain"), (0.9, "reject")])
def test_what_was_only_pasted_is_at_best_held(problem: float, answer: str) -> None:
    quote = "Managed a team of nurses"
    pasted = f"Improve my CV:\n\n{quote}\nBSc in nursing\nFirst aid\nDriving licence\nSpeaks French"
    one, talk = statement("The user managed nurses.", quote, [Turn(role="user", text=pasted)])
    judgment = CrossEncoderVerifier(Scripted("verifier", {quote: problem})).verify(one, [talk])
    assert judgment.answer == answer
    assert judgment.failure is not None
    assert judgment.probability is not None
    assert judgment.probability < 0.6
