"""`recenter evaluate`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import click

from recenter.cli.bar import Bar
from recenter.cli.options import setting_options
from recenter.config import Settings
from recenter.errors import ConfigError, ModelError
from recenter.figures.draw import need_extra
from recenter.figures.markdown import tables_text
from recenter.models.base import Embedder
from recenter.models.load import load_embedder
from recenter.models.saved import About, Saved, about_model, load_model
from recenter.models.selector_model import selector_of
from recenter.models.tuned import is_tuned
from recenter.progress import Progress
from recenter.stages.judge_trained import TrainedPreference
from recenter.stages.verify_model import model_of
from recenter.train.card import EVALUATION, made_of, trained_on, write_evaluation
from recenter.train.evaluate import evaluate_preference, evaluate_selector, evaluate_verifier
from recenter.train.examples import read_relevant
from recenter.train.folder import check_folder, new_folder
from recenter.train.preference_examples import examples_of
from recenter.train.report import Report
from recenter.train.sources import DataFile, placed, read_rows
from recenter.train.verifier_examples import examples, sessions_of

PACKAGED = {"packaged:selector": "selector", "packaged:verifier": "verifier"}
UNSEEN = (
    "Only people the model has not seen count. Recenter cannot know who was in its training data: "
    "if people in these files were, the figures are too high."
)


class Rows(NamedTuple):
    """Where the rows to evaluate on are, and the dialogues they name."""

    sources: tuple[Path, ...]
    conversations: tuple[Path, ...]


@click.command()
@click.argument("model")
@click.option(
    "--on",
    "sources",
    multiple=True,
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Rows as `recenter train` reads them for this kind of model; may be repeated.",
)
@click.option(
    "--conversations",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="For a verifier: dialogues that the rows name by `session`; may be repeated.",
)
@click.option(
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for tables, figures and numbers: new, empty, or of an earlier evaluation.",
)
@setting_options("embedder")
def evaluate(
    *,
    model: str,
    sources: tuple[Path, ...],
    conversations: tuple[Path, ...],
    output: Path | None,
    settings: Settings,
) -> None:
    """Hold a trained MODEL to people's answers, beside trivial ones.

    MODEL is a folder or file that `recenter train` wrote, or packaged:selector or
    packaged:verifier.

    Example: recenter evaluate models/selector --on answers.jsonl --output evaluated
    """
    if output is not None:
        need_extra("matplotlib")
        check_folder(output, holds=EVALUATION)
    place = _place(model)
    if is_tuned(place):
        raise ModelError(
            f"{place} holds a fine-tuned encoder, and this command evaluates what `recenter train` "
            "wrote.",
            cure="Its card says what it is worth on people it was not tuned on.",
        )
    embedder = load_embedder(settings.embedder, settings)
    about = about_model(place)
    if conversations and about.kind != "verifier":
        raise click.UsageError(f"--conversations goes with a verifier; this is a {about.kind}.")
    saved = load_model(place, about.kind, encoder=embedder.name)
    data = read_rows((*sources, *conversations)).files
    with Bar() as bar:
        report = _report(saved, about, Rows(sources, conversations), embedder, bar)
    folder = place if place.is_dir() else place.parent
    notes = [] if model in PACKAGED else _seen(trained_on(folder), data)
    click.echo(f"{saved.name} on {', '.join(one.name for one in data)}\n")
    click.echo("\n".join([*notes, UNSEEN]) + "\n")
    click.echo(tables_text(report.tables))
    if output is not None:
        made = made_of(saved, data, encoder=embedder.name, seed=0)
        with new_folder(output, holds=EVALUATION) as draft:
            write_evaluation(draft, made, report, [*notes, UNSEEN])
        click.echo(f"written to {output}: {EVALUATION}, figures and numbers")


def _report(
    saved: Saved, about: About, rows: Rows, embedder: Embedder, progress: Progress
) -> Report:
    if about.kind == "selector":
        labelled = read_relevant(rows.sources)
        return evaluate_selector(selector_of(saved), labelled, embedder, progress)
    read = read_rows(rows.sources)
    if about.kind == "verifier":
        talks = read_rows(rows.conversations)
        with placed(talks):
            sessions = sessions_of(talks.rows)
        with placed(read):
            found = examples(read.rows, sessions)
        verifier = model_of(saved, saved.name)
        return evaluate_verifier(verifier, found, embedder, progress)
    with placed(read):
        pairs = examples_of(read.rows, file="").pairs
    return evaluate_preference(TrainedPreference(saved, embedder), pairs, progress)


def _place(model: str) -> Path:
    """Return where a model is.

    Raises:
        ConfigError: no such model comes with the package.
    """
    if not model.startswith("packaged:"):
        return Path(model)
    if model not in PACKAGED:
        allowed = ", ".join(PACKAGED)
        raise ConfigError(f"there is no {model}; expected one of {allowed}, or a folder.")
    file = resources.files("recenter.models").joinpath("weights", f"{PACKAGED[model]}.safetensors")
    return Path(str(file))


def _seen(trained: dict[str, str], data: Sequence[DataFile]) -> list[str]:
    return [
        f"{one.name} is a file that this model was trained on: these figures say nothing about "
        "people it has not seen."
        for one in data
        if one.sha256 in trained
    ]
