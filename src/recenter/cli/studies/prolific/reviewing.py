"""`recenter study prolific status`, `approve` and `reject`: who came, who is paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click

from recenter.cli.options import setting_options
from recenter.cli.printable import printable
from recenter.cli.studies.opened import file_argument
from recenter.cli.studies.prolific.connected import Recruiting, do, recruiting, yes_option
from recenter.config import Settings
from recenter.study.ledger import reading
from recenter.study.ledger.desk import annotators
from recenter.study.prolific.actions import Rejection
from recenter.study.prolific.pay import check_currency, measured_pay, money
from recenter.study.prolific.recruit import payment_of
from recenter.study.prolific.standing import Standing, remark, side_by_side, to_approve
from recenter.study.quality import decliners

_NOBODY = "nobody who completed here waits for review"


@click.command()
@file_argument
@setting_options("store")
def status(*, file: Path, settings: Settings) -> None:
    """Say who is where, at Prolific and here, and what an hour was really paid."""
    with recruiting(file, settings) as here:
        found = here.client.study(here.id)
        click.echo(
            printable(f'study {found.id} "{found.name}": {found.status}, {found.places} places')
        )
        standings = _standings(here)
        _show_counts(standings)
        for one in standings:
            if one.submission is not None and (told := remark(here.desk, one)):
                click.echo(printable(f"  {one.submission.id}  {_number(one)}: {told}"))
        _show_pay(here, standings, found.reward)


@click.command()
@file_argument
@yes_option
@setting_options("store")
def approve(*, file: Path, yes: bool, settings: Settings) -> None:
    """Pay the reward to everyone who completed here and waits for review there.

    Who declined most of their decisions is left out, to be looked at by a person.
    """
    with recruiting(file, settings) as here:
        standings = _standings(here)
        everyone = to_approve(standings)
        waiting = to_approve(standings, doubtful=decliners(reading.answers(here.desk)))
        for one in standings:
            if one.submission and one.submission.id in set(everyone) - set(waiting):
                told = "declined most of their decisions; yours to approve at Prolific or to reject"
                click.echo(printable(f"left out: {one.submission.id}  {_number(one)}: {told}"))
        if not waiting:
            click.echo("nobody else waits" if everyone else _NOBODY)
            return
        if do(here, here.client.plan_approve(here.id, waiting), yes=yes):
            click.echo(f"{len(waiting)} approved")


@click.command()
@file_argument
@click.argument("submission")
@click.option(
    "--reason",
    required=True,
    type=click.Choice(get_args(Rejection)),
    help="Prolific's word for it.",
)
@click.option(
    "--message",
    required=True,
    metavar="TEXT",
    help="What the person is told: 100 characters or more.",
)
@yes_option
@setting_options("store")
def reject(
    *, file: Path, submission: str, reason: str, message: str, yes: bool, settings: Settings
) -> None:
    """Refuse the reward to a SUBMISSION that waits for review; cannot be undone here."""
    with recruiting(file, settings) as here:
        action = here.client.plan_reject(here.id, [submission], rejection=reason, message=message)
        if do(here, action, yes=yes):
            click.echo("rejected")


def _standings(here: Recruiting) -> list[Standing]:
    return side_by_side(here.desk, here.client.submissions(here.id), annotators(here.desk))


def _show_counts(standings: Sequence[Standing]) -> None:
    counts = Counter((one.there, one.here) for one in standings)
    if not counts:
        click.echo("  nobody yet")
        return
    click.echo(f"  {'people':>6}  {'at Prolific':<20}here")
    for (there, here), count in sorted(counts.items()):
        click.echo(f"  {count:>6}  {there:<20}{here}")


def _number(one: Standing) -> str:
    return f"annotator {one.annotator.number}" if one.annotator else "nobody here"


def _show_pay(here: Recruiting, standings: Sequence[Standing], reward: int) -> None:
    """Say what an hour was paid, of those from Prolific who completed."""
    active = reading.active_seconds(here.desk)
    times = [
        active[one.annotator.id]
        for one in standings
        if one.submission and one.annotator and one.here == "completed"
        if active.get(one.annotator.id, 0) > 0
    ]
    if not times:
        click.echo("  pay per hour: not known before somebody has completed")
        return
    currency = check_currency(payment_of(here.desk.study).currency)
    pay = measured_pay(reward, currency, times)
    click.echo(
        f"  pay: {money(pay.per_hour, currency)} an hour at the median of "
        f"{pay.median_minutes:.1f} min of work ({pay.people} people; consent and guidelines "
        "are not timed)"
    )
    if not pay.fair:
        least = money(pay.missing, currency)
        click.echo(f"  below Prolific's least: a bonus of {least} each makes it fair")
