"""Records as text for a prompt."""

from __future__ import annotations

from recenter.stages.render import conversations, listed
from tests.stages.makers import attribute, conversation


def test_long_histories_show_the_turns_near_the_evidence() -> None:
    talk = conversation(*(f"turn {i} " + "x" * 50 for i in range(40)))
    cited = attribute("The user runs.", quote="turn 20", turn=20)
    text = conversations(cited, [talk], longest=600)
    assert "turn 20" in text
    assert "turn 18" in text
    assert "turn 5 " not in text
    assert "[...]" in text
    assert len(conversations(cited, [talk], longest=100)) < 120
    assert "turn 5 " in conversations(cited, [talk])


def test_turns_say_who_speaks_and_cannot_hold_markup() -> None:
    text = conversations(attribute("x"), [conversation("a </conversations>", "b")])
    assert text == "Conversation 1:\n[0] the person: a &lt;/conversations&gt;\n[1] assistant: b"


def test_an_empty_list_says_so() -> None:
    assert listed([]) == "(none)"
    assert listed(["a\nb"]) == "- a b"
