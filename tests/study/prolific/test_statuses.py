"""Statuses in all their spellings, and which of them give a place back."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.study.prolific.statuses import (
    StudyStatus,
    SubmissionStatus,
    gives_back,
    study_status,
    submission_status,
)


@pytest.mark.parametrize("status", get_args(SubmissionStatus))
def test_a_status_is_known_however_its_words_are_joined(status: SubmissionStatus) -> None:
    for joined in (status, status.lower(), status.replace(" ", "_"), status.replace("-", "_")):
        assert submission_status(joined) == status


def test_who_has_left_gives_the_place_back() -> None:
    assert {status for status in get_args(SubmissionStatus) if gives_back(status)} == {
        "TIMED-OUT",
        "RETURNED",
        "REJECTED",
        "SCREENED OUT",
    }


@given(st.text())
def test_any_other_word_is_unknown_and_keeps_the_place(text: str) -> None:
    if submission_status(text) == "UNKNOWN":
        assert not gives_back(submission_status(text))
    assert study_status("_" + text) == "UNKNOWN"


def test_the_statuses_are_those_of_the_documents(prolific_schemas: Any) -> None:
    for file, name, ours in (
        ("submissions", "SubmissionDetailStatus", SubmissionStatus),
        ("submissions", "SubmissionShortStatus", SubmissionStatus),
        ("studies", "StudyStatus", StudyStatus),
    ):
        theirs = set(prolific_schemas(file)[name]["enum"])
        assert theirs <= set(get_args(ours)), name
