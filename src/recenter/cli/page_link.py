"""`recenter page-link`: let a person see what is known of them."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import click

from recenter.cli.options import setting_options
from recenter.config import Settings
from recenter.errors import InputError, MissingExtraError
from recenter.memory import Memory


def _address(_: click.Context, __: click.Parameter, given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.BadParameter(
            f"{given!r} is not an http or https URL. Give what people open, such as "
            "https://memory.example.com."
        )
    return given


@click.command("page-link")
@click.argument("user_id")
@click.option(
    "--application",
    default="",
    help="Name of the application that USER_ID is a person of. Without one, the person that the "
    "command line's own --person names.",
)
@click.option(
    "--hours",
    default=24.0,
    show_default=True,
    type=click.FloatRange(0, 720, min_open=True),
    help="For how long the link, and the page it opens, is good.",
)
@click.option(
    "--url",
    default="http://127.0.0.1:8765",
    show_default=True,
    callback=_address,
    help="Where people reach `recenter serve`.",
)
@click.option(
    "--end",
    is_flag=True,
    help="Print none; end every link of USER_ID so far, and close the pages that were opened.",
)
@setting_options("store")
def page_link(
    *, user_id: str, application: str, hours: float, url: str, end: bool, settings: Settings
) -> None:
    """Print a link by which USER_ID, as the application calls them, opens their own page.

    Whoever has the link sees what is known of this person and can change it: give it to nobody
    else.
    """
    try:
        from recenter.server.page import links
    except ImportError:
        raise MissingExtraError("recenter page-link", "serve") from None
    config = {"home": str(settings.home), "store": settings.store, "application": application}
    with Memory(config) as memory:
        person = memory.person(user_id)
        forgotten = memory.engine.store.is_forgotten(person)
        if not forgotten and not memory.engine.store.knows(person):
            of = f"the application {application!r}" if application else "the command line"
            raise InputError(
                f"nothing is known of {user_id!r} as a person of {of}.",
                field="USER_ID",
                cure="`recenter key list` has the applications; --application says which.",
            )
        if end:
            memory.end_links(user_id)
            click.echo("All links so far were ended.", err=True)
            return
        link, _ = links.page_link(
            memory.engine.key,
            person,
            application,
            url=url,
            now=time.time(),
            hours=hours,
            ended=memory.links_ended(user_id),
        )
        if forgotten:
            click.echo("This person was forgotten: the page says so.", err=True)
    click.echo(link)
