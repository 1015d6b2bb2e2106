"""`recenter load`: what a sharded run wrote, into the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recenter.cli.bar import GOES_ON, Bar
from recenter.cli.options import Stop, setting_options
from recenter.cli.sharded import absolute, tell_missing
from recenter.config import Settings
from recenter.errors import MissingExtraError
from recenter.store import open_store
from recenter.workspace import Workspace

if TYPE_CHECKING:
    from recenter.scale.loading import Loaded

_SHOWN = 10


@click.command()
@click.argument("out", metavar="OUT")
@setting_options("store")
def load(*, out: str, settings: Settings) -> None:
    """Load what a run over a folder of shards wrote to OUT, a folder or URL, into the store.

    Conversations of `recenter import --engine`, or attributes of `recenter extract`. Every file is
    checked against the run's manifest; one that is damaged is named, and the rest is loaded.
    Loading again changes nothing. Who was forgotten stays out.
    """
    try:
        from recenter.scale.loading import load_run, read_manifest
    except ImportError:
        raise MissingExtraError("Loading a folder of shards", "scale") from None
    folder = absolute(out)
    manifest = read_manifest(folder)
    with open_store(settings.store_url) as store:
        run = Workspace(store).run("load", {"step": manifest.run.step})
        with Bar(stopped=GOES_ON) as bar, run as told:
            loaded = load_run(folder, manifest, store, progress=bar)
            told["counts"] = {"new": loaded.stored.new, "bad": len(loaded.bad)}
    tell_missing(folder)
    _tell(loaded)
    if loaded.bad or loaded.damaged:
        raise Stop


def _tell(loaded: Loaded) -> None:
    for one in loaded.damaged[:_SHOWN]:
        click.echo(f"not loaded: {one.name}: {one.problem}", err=True)
    if len(loaded.damaged) > _SHOWN:
        click.echo(f"not loaded: {len(loaded.damaged) - _SHOWN} more", err=True)
    for row in loaded.bad[:_SHOWN]:
        field = "" if row.field is None else f"{row.field}: "
        click.echo(f"skipped: {row.shard}, line {row.line}: {field}{row.reason}", err=True)
    if len(loaded.bad) > _SHOWN:
        click.echo(f"skipped: {len(loaded.bad) - _SHOWN} more", err=True)
    what = "conversations" if loaded.step == "import" else "attributes"
    got = loaded.stored
    parts = [f"{got.new} new", f"{got.changed} changed", f"{got.same} known"]
    parts += [f"{got.removed} no longer found"] if got.removed else []
    parts += [f"{got.refused} refused: forgotten or deleted before"] if got.refused else []
    parts += [f"{loaded.files} files, {len(loaded.damaged)} not loaded, {len(loaded.bad)} bad rows"]
    click.echo(f"{what}: {'; '.join(parts)}")
    if loaded.absent:
        click.echo(
            f"{loaded.absent} pieces of evidence are of conversations that are not in the store:"
            " load what `recenter import --engine` wrote, too",
            err=True,
        )
