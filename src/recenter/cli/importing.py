"""Conversations into the store, or into normalised JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import click

from recenter import formats
from recenter.cli.bar import Bar
from recenter.cli.options import setting_options
from recenter.config import Settings, pseudonym_key
from recenter.importers.base import BadRow, Tally
from recenter.importers.detect import FORMATS
from recenter.importers.reading import read_conversations, stop_at_bad
from recenter.progress import Progress
from recenter.records import Conversation
from recenter.store import PutReport, open_store
from recenter.workspace import Workspace

_SHOWN = 10


class BadRows:
    """Tells the first bad rows on the terminal, and writes all of them where asked to."""

    def __init__(self, report: IO[str] | None) -> None:
        self._report = report
        self._count = 0

    def add(self, row: BadRow) -> None:
        """Tell of one bad row."""
        self._count += 1
        if self._count <= _SHOWN:
            click.echo(f"skipped: {row.error()}", err=True)
        elif self._count == _SHOWN + 1:
            click.echo("skipped: more, which --report FILE would list", err=True)
        if self._report is not None:
            self._report.write(formats.encode(row) + "\n")


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(FORMATS)),
    help="Format of the files; told from their contents where not given.",
)
@click.option("--person", help="Whose conversations all of these are, in words of your own.")
@click.option("--strict", is_flag=True, help="Stop at the first bad row instead of skipping it.")
@click.option("--report", metavar="FILE", help="Write every bad row to this file as JSON lines.")
@setting_options("store")
def import_(
    *,
    paths: tuple[str, ...],
    kind: str | None,
    person: str | None,
    strict: bool,
    report: str | None,
    settings: Settings,
) -> None:
    """Import conversations: WildChat, ChatGPT, claude.ai, ShareGPT, OpenAI messages, own JSONL.

    Ids are pseudonymised; addresses, headers and locations are dropped. Importing again changes
    nothing but what has changed in the source. PATH may be a file, a zip, a folder, or - .
    """
    tally = Tally()
    with ExitStack() as stack:
        bar = stack.enter_context(Bar())
        bad = BadRows(None if report is None else stack.enter_context(_writable(report)))
        workspace = Workspace(stack.enter_context(open_store(settings.store_url)))
        told = stack.enter_context(workspace.run("import", {"format": kind, "strict": strict}))
        bar.start("conversations", None)
        rows = (
            row
            for path in paths
            for row in read_conversations(
                Path(path), key=pseudonym_key(settings), format=kind, person=person, tally=tally
            )
        )
        kept = stop_at_bad(rows) if strict else _kept(rows, bad)
        stored = workspace.put_conversations(_counted(kept, bar))
        told["counts"] = {"read": tally.counts.read, "new": stored.new, "bad": tally.counts.bad}
    click.echo(_summary(tally, stored))


def _writable(path: str) -> IO[str]:
    return Path(path).open("w", encoding="utf-8")


def _kept(rows: Iterable[Conversation | BadRow], bad: BadRows) -> Iterator[Conversation]:
    for row in rows:
        if isinstance(row, BadRow):
            bad.add(row)
        else:
            yield row


def _counted(rows: Iterable[Conversation], bar: Progress) -> Iterator[Conversation]:
    for row in rows:
        yield row
        bar.advance()


def _summary(tally: Tally, stored: PutReport) -> str:
    counts = tally.counts
    lines = [
        f"{counts.read} rows read: {stored.new} new, {stored.changed} changed, {stored.same} known"
    ]
    if stored.refused:
        lines.append(f"{stored.refused} refused: their person, or they themselves, were forgotten")
    lines += [f"{count} left out: {reason}" for reason, count in sorted(counts.skipped.items())]
    if counts.bad:
        lines.append(f"{counts.bad} bad rows skipped")
    return "\n".join(lines)
