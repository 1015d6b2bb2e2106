"""`recenter select`."""

from __future__ import annotations

import functools

import click

from recenter.batch.rows import one_by_one
from recenter.batch.select import select_row
from recenter.cli.asking import Asking
from recenter.cli.backends import Selecting, selecting_options
from recenter.cli.options import asking_options, need, setting_options
from recenter.cli.sharded import Answering, Batch, is_folder, sharded_options
from recenter.cli.show import show_receipt
from recenter.config import Settings
from recenter.stages.respond import prepare
from recenter.store import open_store
from recenter.workspace import Workspace


@click.command()
@click.argument("prompt", required=False)
@click.option("--person", help="Whose attributes to select from.")
@click.option(
    "--attributes",
    metavar="DIR",
    help="With --batch over prompts of people: what `verify --batch` wrote of what was extracted"
    " from them.",
)
@selecting_options
@asking_options
@sharded_options
@setting_options("store", "chat", "embedder", "max_cost")
def select(
    *,
    prompt: str | None,
    person: str | None,
    attributes: str | None,
    selecting: Selecting,
    workers: int,
    dry_run: bool,
    batch: Batch | None,
    settings: Settings,
) -> None:
    """Decide which attributes, usually none, should change the answer to PROMPT.

    Example: recenter select --batch in.jsonl --output out.jsonl
    """
    if attributes is not None and (batch is None or not is_folder(batch.source)):
        raise click.UsageError("--attributes goes with --batch over a folder of prompts.")
    if batch is not None:
        make = functools.partial(
            _answering, selecting=selecting, workers=workers, settings=settings
        )
        if attributes is None:
            batch.run("select", make, settings=settings)
        else:
            step = "select --attributes"
            batch.run(step, make, settings=settings, by_person=True, beside=attributes)
        return
    need(person, "--person", "without --batch")
    need(prompt, "PROMPT", "without --batch")
    with open_store(settings.store_url) as store:
        asking = Asking(settings, cache=store.cache, dry_run=dry_run)
        workspace = Workspace(store, keep=not dry_run)
        query = workspace.query(str(person), str(prompt))
        made = selecting.decide(workspace, query, settings, asking)
        show_receipt(prepare(query, made, workspace.accepted(query.person)).receipt)
        asking.tell()


def _answering(
    *, selecting: Selecting, workers: int, settings: Settings, dry_run: bool
) -> Answering:
    asking = Asking(settings, cache=None, dry_run=dry_run)
    backend = selecting.backend(settings, asking)
    handle = functools.partial(
        select_row, selector=backend, policy=selecting.rules(default=False), cap=selecting.cap
    )
    handler = one_by_one(handle, workers=workers if asking.model else 1)
    return Answering(handler, asking, (backend.signature, selecting))
