"""Whether the person said it: in their own words, in any conversation, and nobody else's."""

from __future__ import annotations

import pytest

from recenter.audit.checks.support import listen, unsupported
from recenter.models.embedded import Minilm
from recenter.records import Conversation, Turn

ENCODER = Minilm()
TURNS = (
    Turn(role="user", text="I work nights as a nurse in Leeds. My brother is a welder."),
    Turn(role="assistant", text="You must love sailing!"),
    Turn(role="user", text="Rewrite this:\n\n> I own a castle in France and breed falcons."),
    Turn(role="user", text="I don't eat meat. Can you suggest a dinner for 2?"),
)
TALKS = [Conversation(id="c", person="p", turns=TURNS, source="own")]


def reason(text: str, talks: list[Conversation]) -> str | None:
    return unsupported([text], ENCODER.embed([text]), listen(talks, ENCODER))[0]


@pytest.mark.parametrize(
    "text",
    [
        "User works nights as a nurse.",
        "The user is a nurse in Leeds.",
        "User does not eat meat.",
        "User's brother is a welder.",
    ],
)
def test_what_the_person_said_is_supported(text: str) -> None:
    assert reason(text, TALKS) is None


@pytest.mark.parametrize(
    "text",
    [
        "User loves sailing.",
        "User owns a castle in France.",
        "User is a software engineer at Google.",
        "User is a welder.",
        "User prefers Vim over every other editor.",
    ],
)
def test_what_others_said_or_nobody_did_is_not(text: str) -> None:
    assert reason(text, TALKS) is not None


def test_where_nothing_was_said_nothing_is_supported() -> None:
    silent = [Conversation(id="c", person="p", turns=(TURNS[1],), source="own")]
    assert reason("User works nights as a nurse.", silent) is not None
    assert unsupported([], ENCODER.embed([]), listen(TALKS, ENCODER)) == []
