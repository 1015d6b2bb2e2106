"""`recenter study prolific publish`, `pause`, `start`, `stop` and `places`: who may come in."""

from __future__ import annotations

from pathlib import Path

import click

from recenter.cli.options import setting_options
from recenter.cli.studies.opened import file_argument
from recenter.cli.studies.prolific.connected import do, recruiting, yes_option
from recenter.config import Settings
from recenter.study.prolific.recruit import payment_of


@click.command()
@file_argument
@yes_option
@setting_options("store")
def publish(*, file: Path, yes: bool, settings: Settings) -> None:
    """Let people in; takes the cost of all places from the account."""
    with recruiting(file, settings) as here:
        currency = payment_of(here.desk.study).currency
        if do(here, here.client.plan_publish(here.id, currency=currency), yes=yes):
            click.echo("published")


@click.command()
@file_argument
@yes_option
@setting_options("store")
def pause(*, file: Path, yes: bool, settings: Settings) -> None:
    """Let nobody new in; who has begun can finish."""
    with recruiting(file, settings) as here:
        if do(here, here.client.plan_pause(here.id), yes=yes):
            click.echo("paused")


@click.command()
@file_argument
@yes_option
@setting_options("store")
def start(*, file: Path, yes: bool, settings: Settings) -> None:
    """Let people in again after a pause."""
    with recruiting(file, settings) as here:
        if do(here, here.client.plan_start(here.id), yes=yes):
            click.echo("started")


@click.command()
@file_argument
@yes_option
@setting_options("store")
def stop(*, file: Path, yes: bool, settings: Settings) -> None:
    """End recruiting: after this, only more places let people in."""
    with recruiting(file, settings) as here:
        if do(here, here.client.plan_stop(here.id), yes=yes):
            click.echo("stopped")


@click.command()
@file_argument
@click.argument("number", type=click.IntRange(1))
@yes_option
@setting_options("store")
def places(*, file: Path, number: int, yes: bool, settings: Settings) -> None:
    """Raise the places to NUMBER in all, at the cost of the new ones; none is ever taken back."""
    with recruiting(file, settings) as here:
        if do(here, here.client.plan_places(here.id, number), yes=yes):
            click.echo(f"{number} places")
