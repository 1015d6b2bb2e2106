"""`recenter study import`."""

from __future__ import annotations

from pathlib import Path

import click

from recenter.cli.options import setting_options
from recenter.cli.studies.opened import at_desk, need_study_extra
from recenter.config import Settings, pseudonym_key
from recenter.store import PutReport, open_store
from recenter.study.export.elsewhere import (
    Answer,
    judgments_elsewhere,
    of_others,
    read_judgments,
)
from recenter.study.export.label_studio import read_label_studio
from recenter.study.export.potato import read_potato
from recenter.study.export.reading_release import read_release


@click.command("import")
@click.argument("path", metavar="PATH", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--study",
    "file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Study file that answers are about; a release brings its own.",
)
@click.option(
    "--from",
    "tool",
    default="own",
    show_default=True,
    type=click.Choice(["own", "label-studio", "potato"]),
    help="Where the answers were given.",
)
@click.option(
    "--instances",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of potato, the instances that the answers are about.",
)
@setting_options("store")
def import_(
    *, path: Path, file: Path | None, tool: str, instances: Path | None, settings: Settings
) -> None:
    """Take in a release, or answers that were given elsewhere, as judgments of the store.

    A release is a folder; answers are a file, and need --study. All of it or nothing.
    """
    need_study_extra()
    if path.is_dir():
        with open_store(settings.store_url) as store:
            released = read_release(path, store)
        for kind, count in released.counts.items():
            click.echo(f"{count:>8,}  {kind}")
        there = sum(released.counts.values()) - released.new
        click.echo(f"{released.new:,} new, {there:,} already there")
        return
    if file is None:
        raise click.UsageError("answers need --study, the file of the study they are about.")
    answers = _answers(path, tool, instances, pseudonym_key(settings))
    with at_desk(file, settings) as (desk, store):
        made = judgments_elsewhere(desk, answers)
        own = len(answers) - len(of_others(desk, answers))
        report = store.put_judgments(made)
    click.echo(f"{len(answers):,} answers read: {_told(report)}")
    if own:
        click.echo(f"{own:,} of them are by annotators of the study itself, and were passed over")


def _told(report: PutReport) -> str:
    """Return what became of judgments; also where nothing is new."""
    said = f"{report.new:,} new, {report.same:,} already there"
    if report.changed:
        said += f", {report.changed:,} changed"
    if report.refused:
        said += f", {report.refused:,} refused: of people who were forgotten, or unknown"
    return said


def _answers(path: Path, tool: str, instances: Path | None, key: bytes) -> list[Answer]:
    if tool == "label-studio":
        return read_label_studio(path, key=key)
    if tool == "potato":
        if instances is None:
            raise click.UsageError("--from potato needs --instances.")
        return read_potato(instances, path, key=key)
    return read_judgments(path, key=key)
