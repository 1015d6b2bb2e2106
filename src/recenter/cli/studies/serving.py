"""`recenter study serve`, `invite` and `account`."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from recenter.cli.options import setting_options
from recenter.cli.studies.opened import at_desk, file_argument, gathered, need_study_extra
from recenter.config import Settings
from recenter.errors import InputError
from recenter.store import open_store
from recenter.study.gather import ready
from recenter.study.ledger import running
from recenter.study.ledger.opening import open_study
from recenter.study.new import placeholders
from recenter.study.plan import make_plan


@click.command()
@file_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port to listen at.",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 32),
    help="Processes that serve, on one store.",
)
@click.option("--url", metavar="URL", help="https address of the server before this one.")
@setting_options("store")
def serve(
    *, file: Path, host: str, port: int, workers: int, url: str | None, settings: Settings
) -> None:
    """Begin a study, or go on with it, and serve its pages.

    Items and plan are frozen when it first begins; guidelines may be changed later, and answers
    say which they were given under.
    """
    need_study_extra()
    from recenter.web.serve import Serving, check
    from recenter.web.serve import serve as serve_forever

    with gathered(file, settings) as (written, store, items):
        serving = Serving(
            store=settings.store_url,
            study=written.study.study,
            host=host,
            port=port,
            workers=workers,
            url=url,
        )
        check(serving)
        for words in placeholders(written):
            click.echo(f"still of the template: {words!r}", err=True)
        plan = make_plan(written.study, ready(written, items))
        desk = open_study(store.database, written, plan)
    root = f"{serving.public}/s/{written.study.study}"
    click.echo(f"annotators: {root}/", err=True)
    click.echo(f"your desk:  {root}/desk", err=True)
    if desk.state != "open":
        click.echo(f"the study is {desk.state}: nobody new comes in", err=True)
        serve_forever(serving)
        return
    invite_there = f"recenter study invite {file} --count 3 --url {serving.public}"
    click.echo(f"links:      {invite_there}", err=True)
    serve_forever(serving)


@click.command()
@file_argument
@click.option(
    "--count",
    default=1,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Links to print.",
)
@click.option("--group", "band", default="", help="Group of annotators that the links are for.")
@click.option(
    "--url",
    default="http://127.0.0.1:8080",
    show_default=True,
    help="Where the study is served.",
)
@setting_options("store")
def invite(*, file: Path, count: int, band: str, url: str, settings: Settings) -> None:
    """Print signed links, each for one person, who may use it as often as they like."""
    need_study_extra()
    from recenter.web.sessions import invitation

    with at_desk(file, settings) as (desk, _):
        known = desk.study.recruitment.groups
        if band and band not in known:
            raise InputError(
                f"there is no group {band!r}.",
                field="group",
                cure=f"Groups of the study: {', '.join(known) or 'none'}.",
            )
        if desk.state != "open":
            raise InputError(f"{desk.id!r} is {desk.state} and takes nobody new.", field="study")
        for _ in range(count):
            token = invitation(desk, secrets.token_urlsafe(12), band)
            click.echo(f"{url.rstrip('/')}/s/{desk.id}/?link={token}")


@click.command()
@click.argument("name")
@click.option(
    "--role",
    default="researcher",
    show_default=True,
    type=click.Choice(["researcher", "adjudicator"]),
    help="An adjudicator decides where annotators differ, and sees nothing else.",
)
@click.password_option(help="Asked for where it is not given.")
@setting_options("store")
def account(*, name: str, role: running.Role, password: str, settings: Settings) -> None:
    """Let NAME log in at the desk of the studies in this store; again changes the password."""
    need_study_extra()
    from recenter.web.desk.passwords import hash_password

    hashed = hash_password(password)
    with open_store(settings.store_url) as store:
        running.put_account(store.database, running.Account(name=name, role=role, hash=hashed))
    click.echo(f"{name} may log in as {role}")
