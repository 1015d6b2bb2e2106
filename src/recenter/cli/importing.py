"""Conversations into the store, or into normalised JSON lines."""

from __future__ import annotations

import functools
from collections.abc import Container, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import click

from recenter import formats
from recenter.cli.bar import Bar
from recenter.cli.beside import Beside, IntoFile, IntoStore
from recenter.cli.filtering import Filtering, filtering_options
from recenter.cli.options import Stop, setting_options
from recenter.cli.sharded import Engines, engine_options
from recenter.cli.sharded_import import import_shards
from recenter.config import Settings, pseudonym_key
from recenter.errors import InputError
from recenter.importers.base import BadRow, Tally
from recenter.importers.detect import FORMATS
from recenter.importers.normalise import write_conversations
from recenter.importers.reading import read_records, stop_at_bad
from recenter.models.load import load_embedder
from recenter.progress import Progress
from recenter.records import Conversation, Reference
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
@click.option(
    "--references",
    metavar="FILE",
    help="With --to: write what benchmarks say of their people to this file.",
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
    references: str | None,
    engines: Engines,
    settings: Settings,
    **filtering: Any,
) -> None:
    """Import conversations: WildChat, ChatGPT, claude.ai, ShareGPT, OpenAI messages, own JSONL.

    Of benchmarks (CUPID, PrefEval, PersonaLens, PersonaMem, LoCoMo, LongMemEval), what is planted,
    asked and known is kept apart as references, to check against. Ids are pseudonymised; addresses,
    headers and locations are dropped. Importing again changes nothing but what has changed in the
    source. PATH may be a file, a zip, a folder, or - ; with --engine, a folder or URL of Parquet or
    JSON lines.
    """
    wanted = Filtering(**filtering)
    wanted.refuse_unheard()
    if references is not None and to is None:
        raise click.UsageError("--references goes with --to: the store keeps them anyway.")
    if engines.engine is not None:
        if strict or report is not None or references is not None:
            raise click.UsageError("--strict, --report and --references do not go with --engine.")
        reading = (pseudonym_key(settings), kind, person)
        import_shards(paths, to, engines, reading=reading, wanted=wanted)
        return
    if wanted.wanted and "-" in paths:
        raise click.UsageError("--filter and --sample read the files more than once: not from -.")
    _refuse_same(paths, to, report, references)
    with ExitStack() as stack:
        bar = stack.enter_context(Bar(stopped=_STOPPED if to is None else None))
        bad = BadRows(None if report is None else stack.enter_context(_writable(report)))
        bar.start("conversations", None)
        key = pseudonym_key(settings)
        files = Files(paths, bad, key=key, format=kind, person=person, strict=strict)
        if to is not None:
            beside = _into_file(references, stack)
            rows = _chosen(files, wanted, beside, settings)
            written = write_conversations(rows, Path(_OUT if to == "-" else to), progress=bar)
            summary = f"{written} conversations written to {to}"
        else:
            workspace = Workspace(stack.enter_context(open_store(settings.store_url)))
            beside = IntoStore(workspace.store)
            arguments = {"format": kind, "strict": strict, **filtering}
            told = stack.enter_context(workspace.run("import", arguments))
            rows = _chosen(files, wanted, beside, settings)
            stored = workspace.put_conversations(_counted(rows, bar))
            told["counts"] = {"new": stored.new, "bad": files.tally.counts.bad}
            summary = _stored(stored)
    said = [summary, *beside.told(), *_left_out(files.tally)]
    click.echo("\n".join(said), err=to == "-")
    counts = files.tally.counts
    if counts.bad and not counts.kept + counts.references:
        raise Stop


def _into_file(references: str | None, stack: ExitStack) -> Beside:
    if references is None:
        return Beside()
    return stack.enter_context(IntoFile(Path(references)).open())


def _chosen(
    files: Files, wanted: Filtering, beside: Beside, settings: Settings
) -> Iterator[Conversation]:
    """Yield the conversations that are wanted, and put beside what is said of their people."""
    if not wanted.wanted:
        yield from files.read(beside)
        beside.flush()
        return
    people = set()
    for row in wanted.run(files.read, load_embedder(settings.embedder, settings)):
        people.add(row.person)
        yield row
    if files.tally.counts.references:
        for _ in files.read(beside, people):
            pass
    beside.flush()


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
        self._read = functools.partial(read_records, key=key, format=format, person=person)
        self._strict = strict
        self._told = False

    def read(
        self, beside: Beside | None = None, people: Container[str] | None = None
    ) -> Iterator[Conversation]:
        """Yield the conversations; put beside what is said of these people, or of all.

        Raises:
            InputError: there is a bad row, and the import is strict.
        """
        tally = None if self._told else self.tally
        for path in self._paths:
            read = self._read(Path(path), tally=tally)
            rows: Iterator[Conversation | Reference | BadRow] = read
            if self._strict:
                rows = stop_at_bad(read)
            for row in rows:
                if isinstance(row, Reference):
                    if beside is not None and (people is None or row.person in people):
                        beside.add(row)
                elif not isinstance(row, BadRow):
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
