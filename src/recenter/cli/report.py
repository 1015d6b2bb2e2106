"""`recenter report`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from recenter.cli.bar import NOTHING_KEPT, Bar
from recenter.cli.options import setting_options
from recenter.cli.printable import printable
from recenter.config import Settings
from recenter.figures.draw import need_extra
from recenter.models.load import load_embedder
from recenter.reports.build import Asked, build
from recenter.reports.earlier import read_earlier
from recenter.reports.files import read_files
from recenter.reports.render import PAGE, write_report
from recenter.reports.systems.ask import SECONDS, Limits, System, ask_systems
from recenter.train.folder import check_folder, new_folder


@click.command()
@click.option(
    "--from",
    "sources",
    multiple=True,
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Answers of people and models, or what `recenter export` wrote; may be repeated.",
)
@click.option(
    "--output",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for page, text, data and figures: new, empty, or of an earlier report.",
)
@click.option("--no-texts", is_flag=True, help="Show no word of a prompt, attribute or reply.")
@click.option(
    "--published", is_flag=True, help="Beside what the study published, where the data are its own."
)
@click.option(
    "--against",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="An earlier report, to say what changed.",
)
@click.option(
    "--system",
    "systems",
    multiple=True,
    metavar="NAME=COMMAND",
    callback=lambda _, __, given: tuple(_system(one) for one in given),
    help="A command that is asked what people were asked, by the batch contract, and stands "
    "beside them; may be repeated.",
)
@click.option(
    "--system-timeout",
    default=SECONDS,
    show_default=True,
    metavar="SECONDS",
    type=click.FloatRange(0, min_open=True),
    help="After which a system is stopped, for each question.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all draws.")
@setting_options("embedder")
def report(
    *,
    sources: tuple[Path, ...],
    output: Path,
    no_texts: bool,
    published: bool,
    against: Path | None,
    systems: tuple[System, ...],
    system_timeout: float,
    seed: int,
    settings: Settings,
) -> None:
    """Say how far models are from people, stage by stage, and how sure that is.

    Example: recenter report --from people.jsonl --from models.jsonl --output report
    """
    need_extra("sklearn", "matplotlib")
    need_extra("statsmodels", "evalica", feature="A report", extra="stats,train")
    check_folder(output, holds=PAGE)
    earlier = None if against is None else read_earlier(against)
    material, files = read_files(sources)
    embedder = load_embedder(settings.embedder, settings)
    asked = Asked(embedder, seed, not no_texts, published, earlier)
    limits = Limits(system_timeout, seed, not no_texts)
    with Bar(stopped=NOTHING_KEPT) as bar:
        material, words = ask_systems(material, systems, limits, bar)
        made = build(material, files, asked, bar)
    with new_folder(output, holds=PAGE) as folder:
        missing = write_report(made, folder)
    for section in made.sections:
        click.echo(printable(f"{section.title}: {section.verdict}") + "\n")
    for line in words:
        click.echo(printable(line), err=True)
    if missing:
        click.echo(
            f"No installed font has {printable(missing)}: the PNG show boxes for it; page and SVG "
            "show it where the reader has a font, and the CSV hold it.",
            err=True,
        )
    left = sum(problem.count for problem in made.problems)
    if left:
        click.echo(f"{left:,} answers left out or open; the report says which.", err=True)
    click.echo(f"written to {output / PAGE}, with text, data and figures beside it")


def _system(given: str) -> System:
    """Return the system of NAME=COMMAND."""
    name, equals, command = given.partition("=")
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise click.BadParameter(f"{command!r} cannot be split into words: {error}.") from None
    if not (name.strip() and name.isprintable() and equals and words):
        raise click.BadParameter(f"{given!r} is not NAME=COMMAND, such as ours='python ours.py'.")
    return System(name.strip(), words)
