"""`recenter compare-labels`."""

from __future__ import annotations

from pathlib import Path

import click

from recenter.cli.asking import Asking
from recenter.cli.bar import Bar
from recenter.cli.compare import output_option, sources_of, tell_where, write_comparison
from recenter.cli.options import setting_options
from recenter.cli.printable import printable
from recenter.compare.labels.build import Judging
from recenter.compare.labels.build import compare_labels as compare_corpora
from recenter.compare.labels.read import read_labels
from recenter.config import Settings
from recenter.figures.draw import need_extra
from recenter.models.load import load_embedder
from recenter.reports.render import PAGE
from recenter.stages.backends import SELECTORS, Models, make_selector
from recenter.train.folder import check_folder


@click.command("compare-labels")
@click.argument("corpora", nargs=-1, required=True, metavar="PEOPLE MADE...")
@output_option
@click.option(
    "--selector",
    default="trained",
    show_default=True,
    type=click.Choice(list(SELECTORS)),
    help="Who selects in every corpus.",
)
@click.option(
    "--model",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Weights of a trained selector, in place of those of the package.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all draws.")
@setting_options("chat", "embedder", "max_cost")
def compare_labels(
    *,
    corpora: tuple[str, ...],
    output: Path,
    selector: str,
    model: Path | None,
    seed: int,
    settings: Settings,
) -> None:
    """Say whether the same selector and judges do as well on people's labels as on made ones.

    Each corpus is a file of JSON lines, or NAME=PATH. The first is compared with each other one.
    Rows are messages with attributes that people judged; questions with preferences and their
    `use`; questions with the preference that was planted for them and its topic; or pairs of
    replies with the one that was chosen and what judges say.

    Example: recenter compare-labels people.jsonl made.jsonl --output out
    """
    need_extra("sklearn", "matplotlib", feature="A comparison", extra="train")
    sources = sources_of(corpora)
    check_folder(output, holds=PAGE)
    asking = Asking(settings, cache=None)
    embedder = load_embedder(settings.embedder, settings)
    models = Models(chat=asking.model, embedder=embedder, selector=model)
    backend = make_selector(selector, models)
    read = [read_labels(one.path, one.name, seed=seed) for one in sources]
    with Bar() as bar:
        judging = Judging(lambda _corpus, _person: backend, embedder, seed)
        report = compare_corpora(read, judging, bar)
        write_comparison(report, output)
    click.echo(printable(report.front.summary))
    tell_where(output)
    asking.tell()
