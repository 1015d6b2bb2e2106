"""Options that several commands share, and how each ends."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from recenter import __version__
from recenter.batch.contract import BatchCounts, Handler, run_batch
from recenter.cli.asking import Asking
from recenter.cli.bar import GOES_ON, Bar
from recenter.config import Settings, load_settings

F = TypeVar("F", bound=Callable[..., Any])

_BLOCK = 32


class Stop(click.exceptions.Exit):
    """The end of a batch in which rows failed."""

    def __init__(self) -> None:
        super().__init__(3)


def setting_options(*names: str) -> Callable[[F], F]:
    """Add the options of these settings; the command gets them as one `settings` argument."""
    helps = {
        "store": "URL of the store: sqlite:///PATH or postgresql://...",
        "chat": "Chat model as provider:name.",
        "embedder": "Embedding model as provider:name.",
        "max_cost": "US dollars that this command may spend.",
    }

    def decorate(command: F) -> F:
        @functools.wraps(command)
        def run(**given: Any) -> Any:
            flags = {name: given.pop(name) for name in names}
            return command(settings=load_settings(os.environ, **flags), **given)

        for name in reversed(names):
            kind = float if name == "max_cost" else str
            run = click.option(f"--{name.replace('_', '-')}", name, type=kind, help=helps[name])(
                run
            )
        return run  # type: ignore[return-value]

    return decorate


def batch_options(command: F) -> F:
    """Add `--batch` and `--output`, and refuse what would be passed over with or without them."""

    @functools.wraps(command)
    def run(**given: Any) -> Any:
        if given["batch"] is None and given["output"] != "-":
            raise click.UsageError("--output goes with --batch.")
        for name, option in (("prompt", "PROMPT"), ("person", "--person"), ("people", "--person")):
            if given["batch"] is not None and given.get(name):
                raise click.UsageError(f"{option} does not go with --batch: the rows say it.")
        return command(**given)

    output = click.option(
        "--output", default="-", metavar="OUT", help="File to write, or - for standard output."
    )
    batch = click.option(
        "--batch", metavar="IN", help="JSON lines to read, or - for standard input."
    )
    return batch(output(run))  # type: ignore[return-value]


def asking_options(command: F) -> F:
    """Add `--workers` and `--dry-run`."""
    workers = click.option(
        "--workers",
        default=4,
        show_default=True,
        type=click.IntRange(1, 64),
        help="Calls to a model at the same time.",
    )
    dry = click.option("--dry-run", is_flag=True, help="Say what it would take; ask nothing.")
    return workers(dry(command))


def run(
    source: str,
    output: str,
    handle: Handler,
    *,
    asking: Asking,
    settings: Settings,
    about: object,
    by_person: bool = False,
) -> None:
    """Run a batch with a bar, say what became of it, and end with status 3 if rows failed.

    In a dry run, the rows are handled without sending anything, and what comes out is dropped.
    `about` is what the answers depend on beside models and version: only a run with the same
    goes on from an interrupted one.
    """
    target = os.devnull if asking.dry else output
    # Not all settings: who may spend more after a stop wants to keep what was paid for.
    models = (settings.chat, settings.embedder, settings.minilm, settings.providers)
    try:
        with Bar(stopped=_stopped(target)) as bar:
            counts = run_batch(
                source,
                target,
                handle,
                settings=repr((__version__, models, about)),
                by_person=by_person,
                # All rows of a person at once, or one: so that each is safe when it is done.
                block=1 if by_person else _BLOCK,
                progress=bar,
            )
        click.echo(summary(counts, target), err=True)
    finally:
        asking.tell()
    if counts.failed:
        raise Stop


def _stopped(target: str) -> str | None:
    """Return what is kept of a batch that is stopped: nothing can be taken up in a stream."""
    return None if target in ("-", os.devnull) else GOES_ON


def summary(counts: BatchCounts, output: str) -> str:
    """Return what became of a batch in one line."""
    parts = [f"{counts.rows} rows", f"{counts.failed} failed"]
    if counts.resumed:
        parts.append(f"{counts.resumed} done by an earlier run")
    if output not in ("-", os.devnull):
        parts.append(f"written to {Path(output)}")
    return ", ".join(parts)


def typed(*names: str) -> tuple[str, ...]:
    """Return which of these parameters stand on the command line, as they are written there.

    What comes from a default or the environment was not asked for here, and may be passed over.
    """
    context = click.get_current_context()
    return tuple(
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name in names
        and context.get_parameter_source(str(parameter.name)) is ParameterSource.COMMANDLINE
    )


def need(value: object, option: str, why: str) -> None:
    """End with a usage error if an option that a command needs here is missing."""
    if value is None:
        raise click.UsageError(f"{option} is needed {why}.")
