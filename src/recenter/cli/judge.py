"""`recenter judge`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from recenter.batch.contract import Row
from recenter.batch.judge import better_row, mentions_row, relevant_row, supported_row
from recenter.batch.rows import one_by_one
from recenter.cli.asking import Asking
from recenter.cli.options import asking_options, batch_options, need, run, setting_options
from recenter.config import Settings


@click.group()
def judge() -> None:
    """Put a question that people are asked to a model."""


def _question(name: str, row: Callable[..., Row], text: str) -> None:
    @judge.command(name, help=text)
    @asking_options
    @batch_options
    @setting_options("chat", "max_cost")
    def command(
        *, workers: int, dry_run: bool, batch: str | None, output: str, settings: Settings
    ) -> None:
        need(batch, "--batch", "here")
        asking = Asking(settings, cache=None, dry_run=dry_run)
        handle = functools.partial(row, model=asking.need(f"judge {name}"))
        handler = one_by_one(handle, workers=workers)
        run(str(batch), output, handler, asking=asking, settings=settings, about=name)


_COMMANDS: dict[str, tuple[Any, str]] = {
    "supported": (
        supported_row,
        """Say whether its evidence supports a statement: accept, uncertain or reject.

        Example: recenter judge supported --batch statements.jsonl --output answers.jsonl
        """,
    ),
    "relevant": (
        relevant_row,
        """Say of each attribute whether it should change the answer to a prompt.

        Example: recenter judge relevant --batch prompts.jsonl --output answers.jsonl
        """,
    ),
    "relevant_five": (
        functools.partial(relevant_row, five=True),
        """Say of each attribute on five levels how it should bear on the answer to a prompt.

        Example: recenter judge relevant_five --batch prompts.jsonl --output answers.jsonl
        """,
    ),
    "better": (
        better_row,
        """Say which of two replies serves a person better; both orders are asked.

        Example: recenter judge better --batch pairs.jsonl --output preferences.jsonl
        """,
    ),
    "mentions": (
        mentions_row,
        """Say of each attribute whether a reply names it outright.

        Example: recenter judge mentions --batch replies.jsonl --output answers.jsonl
        """,
    ),
}

for _name, (_row, _text) in _COMMANDS.items():
    _question(_name, _row, _text)
