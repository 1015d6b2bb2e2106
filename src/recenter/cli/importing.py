"""Conversations into the store, or into normalised JSON lines."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import click

from recenter import formats
from recenter.cli.bar import Bar
from recenter.cli.filtering import Filtering, filtering_options
from recenter.cli.options import setting_options
from recenter.cli.sharded import Engines, engine_options
from recenter.cli.sharded_import import import_shards
from recenter.config import Settings, pseudonym_key
from recenter.errors import InputError
from recenter.importers.base import BadRow, Tally
from recenter.importers.detect import FORMATS
from recenter.importers.normalise import write_conversations
from recenter.importers.reading import read_conversations, stop_at_bad
from recenter.models.load import load_embedder
from recenter.progress import Progress
from recenter.records import Conversation
from recenter.store import PutReport, open_store
from recenter.workspace import Workspace

_SHOWN = 10
_OUT = "/dev/stdout"
_STOPPED = "Stopped. What was stored is kept; the same command reads again and stores the rest."


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
@click.option(
    "--to",
    metavar="OUT",
    help="Write JSON lines to this file, or - for standard output, not to the store; with"
    " --engine, shards to this folder or URL.",
)
@engine_options
@filtering_options
@setting_options("store", "embedder")
def import_(
    *,
    paths: tuple[str, ...],
    kind: str | None,
    person: str | None,
    strict: bool,
    report: str | None,
    to: str | None,
    engines: Engines,
    settings: Settings,
    **filtering: Any,
) -> None:
    """Import conversations: WildChat, ChatGPT, claude.ai, ShareGPT, OpenAI messages, own JSONL.

    Ids are pseudonymised; addresses, headers and locations are dropped. Importing again changes
    nothing but what has changed in the source. PATH may be a file, a zip, a folder, or - ; with
    --engine, a folder or URL of Parquet or JSON lines.
    """
    wanted = Filtering(**filtering)
    if engines.engine is not None:
        if strict or report is not None:
            raise click.UsageError("--strict and --report do not go with --engine.")
        reading = (pseudonym_key(settings), kind, person)
        import_shards(paths, to, engines, reading=reading, wanted=wanted)
        return
    if wanted.wanted and "-" in paths:
        raise click.UsageError("--filter and --sample read the files more than once: not from -.")
    _refuse_same(paths, to, report)
    with ExitStack() as stack:
        bar = stack.enter_context(Bar(stopped=_STOPPED if to is None else None))
        bad = BadRows(None if report is None else stack.enter_context(_writable(report)))
        bar.start("conversations", None)
        key = pseudonym_key(settings)
        files = Files(paths, bad, key=key, format=kind, person=person, strict=strict)
        rows = files.read()
        if wanted.wanted:
            rows = wanted.run(files.read, load_embedder(settings.embedder, settings))
        if to is not None:
            written = write_conversations(rows, Path(_OUT if to == "-" else to), progress=bar)
            summary = f"{written} conversations written to {to}"
        else:
            workspace = Workspace(stack.enter_context(open_store(settings.store_url)))
            arguments = {"format": kind, "strict": strict, **filtering}
            told = stack.enter_context(workspace.run("import", arguments))
            stored = workspace.put_conversations(_counted(rows, bar))
            told["counts"] = {"new": stored.new, "bad": files.tally.counts.bad}
            summary = _stored(stored)
    click.echo("\n".join([summary, *_left_out(files.tally)]), err=to == "-")


class Files:
    """The files of an import. Its rows are counted, and bad ones told, the first time only."""

    def __init__(
        self,
        paths: tuple[str, ...],
        bad: BadRows,
        *,
        key: bytes,
        format: str | None,
        person: str | None,
        strict: bool,
    ) -> None:
        self.tally = Tally()
        self._paths = paths
        self._bad = bad
        self._read = functools.partial(read_conversations, key=key, format=format, person=person)
        self._strict = strict
        self._told = False

    def read(self) -> Iterator[Conversation]:
        """Yield the conversations.

        Raises:
            InputError: there is a bad row, and the import is strict.
        """
        tally = None if self._told else self.tally
        for path in self._paths:
            rows = self._read(Path(path), tally=tally)
            for row in stop_at_bad(rows) if self._strict else rows:
                if not isinstance(row, BadRow):
                    yield row
                elif not self._told:
                    self._bad.add(row)
        self._told = True


def _refuse_same(paths: tuple[str, ...], *written: str | None) -> None:
    """Refuse to write over what is read: it would be emptied before, or lost with its bad rows."""
    for out in (Path(name) for name in written if name is not None):
        for path in paths:
            if path != "-" and out.is_file() and Path(path).is_file() and out.samefile(path):
                raise InputError("is read by this import.", file=str(out), cure="Name another.")


def _writable(path: str) -> IO[str]:
    return Path(path).open("w", encoding="utf-8")


def _counted(rows: Iterable[Conversation], bar: Progress) -> Iterator[Conversation]:
    for row in rows:
        yield row
        bar.advance()


def _stored(stored: PutReport) -> str:
    said = f"{stored.new} new, {stored.changed} changed, {stored.same} known"
    if stored.refused:
        said += f"\n{stored.refused} refused: their person, or they themselves, were forgotten"
    return said


def _left_out(tally: Tally) -> list[str]:
    counts = tally.counts
    lines = [
        f"{count} left out: {reason.replace('_', ' ')}"
        for reason, count in sorted(counts.skipped.items())
    ]
    if counts.bad:
        lines.append(f"{counts.bad} bad rows skipped")
    return lines
