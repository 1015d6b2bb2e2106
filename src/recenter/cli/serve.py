"""`recenter serve`: memory for applications, over HTTP."""

from __future__ import annotations

import click

from recenter.cli.options import setting_options
from recenter.config import Settings
from recenter.errors import MissingExtraError
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
@setting_options("store", "chat", "embedder")
def serve(*, host: str, port: int, url: str | None, per_minute: int, settings: Settings) -> None:
    """Serve memory to applications over HTTP, behind keys.

    Only this machine can reach it unless --host says otherwise, and then only with a key that
    `recenter key new` made. Where nobody has a key, the first start prints one.
    """
    try:
        from recenter.server.serve import Serving
        from recenter.server.serve import serve as run
    except ImportError:
        raise MissingExtraError("recenter serve", "serve") from None
    memory = Memory(
        {
            "home": str(settings.home),
            "store": settings.store,
            "chat": settings.chat,
            "embedder": settings.embedder,
        }
    )
    with memory:
        run(
            memory,
            Serving(host=host, port=port, url=url, per_minute=per_minute),
            say=click.echo,
        )
