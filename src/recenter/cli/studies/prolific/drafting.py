"""`recenter study prolific check` and `draft`: what costs nothing and reaches nobody."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import click

from recenter.cli.options import setting_options
from recenter.cli.printable import printable
from recenter.cli.studies.opened import file_argument, gathered, need_study_extra
from recenter.cli.studies.prolific.connected import (
    Link,
    connect,
    link_path,
    linked,
    put_link,
)
from recenter.config import Settings
from recenter.errors import InputError, PlatformError
from recenter.study.design import Outcome
from recenter.study.file import read_study
from recenter.study.gather import ready
from recenter.study.ledger.opening import open_study
from recenter.study.outlook import outlook
from recenter.study.plan import make_plan
from recenter.study.prolific.client import Prolific
from recenter.study.prolific.environment import HOOK_SECRET, api_address, hook_secret
from recenter.study.prolific.pay import money
from recenter.study.prolific.recruit import recruitment_of
from recenter.study.prolific.tokens import Keys


@click.command()
@file_argument
@setting_options("store")
def check(*, file: Path, settings: Settings) -> None:
    """Say whose token it is, and what the study at Prolific costs; changes nothing."""
    need_study_extra()
    study = read_study(file).study
    client = connect(settings, study.study)
    account = client.me()
    click.echo(printable(f"token of {account.email} (account {account.id})"))
    click.echo(f"webhooks: {'secret is set' if hook_secret(os.environ) else f'no {HOOK_SECRET}'}")
    if study.recruitment.signed != "ignored":
        click.echo(f"signed links ({study.recruitment.signed}): {_keys()}")
    if not link_path(file).exists():
        click.echo("no study at Prolific yet")
        return
    _tell(client, linked(file, study.study))


def _keys() -> str:
    try:
        Keys(base_url=api_address(os.environ)).find("")
    except PlatformError as error:
        return printable(f"keys cannot be fetched: {error}")
    return "keys can be fetched"


def _tell(client: Prolific, id: str) -> None:
    found, cost = client.study(id), client.cost(id)
    click.echo(
        printable(
            f'study {found.id} "{found.name}": {found.status}, {found.places} places, '
            f"{money(found.reward, cost.currency)} for {found.minutes} min"
        )
    )
    click.echo(f"all places: {money(cost.total, cost.currency)} with fees and tax")


@click.command()
@file_argument
@click.option(
    "--url", required=True, metavar="URL", help="https address of the server that serves the study."
)
@click.option(
    "--description",
    metavar="TEXT",
    help="What people read before they begin; left out, title, time and contact.",
)
@setting_options("store")
def draft(*, file: Path, url: str, description: str | None, settings: Settings) -> None:
    """Make the study at Prolific, which nobody sees before `publish`.

    Places, minutes, reward and codes are those of the plan, which begins the study in the store.
    Prolific's id is kept in `prolific.json` beside the study file.
    """
    with gathered(file, settings) as (written, store, items):
        study = written.study
        client = connect(settings, study.study)
        if link_path(file).exists():
            raise InputError(
                f"{study.study!r} has the study {linked(file, study.study)} at Prolific.",
                cure=f"To make another, delete {link_path(file)}.",
            )
        plan = make_plan(study, ready(written, items))
        expected = outlook(study, plan, simulate=False)
        desk = open_study(store.database, written, plan)
        recruitment = recruitment_of(
            study,
            expected,
            url=f"{url.rstrip('/')}/s/{study.study}/",
            codes={outcome: desk.code(outcome) for outcome in get_args(Outcome)},
            description=description,
        )
        made = client.create_draft(recruitment)
    # Told before it is kept: where that fails, it can be written there by hand.
    click.echo(f"draft {made.id}: {made.places} places, {made.minutes} min")
    put_link(file, Link(study=study.study, prolific=made.id))
    click.echo("Look at it at Prolific, and choose there who may take part.", err=True)
    click.echo(f"next: recenter study prolific publish {file}", err=True)
