"""`recenter verify`."""

from __future__ import annotations

import functools

import click

from recenter.batch.rows import one_by_one
from recenter.batch.verify import verify_row
from recenter.cli.asking import Asking
from recenter.cli.backends import verifier_of
from recenter.cli.bar import Bar
from recenter.cli.options import asking_options, batch_options, run, setting_options
from recenter.config import Settings
from recenter.stages.backends import VERIFIERS
from recenter.store import open_store
from recenter.workspace import Verified, Workspace


@click.command()
@click.option(
    "--verifier",
    default="rules",
    show_default=True,
    type=click.Choice(list(VERIFIERS)),
    help="Checks by code, the chat model, or the model after the checks.",
)
@click.option("--person", "people", multiple=True, help="Only this person; may be repeated.")
@asking_options
@batch_options
@setting_options("store", "chat", "max_cost")
def verify(
    *,
    verifier: str,
    people: tuple[str, ...],
    workers: int,
    dry_run: bool,
    batch: str | None,
    output: str,
    settings: Settings,
) -> None:
    """Judge whether the conversations support each attribute: accept, uncertain or reject.

    Only what is accepted is ever used; what is uncertain waits for review.

    Example: recenter verify --batch attributes.jsonl --output verdicts.jsonl
    """
    if batch is not None:
        asking = Asking(settings, cache=None, dry_run=dry_run)
        handle = functools.partial(verify_row, verifier=verifier_of(verifier, asking))
        handler = one_by_one(handle, workers=workers if asking.model else 1)
        run(batch, output, handler, asking=asking, settings=(verifier, settings))
        return
    with open_store(settings.store_url) as store:
        asking = Asking(settings, cache=store.cache, dry_run=dry_run)
        workspace = Workspace(store, keep=not dry_run)
        with Bar() as bar, workspace.run("verify", {"verifier": verifier}) as told:
            made = workspace.verify(
                verifier_of(verifier, asking), people=people or None, progress=bar
            )
            told |= {"usage": asking.usage, "counts": made.answers}
    click.echo(_summary(made))
    asking.tell()


def _summary(made: Verified) -> str:
    counts = ", ".join(f"{made.answers.get(a, 0)} {a}" for a in ("accept", "uncertain", "reject"))
    lines = [f"{counts}; {made.known} judged before"]
    lines += [
        f"{count:>6} {failure.replace('_', ' ')}"
        for failure, count in sorted(made.failures.items(), key=lambda item: -item[1])
    ]
    return "\n".join(lines)
