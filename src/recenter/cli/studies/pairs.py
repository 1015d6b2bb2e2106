"""`recenter study pairs`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from recenter import formats
from recenter.cli.asking import Asking
from recenter.cli.backends import Selecting, selecting_options
from recenter.cli.bar import NOTHING_KEPT, Bar
from recenter.cli.options import setting_options
from recenter.cli.studies.opened import need_study_extra
from recenter.config import Settings
from recenter.errors import InputError
from recenter.store import open_store
from recenter.study.pair_rows import Draw, Prompt, Shares, write
from recenter.study.pairs import draw, selector_matcher
from recenter.workspace import Workspace


class _Row(msgspec.Struct, frozen=True):
    prompt: str
    id: str | None = None
    ordinary: bool = False


@click.command()
@click.option(
    "--prompts",
    required=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='JSON lines of prompts, {"prompt": ..., "ordinary": true for greetings and the like}.',
)
@click.option("--total", required=True, type=click.IntRange(1), help="Pairs to draw.")
@click.option(
    "--shares",
    nargs=3,
    type=float,
    default=(0.5, 0.3, 0.2),
    show_default=True,
    metavar="MATCHED UNMATCHED ORDINARY",
    help="Shares of the strata.",
)
@click.option("--shown", default=24, show_default=True, help="Attributes of a pair, at most.")
@click.option(
    "--least",
    default=2,
    show_default=True,
    type=click.IntRange(1),
    help="Attributes that the matcher has to pick for a pair to be matched.",
)
@click.option(
    "--candidates",
    default=5000,
    show_default=True,
    type=click.IntRange(1),
    help="Pairs that are put to the matcher, at most.",
)
@click.option("--per-person", type=click.IntRange(1), help="Pairs of one person, at most.")
@click.option(
    "--allow-conditional",
    is_flag=True,
    help="Draw so much from what the matcher picks that nothing can be said of the rest.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of the draw.")
@click.option(
    "--output",
    required=True,
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="File of items to write.",
)
@selecting_options
@setting_options("store", "chat", "embedder", "max_cost")
def pairs(
    *,
    prompts: Path,
    total: int,
    shares: tuple[float, float, float],
    shown: int,
    least: int,
    candidates: int,
    per_person: int | None,
    allow_conditional: bool,
    seed: int,
    output: Path,
    selecting: Selecting,
    settings: Settings,
) -> None:
    """Draw person-prompt pairs for `relevant`, each with the probability it was drawn with.

    The selector of this command is the matcher: pairs of which it picks at least two attributes,
    pairs of which it does not, and ordinary prompts are strata of their own.
    """
    need_study_extra()
    plan = Draw(
        total=total,
        shares=Shares(matched=shares[0], unmatched=shares[1], ordinary=shares[2]),
        seed=seed,
        shown=shown,
        least=least,
        candidates=candidates,
        per_person=per_person,
        allow_conditional=allow_conditional,
    )
    with open_store(settings.store_url) as store:
        workspace = Workspace(store, keep=False)
        people = {person: workspace.accepted(person) for person in store.people()}
        people = {person: known for person, known in people.items() if known}
        if not people:
            raise InputError(
                f"nobody in {store.place} has accepted attributes.",
                cure="Run `recenter extract` and `recenter verify` first.",
            )
        asking = Asking(settings, cache=store.cache, dry_run=False)
        matcher = selector_matcher(selecting.backend(settings, asking), people)
        with Bar(stopped=NOTHING_KEPT) as bar:
            made = draw(people, _prompts(prompts), matcher, plan=plan, progress=bar)
        asking.tell()
    write(made, output)
    for stratum in ("matched", "unmatched", "ordinary"):
        count = sum(pair.stratum == stratum for pair in made)
        click.echo(f"{count:>6}  {stratum}")
    click.echo(f"written to {output}")


def _prompts(path: Path) -> list[Prompt]:
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if line.strip():
            row = formats.decode(line, _Row, file=path.name, number=number)
            found.append(
                Prompt(
                    id=row.id or f"prompt-{number}",
                    prompt=row.prompt,
                    stratum="ordinary" if row.ordinary else None,
                )
            )
    return found
