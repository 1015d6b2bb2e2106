"""`recenter audit`."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Sequence
from pathlib import Path

import click

from recenter.audit.clean import cleaned, refuse_original, write_cleaned
from recenter.audit.page import PAGE
from recenter.audit.read import read_export
from recenter.audit.record import DROPPED, FAULTS, Audit, Cleaned, Fault
from recenter.audit.report import view_of, write_audit
from recenter.audit.run import audit as audit_export
from recenter.cli.bar import Bar
from recenter.cli.options import Stop, setting_options
from recenter.cli.printable import printable
from recenter.config import Settings
from recenter.importers.base import BadRow
from recenter.importers.pseudonym import person_id
from recenter.importers.reading import read_conversations
from recenter.models.load import load_embedder
from recenter.records import Conversation
from recenter.train.folder import check_folder, new_folder

_KEPT = tuple(fault for fault in FAULTS if fault not in DROPPED)


@click.command()
@click.argument("export", metavar="EXPORT", type=click.Path(path_type=Path))
@click.option(
    "--conversations",
    "said",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="What the person said, in any format that `recenter import` reads, to look for support "
    "in; may be repeated.",
)
@click.option(
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for page, text and data: new, empty, or of an earlier audit.",
)
@click.option("--no-texts", is_flag=True, help="Show no word of an entry, only its id and line.")
@click.option(
    "--fix",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="Write a copy in the same format without what is unsupported, duplicate, instruction-like "
    "or self-quoted; the original is never changed.",
)
@click.option(
    "--drop",
    multiple=True,
    type=click.Choice(_KEPT),
    help="With --fix: leave these out too; may be repeated.",
)
@click.option(
    "--as-of",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day on which dates are judged; today where not given.",
)
@setting_options("embedder")
def audit(
    *,
    export: Path,
    said: tuple[Path, ...],
    output: Path | None,
    no_texts: bool,
    fix: Path | None,
    drop: tuple[Fault, ...],
    as_of: datetime.datetime | None,
    settings: Settings,
) -> None:
    """Say what is wrong with the memories of another system.

    EXPORT is a file of mem0, Memobase, Letta, ChatGPT or claude.ai, told by its fields. Exit
    status: 0 if all entries are clean, 3 if some are not, 1 if it cannot be read, 2 if the
    command is wrong.
    """
    if drop and fix is None:
        raise click.UsageError("--drop goes with --fix.")
    if fix is not None:
        refuse_original(fix, export, *said)
    if output is not None:
        check_folder(output, holds=PAGE)
    read = read_export(export)
    key = secrets.token_bytes(32)  # Nothing is stored, so nobody is to be found again.
    talks, unread = _conversations(said, key)
    with Bar() as bar:
        made = audit_export(
            read,
            load_embedder(settings.embedder, settings),
            bar,
            as_of=(as_of or datetime.datetime.now(datetime.UTC)).date(),
            conversations=talks if said else None,
            is_of=lambda owner, talk: _is_of(owner, talk, key),
        )
    clean = cleaned(made, drop)
    if output is not None:
        with new_folder(output, holds=PAGE) as folder:
            write_audit(made, clean, folder, texts=not no_texts, unread=unread)
    if fix is not None:
        write_cleaned(made, clean, fix)
    _tell(made, clean, unread=unread, output=output, fix=fix)
    if made.findings:
        raise Stop


def _conversations(files: Sequence[Path], key: bytes) -> tuple[list[Conversation], int]:
    """Return the conversations of the files, and how many rows could not be read."""
    talks: list[Conversation] = []
    unread = 0
    for file in files:
        for row in read_conversations(file, key=key):
            if isinstance(row, BadRow):
                unread += 1
            else:
                talks.append(row)
    return talks, unread


def _is_of(owner: str, talk: Conversation, key: bytes) -> bool:
    """Whether a conversation is of the owner of an entry, by the ids in the two sources."""
    return talk.person in (person_id(key, owner), person_id(key, owner, source=talk.source))


def _tell(
    made: Audit, clean: Cleaned, *, unread: int, output: Path | None, fix: Path | None
) -> None:
    view = view_of(made, clean, texts=False, unread=unread)
    click.echo(view.verdict)
    for fault, count in view.counts.items() if view.entries else ():
        told, share = view.told(fault, count)
        click.echo(f"  {fault:17} {told}" + (f" ({share})" if count else ""))
    for topic, count in view.topics.items():
        click.echo(f"    sensitive: {topic} {count:,}")
    for reason, count in view.left_out.items():
        click.echo(f"{count:,} left out: {reason}", err=True)
    if unread:
        click.echo(
            f"{unread:,} rows of the conversations could not be read: what they say counts as not "
            "said.",
            err=True,
        )
    if output is not None:
        click.echo(printable(f"written to {output / PAGE}, with text and data beside it"))
    if fix is not None:
        reasons = ", ".join(
            f"{found:,} {fault}" for fault in clean.faults if (found := view.counts[fault])
        )
        click.echo(
            printable(f"{len(clean.dropped):,} entries dropped from {fix}: {reasons or 'none'}")
        )
