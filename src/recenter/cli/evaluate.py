"""`recenter evaluate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click

from recenter.cli.bar import NOTHING_KEPT, Bar
from recenter.cli.options import setting_options
from recenter.config import Settings
from recenter.errors import ConfigError, ModelError
from recenter.figures.draw import need_extra
from recenter.figures.markdown import tables_text
from recenter.models.base import Embedder
from recenter.models.load import load_embedder
from recenter.models.saved import Kind, Saved, about_model, load_model, load_packaged
from recenter.models.selector_model import SELECTOR_CHECKSUM, selector_of
from recenter.models.tuned import is_tuned
from recenter.progress import Progress
from recenter.stages.judge_trained import TrainedPreference
from recenter.stages.verify_model import VERIFIER_CHECKSUM, model_of
from recenter.train.card import EVALUATION, made_of, trained_on, write_evaluation
from recenter.train.evaluate import evaluate_preference, evaluate_selector, evaluate_verifier
from recenter.train.examples import read_relevant
from recenter.train.folder import check_folder, new_folder
from recenter.train.preference_examples import examples_of
from recenter.train.report import Report
from recenter.train.sources import DataFile, placed, read_rows
from recenter.train.verifier_examples import examples, sessions_of

PACKAGED: dict[str, tuple[Kind, str]] = {
    "packaged:selector": ("selector", SELECTOR_CHECKSUM),
    "packaged:verifier": ("verifier", VERIFIER_CHECKSUM),
}
"""Kind and checksum of the models that come with the package."""
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
    embedder = load_embedder(settings.embedder, settings)
    saved = _load(model, embedder.name)
    if conversations and saved.about.kind != "verifier":
        raise click.UsageError(
            f"--conversations goes with a verifier; this is a {saved.about.kind}."
        )
    data = read_rows((*sources, *conversations)).files
    with Bar(stopped=NOTHING_KEPT) as bar:
        report = _report(saved, Rows(sources, conversations), embedder, bar)
    notes = [] if model in PACKAGED else _seen(trained_on(Path(model)), data)
    click.echo(f"{saved.name} on {', '.join(one.name for one in data)}\n")
    click.echo("\n".join([*notes, UNSEEN]) + "\n")
    click.echo(tables_text(report.tables))
    if output is not None:
        made = made_of(saved, data, encoder=embedder.name, seed=0)
        with new_folder(output, holds=EVALUATION) as draft:
            write_evaluation(draft, made, report, [*notes, UNSEEN])
        click.echo(f"written to {output}: {EVALUATION}, figures and numbers")


def _report(saved: Saved, rows: Rows, embedder: Embedder, progress: Progress) -> Report:
    if saved.about.kind == "selector":
        labelled = read_relevant(rows.sources)
        return evaluate_selector(selector_of(saved), labelled, embedder, progress)
    read = read_rows(rows.sources)
    if saved.about.kind == "verifier":
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


def _load(model: str, encoder: str) -> Saved:
    """Return a model of the package, pinned by its checksum, or that of a file or folder.

    Raises:
        ConfigError: no such model comes with the package.
        ModelError, ChecksumError: it is a fine-tuned encoder, or cannot be used; see `load_model`.
    """
    if model in PACKAGED:
        kind, checksum = PACKAGED[model]
        return load_packaged(kind, checksum, encoder=encoder)
    if model.startswith("packaged:"):
        allowed = ", ".join(PACKAGED)
        raise ConfigError(f"there is no {model}; expected one of {allowed}, or a folder.")
    place = Path(model)
    if is_tuned(place):
        raise ModelError(
            f"{place} holds a fine-tuned encoder, and this command evaluates what `recenter train` "
            "wrote.",
            cure="Its card says what it is worth on people it was not tuned on.",
        )
    return load_model(place, about_model(place).kind, encoder=encoder)


def _seen(trained: dict[str, str], data: Sequence[DataFile]) -> list[str]:
    return [
        f"{one.name} is a file that this model was trained on: these figures say nothing about "
        "people it has not seen."
        for one in data
        if one.sha256 in trained
    ]
