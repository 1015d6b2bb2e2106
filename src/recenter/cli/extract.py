"""`recenter extract`."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import click

from recenter.batch.extract import ExtractHandler
from recenter.cli.asking import Asking
from recenter.cli.backends import EXTRACTORS, make_extractor
from recenter.cli.bar import GOES_ON, Bar
from recenter.cli.options import asking_options, setting_options
from recenter.cli.sharded import Answering, Batch, sharded_options
from recenter.config import Settings
from recenter.models.load import load_embedder
from recenter.stages.extract import Extractor
from recenter.store import Store, open_store
from recenter.workspace import Extracted, Reader, Workspace


@click.command()
@click.option(
    "--extractor",
    default=EXTRACTORS[0],
    show_default=True,
    type=click.Choice(EXTRACTORS),
    help="A small trained model on this machine, or the chat model.",
)
@click.option(
    "--threshold",
    default=0.7,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Cosine from which two attributes are merged.",
)
@click.option("--person", "people", multiple=True, help="Only this person; may be repeated.")
@asking_options
@sharded_options
@setting_options("store", "chat", "embedder", "max_cost")
def extract(
    *,
    extractor: str,
    threshold: float,
    people: tuple[str, ...],
    workers: int,
    dry_run: bool,
    batch: Batch | None,
    settings: Settings,
) -> None:
    """Infer attributes from conversations, each with the words that support it.

    Only people whose conversations have changed are read again. Stopped, it goes on where it was.

    Example: recenter extract --batch dialogues.jsonl --output attributes.jsonl
    """
    if batch is not None:
        make = functools.partial(
            _answering,
            extractor=extractor,
            threshold=threshold,
            workers=workers,
            settings=settings,
        )
        batch.run("extract", make, settings=settings, by_person=True)
        return
    embedder = load_embedder(settings.embedder, settings)
    with open_store(settings.store_url) as store:
        asking = Asking(settings, cache=store.cache, dry_run=dry_run)
        backend = make_extractor(extractor, settings, asking, workers=workers)
        if dry_run:
            _read_only(store, backend, people or store.people())
        else:
            reader = Reader(backend, embedder, threshold)
            _extract(Workspace(store), reader, people or None, asking)
        asking.tell()


def _answering(
    *, extractor: str, threshold: float, workers: int, settings: Settings, dry_run: bool
) -> Answering:
    asking = Asking(settings, cache=None, dry_run=dry_run)
    embedder = load_embedder(settings.embedder, settings)
    backend = make_extractor(extractor, settings, asking, workers=workers)
    handler = ExtractHandler(backend, embedder, threshold=threshold)
    return Answering(handler, asking, Reader(backend, embedder, threshold).signature)


def _extract(
    workspace: Workspace, reader: Reader, people: Sequence[str] | None, asking: Asking
) -> None:
    arguments = {"extractor": reader.extractor.name, "threshold": reader.threshold}
    with Bar(stopped=GOES_ON) as bar, workspace.run("extract", arguments) as told:
        made = workspace.extract(reader, people=people, progress=bar)
        told |= {"usage": asking.usage, "counts": {"attributes": made.attributes}}
    if not made.people and not made.unchanged:
        click.echo(f"nobody is in {workspace.store.place} yet: run `recenter import FILE` first")
        return
    click.echo(_summary(made))


def _read_only(store: Store, extractor: Extractor, people: Iterable[str]) -> None:
    for person in people:
        extractor.extract(person, list(store.conversations(person)))


def _summary(made: Extracted) -> str:
    lines = [
        f"{made.attributes} attributes of {made.people} people "
        f"({made.candidates} before merging); {made.unchanged} people unchanged"
    ]
    lines += [
        f"{count:>6} not kept: {reason.replace('_', ' ')}"
        for reason, count in sorted(made.dropped.items(), key=lambda item: -item[1])
    ]
    if made.failed:
        lines.append(f"{made.failed} people with unreadable answers: run again to retry")
    return "\n".join(lines)
