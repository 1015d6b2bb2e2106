"""Every reason that a stage gives has plain words, and none speaks of the person to the person."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import recenter
from recenter.memory.records import Deleted
from recenter.server.page import words

STAGES = Path(recenter.__file__).parent / "stages"


def test_the_reasons_that_are_translated_are_those_that_stages_give() -> None:
    said = "".join(p.read_text() for p in (*STAGES.glob("*.py"), STAGES / "../memory/corrected.py"))
    for reason in [*words._REASONS, *words._NOTES]:
        # One is put together: "Shares no word" and " with the message."
        assert reason.removesuffix(" with the message.") in said, reason


@pytest.mark.parametrize(
    ("reason", "plain"),
    [
        ("Unlikely to change the answer.", "unlikely to matter"),
        ("Shares no word with the message.", "nothing in common with your message"),
        ("Shares tea, chess with the message.", "shares tea, chess with the message"),
        (
            "Would be used, but touches health and third parties, which the person has not "
            "allowed.",
            "it touches health and other people, which you have not allowed",
        ),
        ("Would be used, but does not fit into 10 tokens.", "there was no room left for it"),
        (
            "Would be used, but at most 3 may be, and others stand before it.",
            "other things mattered more",
        ),
        (
            'The person said otherwise later: "The user lives in Rome."',
            'you said otherwise later: "The user lives in Rome."',
        ),
        ("The person's words deny it.", "your words deny it"),
        ("I think so.", "I think so"),
    ],
)
def test_reasons_in_plain_words(reason: str, plain: str) -> None:
    assert words.plain(reason) == plain


def test_no_reason_of_a_verifier_keeps_speaking_of_the_person() -> None:
    rules = (STAGES / "verify_rules.py").read_text()
    for reason in re.findall(r'"([^"]*\b[Tt]he person\b[^"]*)"', rules):
        said = words.addressed(reason)
        assert "he person" not in said
        assert not re.search(r"\b[Yy]ou (?:is|was|has|does|\w+s)\b", said), said


def test_masks_are_said_and_not_shown() -> None:
    assert words.unmasked("I █ ████ on Sundays.") == "I [forgotten] on Sundays."


@pytest.mark.parametrize("when", [None, "", 0, "soon", "2027-13-01"])
def test_times_that_are_none_are_left_out(when: str | float | None) -> None:
    assert words.day(when) == ""


def test_counts_read_as_sentences_and_nothing_is_left_uncounted() -> None:
    lines = words.counted(Deleted(counts={"attributes": 1, "judgments": 2, "cache": 0, "x": 3}))
    assert lines == ["1 memory", "2 verdicts on memories", "3 technical traces"]


def test_copies_tell_no_places() -> None:
    said = words.copies(
        ["/a (b)/c.jsonl (export, 2027-01-10T00:00:00Z)", "m (train, 2027-02-01T00:00:00Z)", "x"]
    )
    assert said == [
        "A file, made on 10 January 2027", "A model that was trained, made on 1 February 2027", "x"
    ]  # fmt: skip
