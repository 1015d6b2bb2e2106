"""`recenter study prolific bonus` and `settle`: money on top of the reward, paid once."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import click

from recenter.cli.options import need, setting_options
from recenter.cli.printable import printable
from recenter.cli.studies.opened import file_argument, need_study_extra
from recenter.cli.studies.prolific.connected import (
    bonuses_of,
    confirmed,
    do,
    recruiting,
    yes_option,
)
from recenter.config import Settings
from recenter.errors import InputError
from recenter.study.file import read_study
from recenter.study.ledger.desk import Desk
from recenter.study.ledger.running import identity
from recenter.study.prolific import ledger
from recenter.study.prolific.bonuses import Bonus, check_bonuses, refuse_paid
from recenter.study.prolific.pay import minor_units, money
from recenter.study.prolific.recruit import payment_of


@click.command()
@file_argument
@click.option(
    "--from",
    "source",
    metavar="CSV",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the columns annotator and amount, and purpose where it is not --purpose.",
)
@click.option("--annotator", help="Pseudonym of the only one to pay, as in the export.")
@click.option("--amount", help="What they get, such as 1.50.")
@click.option(
    "--purpose",
    default="bonus",
    show_default=True,
    help="What it is for: nobody is paid twice for one purpose.",
)
@yes_option
@setting_options("store")
def bonus(
    *,
    file: Path,
    source: Path | None,
    annotator: str | None,
    amount: str | None,
    purpose: str,
    yes: bool,
    settings: Settings,
) -> None:
    """Pay annotators something on top of the reward, once."""
    if (source is None) == (annotator is None):
        raise click.UsageError("Give either --from or --annotator.")
    if source is not None and amount is not None:
        raise click.UsageError("--amount does not go with --from: the file says it.")
    with recruiting(file, settings) as here:
        if source is not None:
            bonuses = list(_rows(here.desk, source, purpose))
        else:
            need(amount, "--amount", "with --annotator")
            bonuses = [_bonus(here.desk, str(annotator), str(amount), purpose)]
        check_bonuses(bonuses)
        # Looked at before anything is set up at Prolific, which is done with a yes only.
        refuse_paid(bonuses_of(settings, here.desk.id), here.id, bonuses)
        asked = money(sum(one.amount for one in bonuses), payment_of(here.desk.study).currency)
        click.echo(f"{asked} of bonuses for {len(bonuses)} people, fees and tax on top")
        if confirmed(yes=yes) and do(here, here.client.plan_bonuses(here.id, bonuses), yes=yes):
            click.echo("accepted by Prolific")


@click.command()
@file_argument
@click.argument("attempt", required=False)
@click.option(
    "--paid/--not-paid", default=None, help="What you saw at Prolific; not paid may be paid again."
)
@setting_options("store")
def settle(*, file: Path, attempt: str | None, paid: bool | None, settings: Settings) -> None:
    """List the bonuses of which nobody knows whether they were paid, or say it of an ATTEMPT."""
    need_study_extra()
    kept = bonuses_of(settings, read_study(file).study.study)
    if attempt is None:
        open_ = ledger.unsettled(kept)
        for entry in open_:
            click.echo(printable(ledger.describe(entry)))
        if not open_:
            click.echo("nothing is unsettled")
        return
    need(paid, "--paid or --not-paid", "with ATTEMPT")
    click.echo(printable(ledger.describe(ledger.settle(kept, attempt, paid=bool(paid)))))


def _rows(desk: Desk, source: Path, purpose: str) -> Iterator[Bonus]:
    try:
        lines = source.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}.", file=source.name) from None
    rows = csv.DictReader(lines, strict=True)
    try:
        missing = {"annotator", "amount"} - set(rows.fieldnames or ())
        if missing:
            raise InputError(
                f"lacks the columns {', '.join(sorted(missing))}.",
                file=source.name,
                line=1,
                cure="Begin it with: annotator,amount,purpose",
            )
        for row in rows:
            try:
                yield _bonus(
                    desk, row["annotator"] or "", row["amount"] or "", row.get("purpose") or purpose
                )
            except InputError as error:
                raise InputError(
                    error.reason,
                    file=source.name,
                    line=rows.line_num,
                    field=error.field,
                    cure=error.cure,
                ) from None
    except csv.Error as error:
        raise InputError(f"is no CSV: {error}.", file=source.name, line=rows.line_num) from None


def _bonus(desk: Desk, annotator: str, amount: str, purpose: str) -> Bonus:
    ids = identity(desk, annotator) or {}
    if "SESSION_ID" not in ids:
        raise InputError(
            f"{annotator!r} did not come from Prolific, or the ids of those who did were erased.",
            field="annotator",
        )
    return Bonus(
        submission=ids["SESSION_ID"], amount=minor_units(amount, field="amount"), purpose=purpose
    )
