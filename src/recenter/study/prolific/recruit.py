"""From a study and its plan to what is asked of Prolific."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping

from recenter.errors import InputError
from recenter.study.design import Outcome, Payment, Study
from recenter.study.outlook import Outlook
from recenter.study.prolific.draft import Recruitment
from recenter.study.prolific.pay import check_currency, minor_units


def recruitment_of(
    study: Study,
    plan: Outlook,
    *,
    url: str,
    codes: Mapping[Outcome, str],
    description: str | None = None,
) -> Recruitment:
    """Return the recruitment of a study, for as many people as are planned.

    Prolific is asked to sign its links only where the study requires that: not every workspace
    may ask for it.

    Args:
        url: where annotators reach the study.
        description: for people to read before they begin; left out, title, time and contact.

    Raises:
        InputError: the study does not recruit at Prolific, or its payment cannot be one there.
    """
    if study.recruitment.kind != "prolific":
        raise InputError(
            f"{study.study!r} recruits by {study.recruitment.kind!r}.",
            field="recruitment.kind",
            cure="Write: recruitment: {kind: prolific}",
        )
    payment = payment_of(study)
    minutes = math.ceil(plan.minutes)
    told = description or _description(study, minutes)
    return Recruitment(
        title=study.title,
        description=told,
        url=url,
        places=plan.annotators,
        minutes=minutes,
        reward=minor_units(repr(payment.amount), field="payment.amount"),
        currency=check_currency(payment.currency),
        codes=codes,
        internal_name=study.study,
        signed=study.recruitment.signed == "required",
    )


def payment_of(study: Study) -> Payment:
    """Return what an annotator gets.

    Raises:
        InputError: the study does not say.
    """
    if study.payment is None:
        raise InputError(
            f"{study.study!r} says nothing of pay.",
            field="payment",
            cure="Write: payment: {currency: GBP, amount: 4.50}",
        )
    return study.payment


def _description(study: Study, minutes: int) -> str:
    title, contact = html.escape(study.title), html.escape(study.contact)
    return (
        f"<p>{title}</p><p>It takes about {minutes} minutes. You can stop at any time. "
        f"Questions: {contact}.</p>"
    )
