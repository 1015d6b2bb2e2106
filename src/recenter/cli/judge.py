"""`recenter judge`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from recenter.batch.contract import Row
from recenter.batch.judge import (
    better_row,
    check_row,
    mentions_row,
    relevant_row,
    supported_row,
    trained_better_row,
)
from recenter.batch.rows import one_by_one
from recenter.cli.asking import Asking
from recenter.cli.judge_stored import stored
from recenter.cli.options import asking_options, setting_options, typed
from recenter.cli.sharded import Answering, Batch, sharded_options
from recenter.config import Settings
from recenter.errors import ConfigError
from recenter.models.load import load_embedder
from recenter.questions import REPLY_CHECKS
from recenter.stages.judge_trained import load_preference


@click.group()
def judge() -> None:
    """Put a question that people are asked to a model."""


@judge.command("better")
@click.option(
    "--model",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder or file of a trained preference model; no chat model is asked then.",
)
@asking_options
@sharded_options
@setting_options("chat", "embedder", "max_cost")
def better(
    *,
    folder: Path | None,
    workers: int,
    dry_run: bool,  # noqa: ARG001 - in the batch
    batch: Batch | None,
    settings: Settings,
) -> None:
    """Say which of two replies serves a person better.

    A chat model is asked in both orders. A trained model (--model) gives the chance that the
    person prefers `a`, with its deviation, and learns from the row's `history`.

    Example: recenter judge better --model models/preference --batch pairs.jsonl
    """
    asked = _asked(batch)
    if folder is not None:
        if unheard := typed("chat", "workers"):
            raise click.UsageError(
                f"{' and '.join(unheard)}: with --model no chat model is asked. Leave out one or "
                "the other."
            )
        settings = msgspec.structs.replace(settings, chat=None)
        trained = functools.partial(_trained, folder=folder, settings=settings)
        asked.run("judge better --model", trained, settings=settings)
        return
    if settings.chat is None:
        raise ConfigError(
            "judge better needs a chat model or a trained one, and neither is set.",
            cure="Pass --model DIR, a folder that `recenter train preference` wrote, or --chat "
            "(RECENTER_CHAT), for example ollama:llama3.3.",
        )
    make = functools.partial(_better, workers=workers, settings=settings)
    asked.run("judge better", make, settings=settings)


def _asked(batch: Batch | None) -> Batch:
    if batch is None:
        raise click.UsageError("--batch is needed here.")
    return batch


def _trained(*, folder: Path, settings: Settings, dry_run: bool) -> Answering:
    asking = Asking(settings, cache=None, dry_run=dry_run)
    trained = load_preference(folder, load_embedder(settings.embedder, settings))
    handler = one_by_one(functools.partial(trained_better_row, judge=trained))
    return Answering(handler, asking, ("better", trained.name))


def _better(*, workers: int, settings: Settings, dry_run: bool) -> Answering:
    asking = Asking(settings, cache=None, dry_run=dry_run)
    handle = functools.partial(better_row, model=asking.need("judge better"))
    return Answering(one_by_one(handle, workers=workers), asking, ("better", ""))


def _answering(
    *, name: str, row: Callable[..., Row], workers: int, settings: Settings, dry_run: bool
) -> Answering:
    asking = Asking(settings, cache=None, dry_run=dry_run)
    handle = functools.partial(row, model=asking.need(f"judge {name}"))
    return Answering(one_by_one(handle, workers=workers), asking, name)


def _question(name: str, row: Callable[..., Row], text: str) -> None:
    @judge.command(name, help=text)
    @asking_options
    @sharded_options
    @setting_options("chat", "max_cost")
    def command(
        *,
        workers: int,
        dry_run: bool,  # noqa: ARG001 - in the batch
        batch: Batch | None,
        settings: Settings,
    ) -> None:
        make = functools.partial(_answering, name=name, row=row, workers=workers, settings=settings)
        _asked(batch).run(f"judge {name}", make, settings=settings)


_COMPARED = {"reply": "", "reply_over_generic": " and `generic`"}

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
    "mentions": (
        mentions_row,
        """Say of each attribute whether a reply names it outright.

        Example: recenter judge mentions --batch replies.jsonl --output answers.jsonl
        """,
    ),
}

_COMMANDS |= {
    question.name: (
        functools.partial(check_row, question=question),
        f"""{question.wording}

        Rows have `prompt`, `reply`, `attributes`{_COMPARED[question.subject]}.

        Example: recenter judge {question.name} --batch replies.jsonl --output answers.jsonl
        """,
    )
    for question in REPLY_CHECKS
}

for _name, (_row, _text) in _COMMANDS.items():
    _question(_name, _row, _text)

judge.add_command(stored)
