"""`recenter study new`, `scan` and `plan`: everything before somebody is asked."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from recenter.cli.options import setting_options
from recenter.cli.printable import printable
from recenter.cli.studies.opened import file_argument, gathered, need_study_extra
from recenter.config import Settings, pseudonym_key
from recenter.errors import InputError
from recenter.scan.review import write_review
from recenter.stats.estimate import Estimate
from recenter.store import open_store
from recenter.study.gather import ready, review_path, screen, unmasked
from recenter.study.new import TEMPLATES, new_study
from recenter.study.outlook import Outlook, TaskOutlook, outlook
from recenter.study.plan import make_plan


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--template",
    default="quality",
    show_default=True,
    type=click.Choice(TEMPLATES),
    help="What is asked.",
)
@setting_options("store")
def new(*, folder: Path, template: str, settings: Settings) -> None:
    """Write a study with invented items into FOLDER, to try and then to change.

    Example: recenter study new my-study --template three-stages
    """
    need_study_extra()
    with open_store(settings.store_url) as store:
        path = new_study(
            folder, template, store, key=pseudonym_key(settings), today=datetime.date.today()
        )
    click.echo(f"written to {path}")
    click.echo(f"next: recenter study plan {path}", err=True)


@click.command()
@file_argument
@setting_options("store")
def scan(*, file: Path, settings: Settings) -> None:
    """Find what could tell who somebody is in the texts of a study, for review.

    Writes the review file that the study names; what was decided before stays decided. Once all
    is, it says what to write into the study file.
    """
    with gathered(file, settings) as (written, _, items):
        path = review_path(written)
        found = screen(written, items)
    write_review(path, found.rows)
    counts = dict.fromkeys(sorted({row.kind for row in found.rows}), 0)
    for row in found.rows:
        counts[row.kind] += row.count
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "nothing"
    click.echo(f"{found.texts} texts read; found: {told}")
    if found.hash is None:
        click.echo(f'{found.undecided} rows of {path} need "redact" or "keep" as `decision`.')
        click.echo("A scan finds much and not all: read the texts as well.", err=True)
        return
    click.echo("Everything is decided. To sign off, write under `scan` in the study file:")
    click.echo(f"  review: {path.name}\n  signed_off: {found.hash}\n  by: YOUR NAME")
    click.echo(f'  on: "{datetime.date.today().isoformat()}"')
    click.echo("  consent: how the people whose words these are agreed, and to what")


@click.command()
@file_argument
@click.option("--no-simulation", is_flag=True, help="Leave the expected intervals out.")
@setting_options("store")
def plan(*, file: Path, no_simulation: bool, settings: Settings) -> None:
    """Say what a study takes and what it will show, before anything is spent."""
    with gathered(file, settings) as (written, _, items):
        try:
            shown = ready(written, items)
        except InputError as error:
            click.echo(f"cannot be served yet: {error}", err=True)
            shown = unmasked(written, items)
        made = make_plan(written.study, shown)
    found = outlook(written.study, made, simulate=not no_simulation)
    for task in found.tasks:
        _show_task(task)
    _show_whole(found)


def _show_task(task: TaskOutlook) -> None:
    click.echo(printable(f"{task.task} ({task.question})"))
    click.echo(
        f"  {task.items:,} items, {task.decisions:,} decisions, of {task.people:,} people; "
        f"{task.overlap} answers to each"
    )
    pages = ", ".join(f"{count} {kind}" for kind, count in task.pages.items())
    click.echo(f"  {task.slots:,} annotators, each about {task.minutes:.0f} min: {pages}")
    design = task.design
    click.echo(
        f"  two items meet {design.mean_concurrence:.2f} times on average "
        f"({design.least_concurrence} to {design.most_concurrence}); "
        + ("all hang together" if design.components == 1 else f"{design.components} islands")
    )
    what = "mean" if task.question == "better" else "share of yes"
    for one in task.expected:
        click.echo(
            f"  if the {what} is {one.base:g}: its interval {_width(one.width)}, that of alpha "
            f"{_width(one.alpha_width)}"
        )


def _width(found: Estimate) -> str:
    """Return how wide an interval will be, or that there will be none."""
    if found.value is None:
        return f"cannot be told ({(found.reason or 'no run has one').rstrip('.')})"
    return f"is {found.value:.2f} wide"


def _show_whole(found: Outlook) -> None:
    click.echo(
        f"{found.annotators:,} annotators, about {found.minutes:.0f} min for all that is theirs"
    )
    if found.currency is None:
        click.echo("nothing is paid")
        return
    click.echo(
        f"{found.per_hour} {found.currency} an hour; {found.rewards:.2f} in rewards and "
        f"{found.fee:.2f} in fees: {found.total:.2f} {found.currency} in all"
    )
