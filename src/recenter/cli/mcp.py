"""`recenter mcp`: memory as tools for agents."""

from __future__ import annotations

import functools

import click

from recenter.cli.options import setting_options
from recenter.config import Settings
from recenter.errors import MissingExtraError
from recenter.memory import Memory
from recenter.memory.one_person import OnePerson


@click.command()
@click.option("--user", metavar="USER_ID", help="Whose memory it is, as the application has it.")
@click.option("--application", default="", help="Whose person that is; none is the command line's.")
@click.option(
    "--http",
    metavar="HOST:PORT",
    help="Serve over HTTP instead, at HOST:PORT or, on this machine only, at PORT. The key of each "
    "request says whose memory it is.",
)
@click.option(
    "--url", metavar="URL", help="How it is reached, where a server with https stands before it."
)
@setting_options("store", "chat", "embedder")
def mcp(
    *, user: str | None, application: str, http: str | None, url: str | None, settings: Settings
) -> None:
    """Offer one person's memory to an agent as tools of the Model Context Protocol.

    Speaks on standard input and output, as agents start such servers. Whose memory it is, --user
    says, and no argument of a tool can change.
    """
    try:
        from recenter.integrations.mcp.server import address_of, serve_http, serve_stdio
    except ImportError:
        raise MissingExtraError("recenter mcp", "mcp") from None
    if http is None and not (user or "").strip():
        raise click.UsageError("--user is needed: an agent acts for one person.")
    if http is not None and (user or application):
        raise click.UsageError("--user and --application do not go with --http: keys say it.")
    if http is None and url is not None:
        raise click.UsageError("--url goes with --http.")
    address = address_of(http) if http is not None else None
    with Memory(_config(settings, application)) as memory:
        if address is not None:
            say = functools.partial(click.echo, err=True)
            serve_http(memory.engine, address, url=url, say=say)
        else:
            serve_stdio(OnePerson(memory.engine, memory.person(str(user)), application))


def _config(settings: Settings, application: str) -> dict[str, object]:
    return {
        "home": str(settings.home),
        "store": settings.store,
        "chat": settings.chat,
        "embedder": settings.embedder,
        "application": application,
    }
