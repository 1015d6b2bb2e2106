"""`recenter study status` and `close`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from recenter.cli.options import setting_options
from recenter.cli.printable import printable
from recenter.cli.studies.opened import at_desk, file_argument
from recenter.config import Settings
from recenter.study.export.judgments import judgments
from recenter.study.ledger import reading, running
from recenter.study.ledger.desk import annotators


@click.command()
@file_argument
@setting_options("store")
def status(*, file: Path, settings: Settings) -> None:
    """Say how a study goes: work, annotators, what was refused at the door."""
    with at_desk(file, settings) as (desk, _):
        click.echo(f"{desk.id}: {desk.state}")
        for task in running.coverage(desk):
            click.echo(
                f"  {task.task}: {task.done:,} of {task.wanted:,} answers to {task.items:,} items, "
                f"{task.held:,} in hand"
            )
        states = Counter(one.state for one in annotators(desk))
        told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        click.echo(f"  annotators: {told or 'nobody yet'}")
        excluded = reading.left_out(desk)
        if excluded:
            click.echo(f"  left out of the figures: {len(excluded)}")
        for reason, count in running.refusals(desk).items():
            click.echo(printable(f"  refused: {reason} ({count} times)"))


@click.command()
@file_argument
@click.option("--forget", is_flag=True, help="Erase the ids of annotators as platforms know them.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@setting_options("store")
def close(*, file: Path, forget: bool, yes: bool, settings: Settings) -> None:
    """End a study: nobody new comes in, and its answers become judgments of the store."""
    if not yes:
        end = "End the study" + (" and erase the ids of annotators" if forget else "")
        click.confirm(f"{end}? This cannot be undone.", abort=True)
    with at_desk(file, settings) as (desk, store):
        running.set_study_state(desk, "closed")
        report = running.replace_judgments(store, desk, judgments(desk))
        click.echo(f"{desk.id} is closed; {report.new:,} judgments in the store")
        if not forget:
            if any(running.identity(desk, one.id) is not None for one in annotators(desk)):
                click.echo(
                    "Ids of annotators as platforms know them are kept; --forget erases them."
                )
        else:
            count, overwritten = running.forget_identities(desk)
            click.echo(f"{count} ids erased")
            if not overwritten:
                click.echo(
                    "Their space is not overwritten yet: another process or transaction still "
                    "reads, or the disk is full. Close it again later."
                )
