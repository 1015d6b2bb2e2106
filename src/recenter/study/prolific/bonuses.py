"""Bonuses for people of a study: checked, written as Prolific reads them, paid once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from recenter.errors import InputError, OutcomeUnknownError, PlatformError
from recenter.provenance import make_id
from recenter.records import Record
from recenter.study.prolific.ledger import Entry, Ledger, Payment, refuse, standing
from recenter.study.prolific.pay import money
from recenter.study.prolific.records import BulkBonus

MOST = 200
"""Bonuses in one request, as Prolific recommends."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Fees and tax come on top; more than this was understood otherwise, as pounds for pence.
_AT_MOST = 2


class Bonus(Record, frozen=True):
    """Something on top of the reward, for one submission."""

    submission: str
    amount: int
    """In pence or cents of the study's currency: 150 is 1.50."""
    purpose: str = "bonus"
    """What it is for. The same submission is paid once for one purpose."""


def check_id(value: str, field: str) -> str:
    """Return an id of Prolific's.

    Raises:
        InputError: it cannot be one, and would change the address that is asked.
    """
    if not _ID.fullmatch(value):
        raise InputError(f"{value!r} is no id of Prolific.", field=field)
    return value


def check_bonuses(bonuses: Sequence[Bonus]) -> None:
    """Refuse what cannot be paid.

    Raises:
        InputError: there are none or too many, an amount is no whole number of pence or cents,
            or the same submission stands twice.
    """
    if not 1 <= len(bonuses) <= MOST:
        raise InputError(
            f"there are {len(bonuses)} bonuses; from 1 to {MOST} go in one payment.",
            field="bonuses",
        )
    seen: set[str] = set()
    for bonus in bonuses:
        check_id(bonus.submission, "submission")
        amount: object = bonus.amount
        if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
            raise InputError(
                f"{amount!r} is not a whole number of pence or cents from 1.", field="amount"
            )
        if bonus.submission in seen:
            raise InputError(
                f"{bonus.submission} stands twice.", field="bonuses", cure="Add the two amounts."
            )
        seen.add(bonus.submission)


def bonus_lines(bonuses: Sequence[Bonus]) -> str:
    """Return `<submission>,<amount>` lines; amounts with two decimals, as a bare 30 pays 30.00."""
    return "".join(f"{b.submission},{b.amount // 100}.{b.amount % 100:02d}\n" for b in bonuses)


def to_payment(
    study: str, bonuses: Sequence[Bonus], set_up: BulkBonus, *, currency: str
) -> Payment:
    """Return what would be paid.

    Raises:
        PlatformError: what Prolific made of it is less than was asked, or more than fees explain.
    """
    asked = sum(bonus.amount for bonus in bonuses)
    if not asked <= set_up.total <= _AT_MOST * asked:
        raise PlatformError(
            f"{money(asked, currency)} of bonuses were set up as "
            f"{money(set_up.total, currency)} with fees; nothing was paid.",
            cure=f"Look at bulk payment {set_up.id} at Prolific.",
        )
    return Payment(
        bulk=check_id(set_up.id, "id"),
        study=study,
        keys=payment_keys(study, bonuses),
        total=set_up.total,
        currency=currency,
    )


def payment_keys(study: str, bonuses: Sequence[Bonus]) -> tuple[str, ...]:
    """Return what makes each bonus the same as another: study, submission and purpose."""
    return tuple(make_id("pay", study, b.submission, b.purpose) for b in bonuses)


def refuse_paid(ledger: Ledger, study: str, bonuses: Sequence[Bonus]) -> None:
    """Refuse bonuses of which one stands in the ledger, before they are set up.

    Raises:
        PaidBeforeError: one does.
    """
    refuse(standing(ledger.entries(), keys=payment_keys(study, bonuses)))


def pay_once(payment: Payment, ledger: Ledger, send: Callable[[], object]) -> Entry:
    """Write down that it is asked for, ask once, write down what came of it.

    Raises:
        PaidBeforeError: it was asked for before; nothing is sent.
        OutcomeUnknownError: it may have been paid; from then on it counts as paid until a person
            has looked: see `ledger.settle`.
        PlatformError: it was refused; nothing was paid.
    """
    begun = ledger.begin(payment)
    try:
        send()
    except OutcomeUnknownError as error:
        ledger.end(begun, "unknown")
        raise OutcomeUnknownError(
            f"unknown: look at the platform. {error}",
            status=error.status,
            cure=f"It is attempt {begun.attempt} in the ledger; settle it when you have looked.",
        ) from error
    except PlatformError:
        ledger.end(begun, "not_paid")
        raise
    return ledger.end(begun, "accepted")
