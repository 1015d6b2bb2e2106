"""What an hour of work is paid, as estimated and as measured, against the least that is fair."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from fractions import Fraction

from recenter.errors import InputError
from recenter.records import Record
from recenter.study.prolific.records import Currency

LEAST_PER_HOUR: dict[Currency, int] = {"GBP": 600, "USD": 800}
"""Prolific's minimum, in pence and cents."""


_AMOUNT = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,2})0*)?")


class MeasuredPay(Record, frozen=True):
    """What people were paid an hour, by the time they were really at work."""

    people: int
    median_minutes: float
    per_hour: int
    """In pence or cents, rounded down."""
    fair: bool
    """Whether it is at least Prolific's minimum."""
    missing: int
    """What each person is to be given on top to reach the minimum, in pence or cents."""


def money(amount: int, currency: str) -> str:
    """Return pence or cents as people write them: `4.50 GBP`."""
    return f"{amount // 100}.{amount % 100:02d} {currency}"


def minor_units(text: str, *, field: str) -> int:
    """Return an amount as people write it, such as `4.5`, in pence or cents.

    Raises:
        InputError: it is no amount, or not a whole number of pence or cents.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise InputError(
            f"{text[:40]!r} is no amount of money.", field=field, cure="Write it like 4.50."
        )
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def check_currency(currency: str) -> Currency:
    """Return the currency.

    Raises:
        InputError: Prolific does not pay in it.
    """
    for known in LEAST_PER_HOUR:
        if currency == known:
            return known
    raise InputError(
        f"{currency!r} is not a currency of Prolific; expected {' or '.join(LEAST_PER_HOUR)}.",
        field="currency",
    )


def check_pay(reward: int, minutes: int, currency: Currency) -> None:
    """Refuse a reward that is below the minimum for the time it is to take.

    Raises:
        InputError: it is; the message says which reward or which time would do.
    """
    least = LEAST_PER_HOUR[currency]
    if reward * 60 >= least * minutes:
        return
    enough, short = -(-least * minutes // 60), reward * 60 // least
    cure = f"Raise the reward to at least {enough} ({money(enough, currency)})"
    if short >= 1:
        cure += f", or make it take at most {short} minutes"
    raise InputError(
        f"{money(reward, currency)} for {minutes} minutes is "
        f"{money(reward * 60 // minutes, currency)} an hour; "
        f"the least is {money(least, currency)}.",
        field="reward",
        cure=f"{cure}.",
    )


def measured_pay(reward: int, currency: Currency, active_seconds: Sequence[float]) -> MeasuredPay:
    """Return the pay by the median of the seconds that people were at work, idle time left out.

    Raises:
        InputError: there are no times, or one is not a positive number.
    """
    if not active_seconds:
        raise InputError("there are no times to take the median of.", field="active_seconds")
    for seconds in active_seconds:
        if not (math.isfinite(seconds) and seconds > 0):
            raise InputError(f"{seconds} is no time of work.", field="active_seconds")
    # Exact: a person is not left a penny short by rounding.
    median = Fraction(statistics.median(map(Fraction, active_seconds)))
    least = LEAST_PER_HOUR[currency]
    return MeasuredPay(
        people=len(active_seconds),
        median_minutes=float(median / 60),
        per_hour=math.floor(reward * 3600 / median),
        fair=reward * 3600 >= least * median,
        missing=max(0, math.ceil(least * median / 3600) - reward),
    )
