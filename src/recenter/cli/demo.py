"""The demo: all stages on made-up people, or on one's own export."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from recenter.cli.asking import Asking
from recenter.cli.bar import NOTHING_KEPT, Bar
from recenter.cli.options import setting_options
from recenter.config import Settings
from recenter.demo.page import render
from recenter.demo.run import run_demo
from recenter.demo.terminal import show


@click.command()
@click.option(
    "--on",
    "export",
    type=click.Path(exists=True, path_type=Path),
    metavar="EXPORT",
    help="Your ChatGPT or claude.ai export, zip or JSON, instead of the people of the demo.",
)
@click.option("--prompt", "prompts", multiple=True, help="Ask this instead; may be repeated.")
@click.option("--person", help="One person of the demo, or a name for whose export it is.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("recenter-demo.html"),
    show_default=True,
    help="Where to write the page.",
)
@click.option("--store", metavar="URL", help="Store to keep everything in; none is kept without.")
@click.option("--open/--no-open", "opened", default=False, help="Open the page in the browser.")
@setting_options("chat", "max_cost")
def demo(
    *,
    export: Path | None,
    prompts: tuple[str, ...],
    person: str | None,
    html: Path,
    store: str | None,
    opened: bool,
    settings: Settings,
) -> None:
    """Show what Recenter learns, refuses and uses, beside a plain top-10 memory.

    Runs on the embedded models, here, without a key, and writes one HTML page that loads nothing.
    With --on, nothing of the export leaves this machine unless --chat names a remote model.
    """
    if not html.resolve().parent.is_dir():
        # Said before the run and not after it: reading an export takes a while, a model costs.
        raise click.BadParameter(f"there is no folder {html.parent}.", param_hint="'--html'")
    asking = Asking(settings, cache=None)
    with Bar(stopped=None if store else NOTHING_KEPT) as bar:
        result = run_demo(
            settings,
            chat=asking.model,
            on=export,
            person=person,
            prompts=prompts,
            store=store,
            progress=bar,
        )
    asking.tell()
    html.write_text(render(result), "utf-8", errors="replace")
    show(result, Console(highlight=False))
    refused = "" if export else ", refused trap"
    click.echo(f"\nEvery quote{refused} and exact message: {html}")
    if opened:
        click.launch(str(html))
