"""What a planned study will cost, in whole minor units of its currency."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

from recenter.errors import InputError
from recenter.records import Record

_HOUR = 3600


class Cost(Record, frozen=True):
    """What is paid, and for how long. Money is in minor units, such as cents or pence."""

    annotators: int
    minutes: Decimal
    """Of the annotator who has most to do."""
    total_minutes: Decimal
    """Of all annotators."""
    reward: int
    """To each annotator: platforms pay everybody in a study alike, so it is for `minutes`."""
    rewards: int
    fee: int
    """To the platform."""
    total: int
    currency: str
    """ISO 4217 code, such as GBP."""


def cost(
    sheets: Sequence[Sequence[str]],
    *,
    seconds: Mapping[str, int | Decimal],
    per_hour: int,
    currency: str,
    fee: Decimal = Decimal(0),
    once: int | Decimal = 0,
) -> Cost:
    """Return what it costs that annotators do these sheets.

    A sheet lists the kinds of the pages of one annotator, such as `place.kind` of what `arrange`
    returns or names of questions, and `seconds` says how long a page of each kind takes; `once`
    are the seconds of consent, guidance and training. `per_hour` is in minor units; `fee` is the
    platform's part of the rewards, such as Decimal("0.333"). Rewards and fee are rounded up.

    Raises:
        InputError: a kind without seconds, or an amount that cannot be.
    """
    _check(sheets, seconds, per_hour, currency, fee, once)
    times = [sum((Decimal(seconds[kind]) for kind in sheet), Decimal(once)) for sheet in sheets]
    longest = max(times, default=Decimal(0))
    reward = _up(longest * per_hour / _HOUR)
    rewards = reward * len(sheets)
    charged = _up(rewards * fee)
    return Cost(
        annotators=len(sheets),
        minutes=_minutes(longest),
        total_minutes=_minutes(sum(times, Decimal(0))),
        reward=reward,
        rewards=rewards,
        fee=charged,
        total=rewards + charged,
        currency=currency,
    )


def _check(
    sheets: Sequence[Sequence[str]],
    seconds: Mapping[str, int | Decimal],
    per_hour: int,
    currency: str,
    fee: Decimal,
    once: int | Decimal,
) -> None:
    unknown = {kind for sheet in sheets for kind in sheet} - set(seconds)
    if unknown:
        raise InputError(
            f"nothing says how long {min(unknown)!r} takes; there are seconds for "
            f"{', '.join(sorted(seconds)) or 'nothing'}.",
            field="seconds",
        )
    amounts: dict[str, int | Decimal] = {"per_hour": per_hour, "fee": fee, "once": once}
    amounts |= {f"seconds of {kind}": value for kind, value in seconds.items()}
    for name, value in amounts.items():
        if not Decimal(value).is_finite() or value < 0:
            raise InputError(f"{value} was given; expected 0 or more.", field=name)
    if not re.fullmatch("[A-Z]{3}", currency):
        raise InputError(
            f"{currency!r} is no currency; expected an ISO 4217 code, such as GBP.",
            field="currency",
        )


def _up(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_CEILING))


def _minutes(seconds: Decimal) -> Decimal:
    return (seconds / 60).quantize(Decimal("0.1"), ROUND_CEILING)
