"""What somebody is told at the end of their part: what happened, about pay, what they can do."""

from __future__ import annotations

from typing import cast
from urllib.parse import quote

import msgspec

from recenter.study.design import Outcome, Study
from recenter.study.ledger.desk import RETURNED, Annotator, Desk
from recenter.study.steps import tasks_of

_DONE = "You are done and can close this page."
_REMOVED = "Your answers were removed."
_WHAT: dict[str, str] = {
    "completed": "Thank you. You have done everything.",
    "screened_out": "Thank you. In the last try of the practice too few answers were right, so "
    "that your part ends here.",
    "no_consent": "You did not agree, so that nothing was asked or kept of you.",
    "withdrawn": _REMOVED,
    "technical": "Something went wrong on our side, and your part has ended.",
    "full": "Thank you for coming. All work has been given out.",
    RETURNED: "Your place in the study was given back where you came from. What you handed in is "
    "kept.",
}
_LEFT_OUT = (
    "The study team has ended your part. Your answers are not used, and your items go to others."
)
_UNWANTED = ("screened_out", "failed_checks", "technical")


class Ending(msgspec.Struct, frozen=True):
    """The last page of a part."""

    what: str
    """What happened."""
    pay: str | None
    """Whether they are paid, as far as the study file says it."""
    next: str | None
    """What they can do."""
    code: str | None
    """For where they came from, if it takes one."""
    back: str | None
    """Link that takes the code there."""


def ending(desk: Desk, annotator: Annotator, *, left_out: bool, removed: bool = False) -> Ending:
    """Return how the part of somebody ended.

    `left_out`: the study team took their answers out of the figures; `removed`: they withdrew
    their answers after the end.
    """
    state, study = annotator.state, desk.study
    # Only whose work went to others meets an end by it; of the others, nothing is told.
    ousted = left_out and state == "full"
    what = _LEFT_OUT if ousted else _failed(desk, annotator)
    code = None if state == RETURNED else desk.code(cast(Outcome, state))
    if study.recruitment.kind == "links" and state not in study.codes:
        code = None
    back = _back(study)
    return Ending(
        what=f"{what} {_REMOVED}" if removed and state != "withdrawn" else what,
        pay=_pay(study, state),
        next=_next(study, mistaken=ousted or state in _UNWANTED, done=not code),
        code=code,
        back=back.replace("{code}", quote(code, safe="")) if back and code else None,
    )


def _failed(desk: Desk, annotator: Annotator) -> str:
    if annotator.state != "failed_checks":
        return _WHAT[annotator.state]
    limits = {task.checks.failures for task in tasks_of(desk.study, annotator) if task.checks}
    allowed = f" The study ends a part after {limits.pop()}." if len(limits) == 1 else ""
    return (
        "Your part has ended, since too many checks were answered wrongly. Checks are items "
        f"between the others whose right answer is known.{allowed} Your answers do not count, "
        "and your items go to others."
    )


def _next(study: Study, *, mistaken: bool, done: bool) -> str | None:
    if mistaken:
        return f"You cannot begin again. If you think that this is a mistake, ask: {study.contact}"
    return _DONE if done else None


def _pay(study: Study, state: str) -> str | None:
    payment = study.payment
    if payment is None or not payment.amount or state == "no_consent":
        return None
    amount = f"{payment.amount:.2f} {payment.currency}"
    if state == "completed":
        return f"You are paid {amount}."
    return (
        f"The {amount} of this study are for who has done everything. Whether you are paid for "
        "what you did is for the study team to decide."
    )


def _back(study: Study) -> str | None:
    recruitment = study.recruitment
    if recruitment.kind == "prolific" and recruitment.return_to is None:
        return "https://app.prolific.com/submissions/complete?cc={code}"
    return recruitment.return_to
