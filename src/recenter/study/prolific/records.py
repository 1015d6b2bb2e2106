"""What Prolific tells, as records, and how its answers are read into them."""

from __future__ import annotations

import math
from typing import Any, Literal, TypeVar

import msgspec

from recenter.errors import PlatformError
from recenter.records import Record
from recenter.study.prolific.statuses import (
    StudyStatus,
    SubmissionStatus,
    study_status,
    submission_status,
)

Currency = Literal["GBP", "USD"]
T = TypeVar("T")


class Account(Record, frozen=True):
    """Whose token it is."""

    id: str
    email: str


class Study(Record, frozen=True):
    """A study as it stands at Prolific."""

    id: str
    name: str
    status: StudyStatus
    places: int
    reward: int
    """Of one person, in pence or cents."""
    minutes: int
    """Estimated, rounded up."""
    ready: bool | None = None
    """Whether its fields are complete; says nothing of the money in the account."""


class Submission(Record, frozen=True):
    """One person's part in a study. Both ids are Prolific's own and name a person to it."""

    id: str
    participant: str
    study: str
    status: SubmissionStatus
    started_at: str
    completed_at: str | None = None
    code: str | None = None
    """The completion code that was entered."""
    return_requested: str | None = None


class Cost(Record, frozen=True):
    """What something costs, in pence or cents, each part rounded up."""

    rewards: int
    fees: int
    tax: int
    currency: str

    @property
    def total(self) -> int:
        """What leaves the account."""
        return self.rewards + self.fees + self.tax


class BulkBonus(Record, frozen=True):
    """Bonuses that are set up and not paid, in pence or cents."""

    id: str
    total: int
    """What leaves the account, with fees and tax, rounded up."""


class _Study(msgspec.Struct):
    id: str
    name: str
    status: str
    total_available_places: float
    reward: float
    estimated_completion_time: float
    is_ready_to_publish: bool | None = None


class _Submission(msgspec.Struct):
    id: str
    status: str
    started_at: str
    participant_id: str | None = None
    participant: str | None = None
    """In a list it is `participant_id`, alone it is `participant`."""
    study_id: str | None = None
    completed_at: str | None = None
    study_code: str | None = None
    entered_code: str | None = None
    return_requested: str | None = None


class _Submissions(msgspec.Struct):
    results: list[_Submission]


class _Amount(msgspec.Struct):
    amount: float
    currency: str


class _Breakdown(msgspec.Struct):
    rewards: _Amount
    fees: _Amount
    tax: _Amount


class _Costs(msgspec.Struct):
    rewards: _Breakdown


class _BulkBonus(msgspec.Struct):
    id: str
    total_amount: float


class _Total(msgspec.Struct):
    total_cost: float


def read_account(data: bytes) -> Account:
    """Return whose token it is."""
    return _decode(data, Account)


def read_study(data: bytes) -> Study:
    """Return a study.

    Raises:
        PlatformError: it is not what Prolific documents; so for the other readers.
    """
    raw = _decode(data, _Study)
    return Study(
        id=raw.id,
        name=raw.name,
        status=study_status(raw.status),
        places=_whole(raw.total_available_places, "total_available_places"),
        reward=_whole(raw.reward, "reward"),
        minutes=_finite(raw.estimated_completion_time, "estimated_completion_time", math.ceil),
        ready=raw.is_ready_to_publish,
    )


def read_submission(data: bytes) -> Submission:
    """Return one submission."""
    return _submission(_decode(data, _Submission), None)


def read_submissions(data: bytes, *, study: str) -> tuple[Submission, ...]:
    """Return one page of the submissions of a study."""
    return tuple(_submission(raw, study) for raw in _decode(data, _Submissions).results)


def read_cost(data: bytes) -> Cost:
    """Return what the rewards of a study cost, with fees and tax."""
    parts = _decode(data, _Costs).rewards
    currencies = {parts.rewards.currency, parts.fees.currency, parts.tax.currency}
    if len(currencies) > 1:
        raise PlatformError(f"Prolific tells one cost in {', '.join(sorted(currencies))}.")
    return Cost(
        rewards=_finite(parts.rewards.amount, "rewards", math.ceil),
        fees=_finite(parts.fees.amount, "fees", math.ceil),
        tax=_finite(parts.tax.amount, "tax", math.ceil),
        currency=parts.rewards.currency,
    )


def read_total(data: bytes) -> int:
    """Return a cost with fees and tax, in pence or cents, rounded up."""
    return _finite(_decode(data, _Total).total_cost, "total_cost", math.ceil)


def read_bulk_bonus(data: bytes) -> BulkBonus:
    """Return bonuses that are set up."""
    raw = _decode(data, _BulkBonus)
    return BulkBonus(id=raw.id, total=_finite(raw.total_amount, "total_amount", math.ceil))


def _submission(raw: _Submission, study: str | None) -> Submission:
    return Submission(
        id=raw.id,
        participant=raw.participant_id or raw.participant or "",
        study=raw.study_id or study or "",
        status=submission_status(raw.status),
        started_at=raw.started_at,
        completed_at=raw.completed_at,
        code=raw.study_code or raw.entered_code,
        return_requested=raw.return_requested,
    )


def _decode(data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlatformError(
            f"Prolific's answer is not in the form it documents: {error}."
        ) from None


def _finite(value: float, field: str, rounded: Any) -> int:
    if not math.isfinite(value) or value < 0:
        raise PlatformError(f"Prolific's answer has {field} = {value}, which is no amount.")
    number: int = rounded(value)
    return number


def _whole(value: float, field: str) -> int:
    if value != math.floor(value):
        raise PlatformError(f"Prolific's answer has {field} = {value}, not a whole number.")
    return _finite(value, field, math.floor)
