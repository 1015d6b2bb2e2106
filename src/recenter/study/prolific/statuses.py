"""What Prolific calls the states of a study and of a person's submission."""

from __future__ import annotations

from typing import Literal, get_args

StudyStatus = Literal[
    "UNPUBLISHED",
    "SCHEDULED",
    "PUBLISHING",
    "ACTIVE",
    "AWAITING REVIEW",
    "PAUSED",
    "COMPLETED",
    "UNKNOWN",
]

SubmissionStatus = Literal[
    "RESERVED",
    "ACTIVE",
    "TIMED-OUT",
    "AWAITING REVIEW",
    "APPROVED",
    "PARTIALLY APPROVED",
    "RETURNED",
    "REJECTED",
    "SCREENED OUT",
    "UNKNOWN",
]

_STUDY: dict[str, StudyStatus] = {status: status for status in get_args(StudyStatus)}
_SUBMISSION: dict[str, SubmissionStatus] = {
    status.replace("-", " "): status for status in get_args(SubmissionStatus)
}
_GIVING_BACK = frozenset({"TIMED-OUT", "RETURNED", "REJECTED", "SCREENED OUT"})


def study_status(text: str) -> StudyStatus:
    """Return the status of a study; UNKNOWN for a word that this version does not know."""
    return _STUDY.get(text.upper().replace("_", " "), "UNKNOWN")


def submission_status(text: str) -> SubmissionStatus:
    """Return the status of a submission, however its words are joined (`TIMED_OUT`).

    UNKNOWN for a word that this version does not know.
    """
    return _SUBMISSION.get(text.upper().replace("_", " ").replace("-", " "), "UNKNOWN")


def gives_back(status: SubmissionStatus) -> bool:
    """Whether a submission in this state has left, so that its place in the study is free again.

    A status that is not known keeps the place: it can still be freed, but not taken back.
    """
    return status in _GIVING_BACK
