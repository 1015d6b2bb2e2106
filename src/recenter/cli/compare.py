"""`recenter compare`."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from recenter.cli.asking import Asking
from recenter.cli.backends import EXTRACTORS, make_extractor, verifier_of
from recenter.cli.bar import GOES_ON, Bar
from recenter.cli.options import setting_options, typed
from recenter.cli.printable import printable
from recenter.compare.build import Asked, report_of
from recenter.compare.build import compare as compare_corpora
from recenter.compare.compared import Compared
from recenter.compare.folds import Readers, alone, load_folds
from recenter.compare.read import CONVERSATIONS, Reading, read_corpus, stored
from recenter.compare.records import Corpus
from recenter.compare.steps import STEPS, StepSettings
from recenter.compare.verdicts import matched, read_verdicts, write_sheet
from recenter.config import Settings, pseudonym_key
from recenter.errors import InputError, UnknownFormatError
from recenter.figures.draw import need_extra
from recenter.importers.base import BadRow
from recenter.importers.reading import read_records
from recenter.models.load import load_embedder
from recenter.progress import Progress
from recenter.records import Conversation, Reference
from recenter.reports.material import Problem
from recenter.reports.render import PAGE, write_report
from recenter.reports.section import GapReport
from recenter.stages.backends import VERIFIERS
from recenter.train.folder import check_folder, new_folder

F = TypeVar("F", bound=Callable[..., Any])

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_LEAST = 2
_OTHER = (
    "If the file has a format all the same, `recenter import FILE --format NAME --to OUT` "
    "turns it into one that can be compared."
)


class Source(NamedTuple):
    """A corpus as it is named on the command line."""

    name: str
    path: Path


def step_options(command: F) -> F:
    """Add the options of filters and sampling; the command gets them as one `steps`."""

    @functools.wraps(command)
    def run(**given: Any) -> Any:
        names = ("steps", "language", "sample", "min_conversations", "min_turns")
        plain = {name: given.pop(name) for name in names}
        if not plain["steps"] and (out := typed(*names[1:])):
            raise click.UsageError(f"{out[0]} goes with --step.")
        return command(steps=StepSettings(**plain, seed=given["seed"]), **given)

    for option in (
        click.option(
            "--min-turns", default=15, show_default=True, help="With --step activity: of a person."
        ),
        click.option(
            "--min-conversations",
            default=3,
            show_default=True,
            help="With --step activity: of a person.",
        ),
        click.option(
            "--sample",
            default=50,
            show_default=True,
            type=click.IntRange(2),
            help="With --step sample: people who differ most.",
        ),
        click.option(
            "--language", default="en", show_default=True, help="With --step language: kept."
        ),
        click.option(
            "--step",
            "steps",
            multiple=True,
            type=click.Choice(STEPS),
            help="Switch on a filter of the study, or its sampling, to see how diverse a corpus is "
            "after it; may be repeated.",
        ),
    ):
        run = option(run)
    return run  # type: ignore[return-value]


output_option = click.option(
    "--output",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for page, text, data and figures: new, empty, or of an earlier comparison.",
)
"""Where a comparison is written."""


@click.command()
@click.argument("corpora", nargs=-1, required=True, metavar="REAL SYNTHETIC...")
@output_option
@click.option(
    "--work",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder that keeps what was read, texts too, so that the same command goes on from there; "
    "DIR.work beside the output where not given.",
)
@click.option(
    "--extractor",
    default=EXTRACTORS[0],
    show_default=True,
    type=click.Choice(EXTRACTORS),
    help="A small trained model on this machine, or the chat model.",
)
@click.option(
    "--verifier",
    default="trained",
    show_default=True,
    type=click.Choice(list(VERIFIERS)),
    help="Trained model, checks by code, chat model, or a model after the checks.",
)
@click.option(
    "--folds",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Embedded models that each saw nothing of some of the people, for a corpus that the "
    "packaged ones were trained on.",
)
@click.option(
    "--verdicts",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="What people say of the attributes: a filled --sheet, or what `recenter export` wrote; "
    "may be repeated.",
)
@click.option(
    "--sheet",
    metavar="CSV",
    type=click.Path(path_type=Path),
    help="Write a blind sheet of attributes of all corpora for people to judge.",
)
@click.option(
    "--sheet-size",
    default=100,
    show_default=True,
    type=click.IntRange(1),
    help="With --sheet: attributes of each corpus.",
)
@step_options
@click.option("--no-texts", is_flag=True, help="Show no word of a conversation or attribute.")
@click.option(
    "--workers",
    default=4,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Calls to a model at the same time.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all draws.")
@setting_options("chat", "embedder", "max_cost")
def compare(
    *,
    corpora: tuple[str, ...],
    output: Path,
    work: Path | None,
    extractor: str,
    verifier: str,
    folds: Path | None,
    verdicts: tuple[Path, ...],
    sheet: Path | None,
    sheet_size: int,
    steps: StepSettings,
    no_texts: bool,
    workers: int,
    seed: int,
    settings: Settings,
) -> None:
    """Say whether the same extractor does as well on real conversations as on synthetic ones.

    Each corpus is a path in any format that `recenter import` reads, or NAME=PATH. The first is
    compared with each other one.

    Example: recenter compare real=chats.jsonl made=bench.jsonl --step language --output out
    """
    need_extra("sklearn", "matplotlib", feature="A comparison", extra="train")
    sources = sources_of(corpora)
    check_folder(output, holds=PAGE)
    if sheet is not None:
        _check_sheet(sheet, output)
    said = read_verdicts(verdicts) if verdicts else None
    asking = Asking(settings, cache=None)
    readers = _readers(extractor, verifier, folds, settings, asking, workers=workers)
    reading = Reading(readers, load_embedder(settings.embedder, settings))
    asked = Asked(
        embedder=reading.embedder,
        steps=steps,
        verdicts=said,
        seed=seed,
        texts=not no_texts,
        settings=reading.signature,
        models=readers.signature.model or f"{extractor}, {verifier}",
    )
    place = work or output.with_name(f"{output.name}.work")
    problems: list[Problem] = []
    with _left_if_used(place), Bar(stopped=GOES_ON) as bar:
        read = [_read(one, reading, place / one.name, settings, problems, bar) for one in sources]
        talks = [functools.partial(stored, place / one.name / CONVERSATIONS) for one in sources]
        compared = compare_corpora(read, talks, asked, bar)
        report = report_of(compared, asked, problems)
        write_comparison(report, output)
    click.echo(printable(report.front.summary))
    _tell_steps(compared)
    if said is not None:
        click.echo(f"{matched(read, said)} of {len(said)} verdicts are about these attributes")
    if sheet is not None:
        count = write_sheet(sheet, read, talks, size=sheet_size, seed=seed)
        click.echo(printable(f"{count} attributes in {sheet}; verdicts: accept, uncertain, reject"))
    for problem in problems:
        click.echo(printable(f"{problem.count:,} {problem.what}"), err=True)
    tell_where(output)
    asking.tell()


def write_comparison(report: GapReport, output: Path) -> None:
    """Write page, text, data and figures of a report to a folder, whole or not at all."""
    with new_folder(output, holds=PAGE) as folder:
        write_report(report, folder)


def tell_where(output: Path) -> None:
    """Say where a comparison was written."""
    click.echo(printable(f"written to {output / PAGE}, with text, data and figures beside it"))


def sources_of(given: tuple[str, ...]) -> list[Source]:
    """Return the corpora with their names: as given, or the stem of the file."""
    if len(given) < _LEAST:
        raise click.UsageError("give two corpora at least: a real one and a synthetic one.")
    found = []
    for one in given:
        name, equals, path = one.partition("=")
        if not equals or Path(one).exists():
            name, path = Path(one).stem, one
        elif not (name.strip() and path):
            raise click.UsageError(f"{one!r} lacks its name or its path: give NAME=PATH, or PATH.")
        found.append(Source(_UNSAFE.sub("-", name).strip("-") or "corpus", Path(path)))
    names = [source.name for source in found]
    for name in names:
        if names.count(name) > 1:
            raise click.UsageError(f"two corpora are called {name!r}: name one, as NAME=PATH.")
    for source in found:
        if not source.path.exists():
            raise InputError("cannot be read: there is no such file.", file=str(source.path))
    return found


def _check_sheet(sheet: Path, output: Path) -> None:
    """Refuse a place where no sheet can be written, before the work begins."""
    if sheet.exists():
        raise InputError("is there already.", file=str(sheet), cure="Name a new file.")
    folder = sheet.absolute().parent
    # The folder of the output is made before the sheet is.
    if folder != output.absolute() and not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise InputError(
            "cannot be written: its folder is not there or closed to you.",
            file=str(sheet),
            cure="Make the folder, or name another.",
        )


@contextlib.contextmanager
def _left_if_used(work: Path) -> Iterator[None]:
    """Take a new work folder away again where the comparison is refused before any was found."""
    there = work.exists()
    try:
        yield
    except InputError:
        files = (one for one in work.rglob("*") if one.is_file() and one.name != CONVERSATIONS)
        if not there and not any(one.stat().st_size for one in files):
            shutil.rmtree(work, ignore_errors=True)
        raise


def _readers(
    extractor: str,
    verifier: str,
    folds: Path | None,
    settings: Settings,
    asking: Asking,
    *,
    workers: int,
) -> Readers:
    if folds is None:
        return alone(
            make_extractor(extractor, settings, asking, workers=workers),
            verifier_of(verifier, asking, settings),
        )
    if (extractor, verifier) != (EXTRACTORS[0], "trained"):
        raise click.UsageError("--folds holds embedded extractors and trained verifiers.")
    return load_folds(folds, load_embedder(settings.embedder, settings))


def _read(
    source: Source,
    reading: Reading,
    work: Path,
    settings: Settings,
    problems: list[Problem],
    bar: Progress,
) -> Corpus:
    bad: list[BadRow] = []
    planted: list[Reference] = []
    rows = _good(source.path, pseudonym_key(settings), bad, planted)
    try:
        corpus = read_corpus(source.name, rows, reading, work=work, planted=planted, progress=bar)
    except UnknownFormatError as error:
        # This command has no --format.
        hint, found, _ = (error.cure or "").partition("Name the format (--format)")
        if not found:
            raise
        raise UnknownFormatError(error.reason, file=error.file, cure=hint + _OTHER) from None
    if not corpus.talks and not corpus.unread:
        raise InputError("holds no conversation.", file=str(source.path), cure="Name another.")
    if bad:
        first = bad[0].error()
        problems.append(Problem(what=f"rows of {source.name} that cannot be read", count=len(bad)))
        click.echo(printable(f"skipped, the first of them: {first}"), err=True)
    if corpus.unread:
        problems.append(
            Problem(
                what=f"conversations of {source.name} of which no usable answer was had",
                count=corpus.unread,
            )
        )
    return corpus


def _good(
    path: Path, key: bytes, bad: list[BadRow], planted: list[Reference]
) -> Iterator[Conversation]:
    """Yield the conversations; what else there is, is put where it is asked for."""
    for row in read_records(path, key=key):
        if isinstance(row, BadRow):
            bad.append(row)
        elif isinstance(row, Reference):
            planted.append(row)
        else:
            yield row


def _tell_steps(compared: Compared) -> None:
    """Print the diversity of each corpus after every step that is switched on."""
    if all(len(steps) < _LEAST for steps in compared.steps):
        return
    click.echo(f"\n{'diversity after':24} people  attributes  distance  at random")
    for name, steps in zip(compared.names, compared.steps, strict=True):
        for left in steps:
            value = "–" if left.distance is None else f"{left.distance.value:.3f}"
            random = "" if left.random is None else f"{left.random:.3f}"
            click.echo(
                f"{f'{name}: {left.name}':24} {left.people:6}  {left.attributes:10}"
                f"  {value:>8}  {random:>9}"
            )
    click.echo("")
