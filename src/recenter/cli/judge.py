"""`recenter judge`."""

from __future__ import annotations

import functools

import click

from recenter.batch.judge import better_row
from recenter.batch.rows import one_by_one
from recenter.cli.asking import Asking
from recenter.cli.options import asking_options, batch_options, need, run, setting_options
from recenter.config import Settings


@click.group()
def judge() -> None:
    """Put a question that people are asked to a model."""


@judge.command()
@asking_options
@batch_options
@setting_options("chat", "max_cost")
def better(
    *, workers: int, dry_run: bool, batch: str | None, output: str, settings: Settings
) -> None:
    """Say which of two replies serves a person better; both orders are asked.

    Example: recenter judge better --batch pairs.jsonl --output preferences.jsonl
    """
    need(batch, "--batch", "here")
    asking = Asking(settings, cache=None, dry_run=dry_run)
    handle = functools.partial(better_row, model=asking.need("judge better"))
    handler = one_by_one(handle, workers=workers)
    run(str(batch), output, handler, asking=asking, settings=settings)
