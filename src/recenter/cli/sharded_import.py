"""`recenter import --engine`: a folder of shards into a folder of conversations."""

from __future__ import annotations

from pathlib import Path

import click

from recenter import __version__
from recenter.cli.bar import GOES_ON, Bar
from recenter.cli.filtering import Filtering, tell_funnel
from recenter.cli.printable import printable
from recenter.cli.sharded import Engines, absolute, is_folder, kind_in, tell
from recenter.importers.pseudonym import pseudonym
from recenter.provenance import digest


def import_shards(
    paths: tuple[str, ...],
    to: str | None,
    engines: Engines,
    *,
    reading: tuple[bytes, str | None, str | None],
    wanted: Filtering,
) -> None:
    """Import the shards of one folder or URL, and end as batches do.

    `reading` is the key, the format if it is known, and the person if there is only one.
    """
    source = _folder(paths)
    if to is None or to == "-" or Path(to).is_file():
        raise click.UsageError("--engine needs --to DIR, a folder or URL for the output.")
    if wanted.sample is not None:
        raise click.UsageError("--sample does not go with --engine: sample what it wrote.")
    engine = engines.load()
    from recenter.scale.corpus import CONVERSATIONS, Choosing, Reading, import_sharded
    from recenter.scale.work import Job

    key, *rest = reading
    choosing = Choosing(wanted.settings, wanted.language, wanted.detect) if wanted.filter else None
    # Of the key no more than tells it from another.
    about = ("import", __version__, pseudonym(key, "key"), rest, choosing)
    job = Job(
        step="import",
        source=absolute(source),
        target=absolute(to),
        signature=digest(repr(about)),
        kind=kind_in(source),
        answers=CONVERSATIONS,
        two_passes=choosing is not None,
    )
    with Bar(stopped=GOES_ON) as bar:
        ran = import_sharded(
            job, Reading(*reading), engine, choosing=choosing, on_funnel=tell_funnel, progress=bar
        )
    tell(ran, to)


def _folder(paths: tuple[str, ...]) -> str:
    if len(paths) == 1 and not Path(paths[0]).exists() and not is_folder(paths[0]):
        raise click.UsageError(f"there is no {printable(paths[0])}.")
    if len(paths) != 1 or not is_folder(paths[0]):
        raise click.UsageError("--engine reads one folder or URL of shards.")
    return paths[0]
