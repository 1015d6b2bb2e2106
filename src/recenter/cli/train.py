"""`recenter train`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from recenter.cli.bar import NOTHING_KEPT, Bar
from recenter.cli.noting import training
from recenter.cli.options import setting_options
from recenter.config import Settings
from recenter.figures.draw import need_extra
from recenter.figures.markdown import tables_text
from recenter.models.base import Embedder
from recenter.models.load import load_embedder
from recenter.models.saved import FILE, Kind, Saved, save_model
from recenter.train import preference_report, selector_report, verifier_tables
from recenter.train.card import NOT_STATED, made_of, write_training
from recenter.train.examples import read_relevant
from recenter.train.folder import check_folder, new_folder
from recenter.train.preference import check, fit, read_pairs, save_preference
from recenter.train.preference_check import FOLDS as PREFERENCE_FOLDS
from recenter.train.preference_examples import examples_of
from recenter.train.report import Report
from recenter.train.selector import FOLDS as SELECTOR_FOLDS
from recenter.train.selector import prepare, refuse_too_few, save_selector
from recenter.train.sources import DataFile, placed, read_rows
from recenter.train.verifier import FOLDS as VERIFIER_FOLDS
from recenter.train.verifier import check_examples
from recenter.train.verifier import fit as fit_verifier
from recenter.train.verifier_examples import sessions_of
from recenter.train.verifier_report import training_examples, training_inputs

F = TypeVar("F", bound=Callable[..., Any])


class Plan(NamedTuple):
    """What every kind of training is told."""

    sources: tuple[Path, ...]
    output: Path
    seed: int
    folds: int
    licence: str
    embedder: Embedder


@click.group()
def train() -> None:
    """Train a model on people's answers, and say what it is worth on people left out.

    With --store, that store keeps which model was made, so that `recenter forget` can name it.
    """


def _options(kind: Kind, folds: int, example: str) -> Callable[[F], F]:
    """Add the options of every kind; the command gets them as one `plan`.

    What cannot end well is refused here, before anything is read.
    """

    def decorate(command: F) -> F:
        @functools.wraps(command)
        def run(*, settings: Settings, **given: Any) -> Any:
            need_extra("sklearn", "matplotlib")
            check_folder(given["output"], holds=FILE, model=kind)
            embedder = load_embedder(settings.embedder, settings)
            plain = {name: given.pop(name) for name in Plan._fields if name != "embedder"}
            plan = Plan(**plain, embedder=embedder)
            with training(settings, "train", sources=plan.sources, output=plan.output):
                return command(plan=plan, **given)

        options = (
            click.option(
                "--from",
                "sources",
                multiple=True,
                required=True,
                metavar="FILE",
                type=click.Path(path_type=Path),
                help=f"{example}; may be repeated.",
            ),
            click.option(
                "--output",
                required=True,
                metavar="DIR",
                type=click.Path(path_type=Path),
                help="Folder for model, card, figures and numbers: new, empty, or of an earlier "
                "training of this kind, which it replaces when all is done.",
            ),
            click.option(
                "--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all draws."
            ),
            click.option(
                "--folds",
                default=folds,
                show_default=True,
                type=click.IntRange(3, 10),
                help="Parts that are left out in turn to measure; the model itself has everything.",
            ),
            click.option(
                "--licence",
                default=NOT_STATED,
                show_default=True,
                help="Licence of the data, as the card says it.",
            ),
        )
        made = setting_options("embedder", "store")(run)
        for option in reversed(options):
            made = option(made)
        return made  # type: ignore[return-value]

    return decorate


@train.command("selector")
@click.option("--no-negatives", is_flag=True, help="Without the made-up pairs that nobody needs.")
@_options(
    "selector",
    SELECTOR_FOLDS,
    "Rows of people's answers to `relevant`, or what `recenter export` wrote",
)
def selector(*, plan: Plan, no_negatives: bool) -> None:
    """Train a selector: which attributes would change the answer to a prompt.

    Prints agreement with people left out and how quiet it stays where nothing is wanted.

    Example: recenter train selector --from answers.jsonl --output models/selector
    """
    labelled = read_relevant(plan.sources)
    refuse_too_few(labelled)
    data = read_rows(plan.sources).files
    with Bar(stopped=NOTHING_KEPT) as bar:
        bar.start("reading texts and fitting on everyone", None)
        trained = prepare(
            labelled,
            plan.embedder,
            seed=plan.seed,
            negatives=not no_negatives,
            number=plan.folds,
        )
        report = selector_report.report(trained, progress=bar)
        bar.start("choosing settings", None)
        given = ("without made-up negatives",) if no_negatives else ()
        _write(plan, report, data, functools.partial(save_selector, trained), settings=given)
    _tell(plan, report)


@train.command("verifier")
@click.option(
    "--conversations",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Dialogues that the rows name by `session`; may be repeated.",
)
@_options(
    "verifier",
    VERIFIER_FOLDS,
    "Statements with `text`, `evidence_text` and `verdict`, or what `recenter export` wrote",
)
def verifier(*, plan: Plan, conversations: tuple[Path, ...]) -> None:
    """Train a verifier: whether its quotes support a statement.

    Wrong statements are made by code of the supported ones and learnt from beside them.

    Example: recenter train verifier --from memories.jsonl --conversations talks.jsonl --output mine
    """
    talks = read_rows(conversations)
    with placed(talks):
        sessions = sessions_of(talks.rows)
    read = read_rows(plan.sources)
    with placed(read):
        found = training_examples(read.rows, sessions, seed=plan.seed)
    check_examples(found)
    with Bar(stopped=NOTHING_KEPT) as bar:
        bar.start("reading statements and dialogues", None)
        inputs = training_inputs(found, plan.embedder)
        report = verifier_tables.report(
            found, inputs, folds=plan.folds, seed=plan.seed, progress=bar
        )
        bar.start("fitting on everything", None)
        fitted = fit_verifier(inputs, seed=plan.seed)

        def save(path: Path) -> Saved:
            name = plan.embedder.name
            return save_model(
                path, "verifier", fitted.arrays, settings=fitted.settings, encoder=name
            )

        _write(plan, report, (*read.files, *talks.files), save)
    _tell(plan, report)


@train.command("preference")
@_options(
    "preference",
    PREFERENCE_FOLDS,
    "Rows of `user`, `prompt`, `chosen`, `rejected`, or what `recenter export` wrote",
)
def preference(*, plan: Plan) -> None:
    """Train a preference model: which of two replies a person prefers.

    Example: recenter train preference --from pairs.jsonl --output models/preference
    """
    read = read_rows(plan.sources)
    with placed(read):
        found = examples_of(read.rows, file="")
    check(found.pairs)
    for reason, count in found.left_out.items():
        click.echo(f"{count} judgments left out: {reason}", err=True)
    with Bar(stopped=NOTHING_KEPT) as bar:
        bar.start("reading replies", len({one.prompt for one in found.pairs}))
        pairs = read_pairs(found.pairs, plan.embedder, progress=lambda _done, _total: bar.advance())
        report = preference_report.report(
            found.pairs, pairs, folds=plan.folds, seed=plan.seed, progress=bar
        )
        bar.start("fitting on everyone", None)
        fitted = fit(pairs, seed=plan.seed)

        def save(path: Path) -> Saved:
            return save_preference(fitted, path.parent, encoder=plan.embedder.name)

        _write(plan, report, read.files, save)
    _tell(plan, report)


def _write(
    plan: Plan,
    report: Report,
    data: tuple[DataFile, ...],
    save: Callable[[Path], Saved],
    *,
    settings: tuple[str, ...] = (),
) -> None:
    """Write model, card, figures and numbers: all or nothing."""
    with new_folder(plan.output, holds=FILE, model=report.kind) as folder:
        made = made_of(
            save(folder / FILE),
            data,
            encoder=plan.embedder.name,
            seed=plan.seed,
            licence=plan.licence,
            settings=(f"folds {plan.folds}", *settings),
        )
        write_training(folder, made, report)


def _tell(plan: Plan, report: Report) -> None:
    click.echo(tables_text(report.tables))
    click.echo(f"written to {plan.output}: {FILE}, its card, figures and numbers")
