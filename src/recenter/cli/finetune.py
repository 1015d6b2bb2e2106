"""`recenter finetune`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from recenter.cli.bar import NOTHING_KEPT, Bar
from recenter.cli.noting import training
from recenter.cli.options import setting_options
from recenter.config import Settings
from recenter.models.cross_encoder import libraries
from recenter.models.tuned import Kind
from recenter.train.examples import read_relevant
from recenter.train.finetune import Recipe
from recenter.train.finetune import finetune as fit
from recenter.train.finetune_pairs import Pair, selector_pairs, verifier_pairs
from recenter.train.finetune_save import Data, refuse_taken, save
from recenter.train.sources import placed, read_rows
from recenter.train.verifier_examples import sessions_of
from recenter.train.verifier_report import training_examples

F = TypeVar("F", bound=Callable[..., Any])

_STUDY = Recipe()
_VERBS: dict[Kind, str] = {"selector": "select", "verifier": "verify"}
_NUMBERS: tuple[tuple[str, type, str], ...] = (
    ("epochs", int, "Times that every pair is read."),
    ("batch", int, "Pairs per step."),
    ("at_once", int, "Pairs in memory at once: lower it where memory is short."),
    ("learning_rate", float, "Highest learning rate."),
    ("beta", float, "How many times as much a positive pair weighs: more finds more of them."),
    ("max_length", int, "Tokens of a pair that are read."),
    ("seed", int, "Seed of the split, the head and the order."),
)


_OPTIONS = (
    click.option(
        "--from",
        "files",
        required=True,
        multiple=True,
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Judgments as JSON lines; may be repeated.",
    ),
    click.option(
        "--base",
        default=_STUDY.base,
        show_default=True,
        metavar="NAME",
        help="Encoder to begin from: a name on the model hub, such as "
        "answerdotai/ModernBERT-base, or a folder.",
    ),
    click.option(
        "--output",
        required=True,
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Folder to write, for --model of the stage.",
    ),
    click.option("--licence", default="not stated", help="Of the data, for the model card."),
    *(
        click.option(
            f"--{name.replace('_', '-')}",
            name,
            type=click.IntRange(0) if name == "seed" else kind,
            default=getattr(_STUDY, name),
            show_default=True,
            help=told,
        )
        for name, kind, told in _NUMBERS
    ),
)


def _options(command: F) -> F:
    """Add what both kinds take; the command gets `files`, `recipe`, `output` and `licence`."""

    @functools.wraps(command)
    def run(*, settings: Settings, **given: Any) -> Any:
        names = ("base", *(name for name, _, _ in _NUMBERS))
        recipe = Recipe(**{name: given.pop(name) for name in names})
        with training(settings, "finetune", sources=given["files"], output=given["output"]):
            return command(recipe=recipe, **given)

    made = setting_options("store")(run)
    for option in reversed(_OPTIONS):
        made = option(made)
    return made  # type: ignore[return-value]


@click.group()
def finetune() -> None:
    """Fine-tune an encoder of your choice on people's judgments; needs the `finetune` extra.

    With --store, that store keeps which model was made, so that `recenter forget` can name it.
    """


@finetune.command()
@_options
@click.option(
    "--negatives/--no-negatives",
    default=True,
    show_default=True,
    help="Add made-up everyday messages for which nothing is relevant.",
)
def selector(
    *, files: tuple[Path, ...], recipe: Recipe, output: Path, licence: str, negatives: bool
) -> None:
    """Read (message, attribute) and say whether it is relevant.

    Example: recenter finetune selector --from answers.jsonl --output my-selector
    """

    def read() -> list[Pair]:
        return selector_pairs(read_relevant(files), seed=recipe.seed, negatives=negatives)

    _run("selector", read, recipe, output, Data(files=_names(files), licence=licence))


@finetune.command()
@_options
@click.option(
    "--negatives/--no-negatives",
    default=True,
    show_default=True,
    help="Add wrong statements made of the supported ones.",
)
@click.option(
    "--conversations",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON lines of session and turns, where the judgments name a session; may be repeated.",
)
def verifier(
    *,
    files: tuple[Path, ...],
    conversations: tuple[Path, ...],
    recipe: Recipe,
    output: Path,
    licence: str,
    negatives: bool,
) -> None:
    """Read (statement, evidence) and say whether it is problematic.

    Example: recenter finetune verifier --from verdicts.jsonl --conversations talks.jsonl --output v
    """

    def read() -> list[Pair]:
        talks, rows = read_rows(conversations), read_rows(files)
        with placed(talks):
            sessions = sessions_of(talks.rows)
        with placed(rows):
            found = training_examples(rows.rows, sessions, seed=recipe.seed)
        judged = [one for one in found if one.origin == "label"]
        return verifier_pairs(found if negatives else judged, seed=recipe.seed)

    _run("verifier", read, recipe, output, Data(files=_names(files), licence=licence))


def _run(
    kind: Kind, read: Callable[[], Sequence[Pair]], recipe: Recipe, output: Path, data: Data
) -> None:
    # What would be refused in the end is refused at once.
    libraries("Fine-tuning")
    refuse_taken(output)
    pairs = read()
    with Bar(stopped=NOTHING_KEPT) as bar:
        tuned = fit(kind, pairs, recipe, progress=bar)
    about = save(tuned, output, data=data)
    for name, value in tuned.measured.items():
        click.echo(f"{name:<20}{value}")
    click.echo("* calibrated on these same pairs; see card.md")
    click.echo(f"{about.name} in {output}; use it with: recenter {_VERBS[kind]} --model {output}")


def _names(files: Iterable[Path]) -> tuple[str, ...]:
    return tuple(file.name for file in files)
