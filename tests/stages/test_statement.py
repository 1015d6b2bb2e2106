"""Statements from outside of the store."""

from __future__ import annotations

import pytest

from recenter.records import Turn
from recenter.stages.statement import statement

TURNS = (
    Turn(role="user", text="How do I make raita?"),
    Turn(role="assistant", text="With yoghurt and mint."),
    Turn(role="user", text="And how do I make naan? I love Indian food."),
)


def quotes(quote: str) -> list[tuple[int, str]]:
    attribute, talk = statement("Likes Indian food", quote, TURNS)
    for evidence in attribute.evidence:
        turn = talk.turns[evidence.turn].text
        assert turn[evidence.start : evidence.end] == evidence.quote
    return [(evidence.turn, evidence.quote) for evidence in attribute.evidence]


@pytest.mark.parametrize("joint", [" ... ", "…", "; ", " | ", "\n", " / "])
def test_a_quote_of_several_turns_is_found_part_by_part(joint: str) -> None:
    said = f"How do I make raita{joint}I love Indian food"
    assert quotes(said) == [(0, "How do I make raita"), (2, "I love Indian food")]


def test_a_whole_quote_is_one() -> None:
    assert quotes("how do i make naan") == [(2, "how do I make naan")]


@pytest.mark.parametrize(
    "quote",
    [
        "How do I make raita; With yoghurt and mint",  # the assistant said it
        "How do I make raita; I hate Indian food",
        "I love Thai food",
        "; ;",
        "",
    ],
)
def test_where_one_part_does_not_stand_nothing_does(quote: str) -> None:
    assert quotes(quote) == []


def test_without_turns_the_quote_is_the_turn() -> None:
    attribute, talk = statement("Likes tea", "I like tea", None)
    assert [turn.text for turn in talk.turns] == ["I like tea"]
    assert len(attribute.evidence) == 1
