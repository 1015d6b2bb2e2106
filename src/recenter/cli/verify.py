"""`recenter verify`."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recenter.batch.rows import one_by_one
from recenter.batch.verify import verify_row
from recenter.cli.asking import Asking
from recenter.cli.backends import verifier_of
from recenter.cli.bar import GOES_ON, Bar
from recenter.cli.options import asking_options, setting_options, typed
from recenter.cli.sharded import Answering, Batch, sharded_options
from recenter.config import Settings
from recenter.stages.backends import VERIFIERS
from recenter.stages.refine_stored import RefinedStore, Refiner
from recenter.stages.verify_stored import Verified
from recenter.store import open_store
from recenter.workspace import Workspace

if TYPE_CHECKING:
    from recenter.scale.manifest import Run


@click.command()
@click.option(
    "--verifier",
    default=None,
    show_default="rules; trained with --model",
    type=click.Choice(list(VERIFIERS)),
    help="Trained model, checks by code, chat model, or a model after the checks.",
)
@click.option(
    "--model",
    "weights",
    metavar="DIR",
    type=click.Path(exists=True, path_type=Path),
    help="Another verifier, as `recenter train` or `recenter finetune` writes it.",
)
@click.option(
    "--refine",
    is_flag=True,
    help="Narrow, rewrite or drop what is not accepted, by the chat model if one is set, or else by"
    " rules; verify each wording.",
)
@click.option(
    "--rounds",
    default=2,
    show_default=True,
    type=click.IntRange(1, 10),
    help="With --refine: most wordings tried of one attribute.",
)
@click.option("--person", "people", multiple=True, help="Only this person; may be repeated.")
@asking_options
@sharded_options
@setting_options("store", "chat", "embedder", "max_cost")
def verify(
    *,
    verifier: str | None,
    weights: Path | None,
    refine: bool,
    rounds: int,
    people: tuple[str, ...],
    workers: int,
    dry_run: bool,
    batch: Batch | None,
    settings: Settings,
) -> None:
    """Judge whether the conversations support each attribute: accept, uncertain or reject.

    Only what is accepted is ever used; what is uncertain waits for review.

    Example: recenter verify --refine
    """
    if typed("rounds") and not refine:
        raise click.UsageError("--rounds says how often to --refine: give --refine too.")
    verifier = verifier or ("rules" if weights is None else "trained")
    if batch is not None:
        if refine:
            raise click.UsageError("--refine works on the store, not with --batch.")
        make = functools.partial(
            _answering, verifier=verifier, weights=weights, workers=workers, settings=settings
        )
        extracted = batch.written_by("extract")
        if extracted is None:
            batch.run("verify", make, settings=settings)
        else:
            make = functools.partial(make, extracted=extracted.run)
            batch.run("verify found", make, settings=settings, by_person=True)
        return
    with open_store(settings.store_url) as store:
        asking = Asking(settings, cache=store.cache, dry_run=dry_run)
        workspace = Workspace(store, keep=not dry_run)
        judge = verifier_of(verifier, asking, settings, weights=weights)
        refiner = Refiner(judge, asking.model, rounds) if refine else None
        whom = people or None
        arguments = {"verifier": verifier, "refine": refine, "rounds": rounds}
        with (
            Bar(stopped=None if dry_run else GOES_ON) as bar,
            workspace.run("verify", arguments) as told,
        ):
            made = workspace.verify(judge, people=whom, progress=bar)
            told["counts"] = dict(made.answers)
            if not (made.answers or made.known or made.unread):
                click.echo(f"no attributes in {store.place} yet: run `recenter extract` first")
                return
            click.echo(_summary(made))
            if refiner is not None:
                refined = workspace.refine(refiner, people=whom, progress=bar)
                told["counts"] |= refined.outcomes
                click.echo(_refined(refined))
            told["usage"] = asking.usage
    asking.tell()


def _answering(
    *,
    verifier: str,
    weights: Path | None,
    workers: int,
    settings: Settings,
    dry_run: bool,
    extracted: Run | None = None,
) -> Answering:
    asking = Asking(settings, cache=None, dry_run=dry_run)
    judge = verifier_of(verifier, asking, settings, weights=weights)
    workers = workers if asking.model else 1
    if extracted is None:
        handler = one_by_one(functools.partial(verify_row, verifier=judge), workers=workers)
    else:
        from recenter.scale.found import signature_of
        from recenter.scale.verify_found import VerifyFound

        handler = VerifyFound(judge, signature_of(extracted), workers=workers)
    return Answering(handler, asking, judge.signature)


def _refined(made: RefinedStore) -> str:
    count = made.outcomes.get
    return (
        f"refined: {count('keep', 0)} accepted in another wording, {count('drop', 0)} dropped, "
        f"{count('give_up', 0)} left as they were; {made.refused} wordings refused; "
        f"{made.known} tried before, {made.failed} to be tried again"
    )


def _summary(made: Verified) -> str:
    counts = ", ".join(f"{made.answers.get(a, 0)} {a}" for a in ("accept", "uncertain", "reject"))
    lines = [f"{counts}; {made.known} judged before"]
    lines += [
        f"{count:>6} {failure.replace('_', ' ')}"
        for failure, count in sorted(made.failures.items(), key=lambda item: -item[1])
    ]
    if made.unread:
        lines.append(f"{made.unread} with unreadable answers: run again to retry")
    return "\n".join(lines)
