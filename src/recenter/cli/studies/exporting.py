"""`recenter study export`."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable
from pathlib import Path

import click

from recenter import formats
from recenter.cli.noting import exporting
from recenter.cli.options import setting_options, typed
from recenter.cli.studies.opened import at_desk, file_argument
from recenter.config import Settings
from recenter.study.export import elsewhere, label_studio, potato
from recenter.study.export.folder import Manifest, whole_folder
from recenter.study.export.release import release
from recenter.study.export.tables import Format
from recenter.study.export.write import RECORDS
from recenter.study.export.write import export as export_folder
from recenter.study.ledger.desk import Desk


@click.command()
@file_argument
@click.option(
    "--output",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder: new, empty, or of an earlier export.",
)
@click.option(
    "--format",
    "chosen",
    multiple=True,
    default=("jsonl", "parquet"),
    show_default=True,
    type=click.Choice(["jsonl", "parquet"]),
    help="Of the tables; may be repeated.",
)
@click.option(
    "--for",
    "tool",
    type=click.Choice(["label-studio", "potato"]),
    help="Write items and answers for another tool instead.",
)
@click.option("--release", "publish", is_flag=True, help="Write what may be published instead.")
@click.option("--licence", help="Of a release, such as CC-BY-4.0.")
@click.option("--title", help="Of a release; that of the study if left out.")
@click.option("--seed", default=0, show_default=True, help="Of the splits of a release.")
@click.option("--notes", is_flag=True, help="Publish what annotators wrote, too.")
@click.option("--keep-ids", is_flag=True, help="Publish pseudonyms as they are in the store.")
@setting_options("store")
def export(
    *,
    file: Path,
    output: Path,
    chosen: tuple[Format, ...],
    tool: str | None,
    publish: bool,
    licence: str | None,
    title: str | None,
    seed: int,
    notes: bool,
    keep_ids: bool,
    settings: Settings,
) -> None:
    """Write what was answered, for yourself or as a release.

    Raw ids of annotators are in neither. Example: recenter study export study.yaml --output out
    """
    if publish and not licence:
        raise click.UsageError("--release needs --licence, such as CC-BY-4.0.")
    with at_desk(file, settings) as (desk, store), exporting(store, "study export", output):
        if tool is not None:
            _for_tool(desk, output, tool)
        elif publish:
            made = release(
                desk,
                output,
                licence=str(licence),
                title=title or desk.study.title,
                seed=seed,
                notes=notes,
                parquet="parquet" in formats_here(chosen),
                keep_ids=keep_ids,
            )
            _tell(made)
        else:
            _tell(export_folder(desk, output, formats=formats_here(chosen)))
            click.echo(f"{'':>8}  {RECORDS}, for `recenter report --from`")
    click.echo(f"written to {output}")


def formats_here(chosen: tuple[Format, ...]) -> tuple[Format, ...]:
    """Return the formats asked for; without Parquet where nobody asked and its extra is absent."""
    if typed("chosen") or importlib.util.find_spec("pyarrow") is not None:
        return chosen
    click.echo("No Parquet: it needs pip install 'recenter[corpus]'.", err=True)
    return ("jsonl",)


def _tell(made: Manifest) -> None:
    for name, count in made.counts.items():
        click.echo(f"{count:>8,}  {name}")


def _for_tool(desk: Desk, output: Path, tool: str) -> None:
    asked, given = elsewhere.asked(desk), elsewhere.given(desk)
    with whole_folder(output) as draft:
        if tool == "label-studio":
            tasks = label_studio.label_studio_tasks(asked, given)
            (draft / "tasks.json").write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")
            for question in dict.fromkeys(one.question for one in asked):
                config = label_studio.label_config(question)
                (draft / f"{question}.xml").write_text(config, "utf-8")
            return
        _lines(draft / "instances.jsonl", potato.potato_instances(asked))
        _lines(draft / "annotations.jsonl", potato.potato_annotations(asked, given))


def _lines(path: Path, rows: Iterable[object]) -> None:
    path.write_text("".join(f"{formats.encode(row)}\n" for row in rows), "utf-8")
