"""The made-up sentences: how many, of what form, and that the frozen ones are nowhere else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from recenter.train import texts
from recenter.train.selector_parts import training_messages
from recenter.train.selector_rows import MANNERS


def normalised(text: str) -> str:
    """Return the letters and digits of a text, so that case and marks make no difference."""
    return "".join(c for c in text.lower() if c.isalnum())


FROZEN = {normalised(one.text) for one in texts.ordinary_frozen()}
TRAINED_ON = [
    *(one.text for one in (*texts.ordinary(), *texts.ordinary_more())),
    *(text for pair in texts.pairs() for text in (pair.attribute, pair.matters, pair.other)),
    *(text for name in ("style", "wishes", "open", "personal") for text in texts.lines(name)),
    *(wish.text for wish in texts.bound() if wish.text not in texts.lines("style")),
]


def test_ten_kinds_of_ordinary_messages_have_ten_to_tune_on_and_ten_frozen() -> None:
    tuned, frozen = (
        Counter(one.kind for one in found) for found in (texts.ordinary(), texts.ordinary_frozen())
    )
    assert tuned == frozen
    assert sorted(tuned.values()) == [10] * 10


def test_no_frozen_message_is_trained_or_tuned_on() -> None:
    assert len(FROZEN) == 100
    assert not FROZEN & {normalised(text) for text in (*TRAINED_ON, *training_messages())}
    assert not FROZEN & {normalised(wish.applies) for wish in texts.bound()}


def test_no_message_both_matters_and_is_ordinary() -> None:
    ordinary = {normalised(one.text) for one in (*texts.ordinary(), *texts.ordinary_more())}
    asked = [pair.matters for pair in texts.pairs()]
    asked += [text for name in ("open", "personal") for text in texts.lines(name)]
    assert not ordinary & {normalised(text) for text in asked}


def test_a_pair_has_three_texts_that_differ() -> None:
    by_domain = Counter(pair.domain for pair in texts.pairs())
    assert len(by_domain) == 50
    assert set(by_domain.values()) == {15}
    for pair in texts.pairs():
        parts = [normalised(text) for text in pair[1:]]
        assert len(set(parts)) == 3
        assert all(parts)


def test_no_sentence_is_there_twice_or_blank() -> None:
    counts = Counter(map(normalised, TRAINED_ON))
    assert [text for text, count in counts.items() if count > 1 or not text] == []
    assert all(text == text.strip() for text in TRAINED_ON)


def test_no_wish_is_of_the_development_set_for_restraint() -> None:
    kept = Path(__file__).parents[2] / "bench" / "restraint_development.txt"
    lines = set(map(normalised, kept.read_text("utf-8").splitlines()))
    wishes = [*texts.lines("wishes"), *(part for wish in texts.bound() for part in wish)]
    assert len(lines) > 500
    assert not lines & set(map(normalised, wishes))


def test_kinds_near_one_another_and_manners_are_there() -> None:
    kinds = {one.kind for one in (*texts.ordinary(), *texts.ordinary_more())}
    for kind in {one.kind for one in texts.ordinary()}:
        assert kind in texts.near(kind) <= kinds
    assert texts.near("of no kind") == {"of no kind"}
    assert {pair.domain for pair in texts.pairs()} > MANNERS
