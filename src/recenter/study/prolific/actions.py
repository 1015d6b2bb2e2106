"""What is about to be done to people or money, as a record that can be read before it is done."""

from __future__ import annotations

from typing import Literal, get_args

from recenter.errors import InputError
from recenter.records import Record
from recenter.study.prolific.ledger import Payment
from recenter.study.prolific.pay import money

Kind = Literal[
    "publish", "pause", "start", "stop", "raise_places", "approve", "reject", "pay_bonuses"
]
Rejection = Literal[
    "TOO_QUICKLY",
    "TOO_SLOWLY",
    "FAILED_INSTRUCTIONS",
    "INCOMP_LONGITUDINAL",
    "FAILED_CHECK",
    "LOW_EFFORT",
    "MALINGERING",
    "NO_CODE",
    "BAD_CODE",
    "NO_DATA",
    "UNSUPP_DEVICE",
    "OTHER",
]

LEAST_MESSAGE = 100
"""Characters of the message to a person who is rejected."""


class Action(Record, frozen=True):
    """One thing that reaches people or spends money. Made by the client's `plan_` methods."""

    kind: Kind
    study: str
    what: str
    """What will happen, in words."""
    people: int
    """How many it concerns."""
    cost: int | None = None
    """What it costs with the platform's fees and tax, in pence or cents; None: nothing more."""
    currency: str | None = None
    places: int | None = None
    """In `raise_places`, how many there will be in all."""
    submissions: tuple[str, ...] = ()
    rejection: Rejection | None = None
    message: str | None = None
    """In `reject`, what the people are told."""
    payment: Payment | None = None
    """In `pay_bonuses`, what is paid."""


def describe(action: Action) -> str:
    """Return what will happen, to how many people, at what cost."""
    people = "1 person" if action.people == 1 else f"{action.people} people"
    cost = "no further cost"
    if action.cost is not None:
        cost = f"{money(action.cost, action.currency or '')} with fees and tax"
    return f"{action.what} ({people}; {cost})"


def check_rejection(rejection: str, message: str) -> Rejection:
    """Return the reason for a rejection.

    Raises:
        InputError: it is no reason of Prolific's, or the message is too short to be sent.
    """
    if len(message.strip()) < LEAST_MESSAGE:
        raise InputError(
            f"the message has {len(message.strip())} characters; Prolific asks for at least "
            f"{LEAST_MESSAGE}.",
            field="message",
            cure="Say what was missing, in which question, and what the person can do.",
        )
    for known in get_args(Rejection):
        if rejection == known:
            reason: Rejection = known
            return reason
    raise InputError(
        f"{rejection!r} is no reason; expected one of {', '.join(get_args(Rejection))}.",
        field="rejection",
    )
