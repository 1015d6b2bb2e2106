"""`recenter serve`: memory for applications, over HTTP."""

from __future__ import annotations

import os

import click

from recenter.cli.options import setting_options
from recenter.config import Settings
from recenter.errors import ConfigError, MissingExtraError
from recenter.memory import Memory


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", default=8765, show_default=True, type=click.IntRange(1, 65535), help="Port."
)
@click.option(
    "--url", metavar="URL", help="How it is reached, where a server with https stands before it."
)
@click.option(
    "--per-minute",
    default=600,
    show_default=True,
    type=click.IntRange(0),
    help="How often a key may ask in a minute; 0 sets no limit.",
)
@click.option(
    "--max-body",
    metavar="MB",
    default=8,
    show_default=True,
    type=click.IntRange(1),
    help="Megabytes of a request: chats with large images need more.",
)
@click.option(
    "--upstream",
    metavar="URL",
    help="Endpoint to answer chats in front of, up to its version: https://api.example.com/v1.",
)
@click.option(
    "--upstream-key-env",
    metavar="NAME",
    help="Variable of the environment that holds the endpoint's key.",
)
@click.option(
    "--erase",
    type=click.Choice(["at-once", "later"]),
    default="at-once",
    show_default=True,
    help="Overwrite what a deletion frees with it, or hourly for all: a large store takes long.",
)
@click.option("--openapi", is_flag=True, help="Print the interface as OpenAPI; serve nothing.")
@setting_options("store", "chat", "embedder")
def serve(
    *,
    host: str,
    port: int,
    url: str | None,
    per_minute: int,
    max_body: int,
    upstream: str | None,
    upstream_key_env: str | None,
    erase: str,
    openapi: bool,
    settings: Settings,
) -> None:
    """Serve memory to applications over HTTP, behind keys.

    Only this machine can reach it unless --host says otherwise, and then only with a key that
    `recenter key new` made. Where nobody has a key, the first start prints one.

    With --upstream it is an OpenAI-compatible endpoint too, in front of that one: with memory
    where it matters, and byte for byte the same where it does not.
    """
    try:
        from recenter.server.openapi import openapi_text
        from recenter.server.proxy import Upstream
        from recenter.server.serve import Serving
        from recenter.server.serve import serve as run
    except ImportError:
        raise MissingExtraError("recenter serve", "serve") from None
    if openapi:
        click.echo(openapi_text(), nl=False)
        return
    memory = Memory(
        {
            "home": str(settings.home),
            "store": settings.store,
            "chat": settings.chat,
            "embedder": settings.embedder,
            "erase": erase,
        }
    )
    key = None if upstream_key_env is None else _key_in(upstream_key_env)
    behind = None if upstream is None else Upstream(url=upstream, key=key)
    serving = Serving(
        host=host,
        port=port,
        url=url,
        per_minute=per_minute,
        largest_body=max_body * 1_000_000,
        upstream=behind,
    )
    with memory:
        run(memory, serving, say=click.echo)


def _key_in(variable: str) -> str:
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ConfigError(
            f"--upstream-key-env: {variable} is not set.", cure=f"Run: export {variable}=..."
        )
    return key
