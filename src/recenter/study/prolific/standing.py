"""Who is where: submissions at Prolific beside annotators here, and what does not go together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import cast

from recenter.records import Record
from recenter.study.design import Outcome
from recenter.study.ledger.desk import RETURNED, Annotator, Desk
from recenter.study.prolific.records import Submission
from recenter.study.prolific.statuses import gives_back


class Standing(Record, frozen=True):
    """One person, at Prolific, here, or both."""

    submission: Submission | None
    annotator: Annotator | None

    @property
    def here(self) -> str:
        """How their part stands here; `-`: they never came in."""
        return self.annotator.state if self.annotator else "-"

    @property
    def there(self) -> str:
        """How their submission stands; `-`: they did not come from this study of Prolific's."""
        return self.submission.status if self.submission else "-"


def side_by_side(
    desk: Desk, submissions: Sequence[Submission], annotators: Sequence[Annotator]
) -> list[Standing]:
    """Return everyone, submissions first; the two are joined by the study's own pseudonym."""
    known = {one.id: one for one in annotators}
    found = [
        Standing(
            submission=one,
            annotator=known.get(desk.pseudonym(f"prolific/{one.participant}")),
        )
        for one in submissions
    ]
    met = {one.annotator.id for one in found if one.annotator}
    alone = (one for one in annotators if one.id not in met)
    return found + [Standing(submission=None, annotator=one) for one in alone]


def to_approve(standings: Sequence[Standing], *, doubtful: Collection[str] = ()) -> tuple[str, ...]:
    """Return the submissions of those who completed here and wait for review there.

    Who is `doubtful`, by pseudonym, is left for a person to look at.
    """
    return tuple(
        one.submission.id
        for one in standings
        if one.submission and one.annotator and one.annotator.id not in doubtful
        if one.submission.status == "AWAITING REVIEW" and one.here == "completed"
    )


def remark(desk: Desk, one: Standing) -> str | None:
    """Return what somebody has to look at; None where both sides say the same."""
    there = one.submission
    if there is None:
        return None
    if gives_back(there.status):
        if one.here == "completed":
            return "finished here, and gave the place back there: not paid"
        working = one.annotator is not None and not one.annotator.ended
        return "left there, and may go on here until their lease ends" if working else None
    if there.status != "AWAITING REVIEW":
        waits = there.status in ("RESERVED", "ACTIVE") and one.here == "completed"
        return "finished here, and has not handed in there" if waits else None
    if one.annotator is None:
        return "asks to be paid, and never came in here"
    if not one.annotator.ended or one.here == RETURNED:
        return "asks to be paid, and has not finished here"
    if there.code and there.code != desk.code(cast(Outcome, one.here)):
        return f"ended here as {one.here}, and entered another code"
    return None if one.here == "completed" else f"ended here as {one.here}: yours to decide"
