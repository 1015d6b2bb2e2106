"""What each check finds in an entry, and what it leaves alone."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from recenter.audit.checks.duplicates import duplicates, word_vectors
from recenter.audit.checks.self_quoted import self_quoted
from recenter.audit.checks.stale import stale_by_date, superseded
from recenter.audit.checks.subjects import about_other, names_of_person
from recenter.audit.record import Entry

DAY = datetime.date(2026, 9, 1)


def entry(text: str, at: str | None = "2026-08-30T10:00:00Z", owner: str | None = None) -> Entry:
    return Entry(id=text, text=text, line=1, place=(0,), at=at, owner=owner)


@pytest.mark.parametrize(
    "text",
    [
        "SOUL.md says to be brief.",
        "You are Nova, a helpful assistant.",
        "The assistant should keep answers short.",
        "Agent's name is Nova.",
        "Assistant suggested three recipes.",
        "As an AI language model, I have no feelings.",
        "Sure! Here is a plan for the week.",
        "I'd be happy to help with that.",
        "HEARTBEAT_OK",
        '{"status": "ok", "took": 3}',
        "2026-01-02 03:04:05 INFO started",
        "Traceback (most recent call last): ValueError",
        "The worker polls Redis on port 6379 and writes to /var/lib/app.",
        "<memory>\n- likes tea\n- is tall\n</memory>",
        "## User profile\n- likes tea",
    ],
)
def test_finds_text_of_the_system_itself(text: str) -> None:
    assert self_quoted(text)


@pytest.mark.parametrize(
    "text",
    [
        "User wants the assistant to be brief.",
        "Prefers assistant replies in French.",
        "Works as an assistant director.",
        "User is a customer service agent.",
        "User builds a chatbot for a bank with Redis and Docker.",
        "User uses PostgreSQL 16 on port 5433.",
        "Uses Neovim with a config in ~/.config/nvim.",
        "User maintains a README.",
        "Model railways are their hobby.",
        "User got an error with exit poll data.",
        "User is sure: no sugar in tea.",
    ],
)
def test_leaves_what_is_about_the_person(text: str) -> None:
    assert self_quoted(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "User's sister is a dentist.",
        "The user's best friend Tom lives in Oslo.",
        "Their boss hates mornings.",
        "Wife works at a bank.",
        "Mother of the user turned 60.",
        "Maria studies law.",
        "She is allergic to nuts.",
    ],
)
def test_finds_what_is_about_somebody_else(text: str) -> None:
    assert about_other(text, ())


@pytest.mark.parametrize(
    "text",
    [
        "User has a sister who is a dentist.",
        "User's mother tongue is French.",
        "User's name is Maria.",
        "User and his wife live in Oslo.",
        "Lives with a partner in Ghent.",
        "Teacher with 20 years of experience.",
        "Drives son to school.",
        "Python is the user's favourite language.",
        "Prefers student essays with comments.",
        "Will go to Oslo.",
        "My friends and I play chess.",
    ],
)
def test_leaves_what_has_the_person_as_its_subject(text: str) -> None:
    assert about_other(text, ()) is None


def test_the_name_of_the_person_is_nobody_else() -> None:
    entries = [entry("User's name is Maria Silva."), entry("Maria studies law.")]
    names = names_of_person(entries)
    assert about_other("Maria studies law.", names) is None
    assert about_other("Tomas studies law.", names)
    often = [entry(f"Henrik likes food number {n}.") for n in range(6)]
    assert about_other("Henrik likes tea.", names_of_person(often)) is None
    assert about_other("He likes tea.", names_of_person([entry("He likes tea.")] * 6)) is None
    assert "robin" in names_of_person([entry("Likes tea.", owner="robin")])


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Has a flight to Oslo on 3 March 2026.", None),
        ("The deadline is 2026-08-31.", None),
        ("Exam on May 5.", "2026-04-01T00:00:00Z"),
        ("Is packing today.", "2026-08-20T00:00:00Z"),
        ("Travels to Ghent next week.", "2026-07-01T00:00:00Z"),
        ("Currently waiting for a parcel.", "2026-01-01T00:00:00Z"),
    ],
)
def test_finds_what_has_passed(text: str, at: str | None) -> None:
    assert stale_by_date(entry(text, at), DAY)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Has a flight to Oslo on 3 March 2027.", None),
        ("Was born on 3 March 1990.", None),
        ("Moved to Oslo on 2 May 2024.", None),
        ("Exam on May 5.", None),
        ("Exam on October 5.", "2026-08-01T00:00:00Z"),
        ("Is packing today.", "2026-08-31T00:00:00Z"),
        ("Currently waiting for a parcel.", None),
        ("Always reads today's news.", "2020-01-01T00:00:00Z"),
        ("Deadline on 31 February 2026.", None),
        ("Likes tea.", "2020-01-01T00:00:00Z"),
    ],
)
def test_leaves_what_still_holds(text: str, at: str | None) -> None:
    assert stale_by_date(entry(text, at), DAY) is None


def test_a_later_entry_of_the_same_owner_supersedes() -> None:
    old, new = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
    entries = [
        entry("User lives in Oslo.", old, "a"),
        entry("User lives in Ghent.", new, "a"),
        entry("User lives in Cork.", new, "b"),
        entry("User lives in Porto.", None, "a"),
    ]
    found = [*superseded(entries, range(4))]
    assert [(one.entry, one.other, one.fault) for one in found] == [(0, 1, "stale")]
    assert not [*superseded(entries, [0, 2])]


def test_of_duplicates_the_best_is_kept_and_what_differs_stays() -> None:
    texts = [
        "User likes tea.",
        "user likes TEA",
        "The user likes tea.",
        "User does not like tea.",
        "x",
    ]
    entries = [*map(entry, texts), entry("User likes tea.", owner="other")]
    near, far = [1.0, 0.0], [0.0, 1.0]
    vectors = np.array([near, near, near, near, far, near], np.float32)
    found = duplicates(entries, range(6), vectors, better=lambda place: (place == 2, -place))
    assert {one.entry: one.other for one in found} == {0: 2, 1: 2}


def test_duplicates_do_not_mix_kin_or_numbers() -> None:
    texts = ["User's boss is in Oslo.", "User's aunt is in Oslo.", "Has 2 cats.", "Has 3 cats."]
    vectors = np.ones((4, 1), np.float32)
    assert not [*duplicates([*map(entry, texts)], range(4), vectors, better=lambda n: (-n,))]


def test_word_vectors_are_of_unit_length_and_tell_words_apart() -> None:
    vectors = word_vectors(["the agent is brief", "The agent is brief!", "port 80", "!?"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert vectors[0] @ vectors[1] == pytest.approx(1)
    assert vectors[0] @ vectors[2] < 0.3
