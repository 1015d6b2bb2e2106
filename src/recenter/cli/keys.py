"""`recenter key`: who may ask the server, and for which application."""

from __future__ import annotations

import time

import click

from recenter.cli.options import setting_options
from recenter.config import Settings
from recenter.errors import InputError
from recenter.memory import Memory
from recenter.memory.envelope import iso
from recenter.memory.keys import Application, applications, keys, new_key, put_application
from recenter.memory.keys import revoke_key as revoke_it
from recenter.store import open_store

_OWN = "(command line)"


@click.group()
def key() -> None:
    """Make, list and revoke the keys with which applications ask `recenter serve`."""


@key.command()
@click.option(
    "--application",
    default="",
    help="Name of the application, made if it is new. Without one, the people that the command "
    "line's own --person names.",
)
@click.option("--person", help="Open the memory of this person only: the id the application uses.")
@click.option("--label", default="", help="What the key is for.")
@click.option(
    "--keep-days",
    type=click.IntRange(1),
    help="From now on, remove what of the application was not confirmed in so many days.",
)
@setting_options("store")
def new(
    *,
    application: str,
    person: str | None,
    label: str,
    keep_days: int | None,
    settings: Settings,
) -> None:
    """Make a key and print it, once: only its hash is kept."""
    with Memory({"home": str(settings.home), "store": settings.store}) as memory:
        database = memory.engine.store.database
        if keep_days is not None:
            put_application(database, Application(name=application, keep_days=keep_days))
        whose = None if person is None else memory.of_application(application).person(person)
        click.echo(new_key(database, application, person=whose, label=label, now=time.time()))


@key.command("list")
@setting_options("store")
def list_(settings: Settings) -> None:
    """List all keys by id, with their application; never the keys themselves."""
    with open_store(settings.store_url) as store:
        rules = {made.name: made.keep_days for made in applications(store.database)}
        found = keys(store.database)
    for one in found:
        days = rules.get(one.application)
        parts = [
            one.id,
            one.application or _OWN,
            f"only {one.person}" if one.person else "everyone",
            f"keeps {days} days" if days else "keeps",
            f"made {iso(one.created)}",
            *([f"revoked {iso(one.revoked)}"] if one.revoked is not None else []),
            *([one.label] if one.label else []),
        ]
        click.echo("  ".join(parts))
    if not found:
        click.echo("There is no key. `recenter key new` makes one.", err=True)


@key.command()
@click.argument("id")
@setting_options("store")
def revoke(*, id: str, settings: Settings) -> None:
    """Make the key with this ID worthless, at once."""
    with open_store(settings.store_url) as store:
        if not revoke_it(store.database, id, now=time.time()):
            raise InputError(
                f"there is no key {id!r} that could be revoked.",
                field="id",
                cure="`recenter key list` lists them.",
            )
    click.echo(f"{id} opens nothing any more.")
