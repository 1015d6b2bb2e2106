"""A quote is looked up where it is said to stand, then where it can only stand."""

from __future__ import annotations

import pytest

from recenter.records import Conversation, Turn
from recenter.stages.ground import Ground, Grounded
from recenter.text.locate import Span

SAID = Conversation(
    id="c",
    person="p",
    source="test",
    turns=(
        Turn(role="user", text="> I keep bees\nReally? I keep bees too."),
        Turn(role="assistant", text="You keep bees, I see."),
        Turn(role="user", text="I live in Ghent."),
        Turn(role="user", text="As I said: I live in Ghent."),
    ),
)


@pytest.mark.parametrize(
    ("quote", "turn", "expected"),
    [
        ("I keep bees", 0, Grounded(0, (Span(22, 33),), corrected=False)),
        ("I keep bees too", None, Grounded(0, (Span(22, 37),), corrected=False)),
        ("I keep bees too", 2, Grounded(0, (Span(22, 37),), corrected=True)),
        ("I live in Ghent", 3, Grounded(3, (Span(11, 26),), corrected=False)),
        ("I live in Ghent", 0, "quote_not_found"),
        ("I live in Ghent", None, Grounded(2, (Span(0, 15),), corrected=False)),
        ("You keep bees", 1, "assistant_words"),
        ("You keep bees", None, "assistant_words"),
        ("I keep goats", 0, "quote_not_found"),
    ],
)
def test_a_quote_is_found_in_own_words_or_refused(
    quote: str, turn: int | None, expected: object
) -> None:
    assert Ground(SAID).find(quote, turn) == expected
