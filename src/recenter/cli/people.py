"""Who is remembered; what is known of them; forgetting them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from recenter import formats
from recenter.cli.noting import exporting, told
from recenter.cli.options import setting_options
from recenter.cli.printable import printable
from recenter.config import Settings
from recenter.errors import InputError
from recenter.importers.normalise import written_whole
from recenter.memory.unreachable import copies_of
from recenter.store import Store, open_store


@click.command()
@setting_options("store")
def people(settings: Settings) -> None:
    """List everyone who is remembered: pseudonym, conversations, attributes."""
    with open_store(settings.store_url) as store:
        nobody = True
        for person in store.people():
            nobody = False
            conversations = sum(1 for _ in store.conversations(person))
            attributes = sum(1 for _ in store.attributes(person))
            click.echo(f"{person}  {conversations} conversations  {attributes} attributes")
        if nobody:
            click.echo(f"Nobody is remembered in {store.place}.", err=True)


@click.command()
@click.option("--person", help="Pseudonym of the only person to export.")
@click.option(
    "--output", default="-", metavar="OUT", help="File to write, or - for standard output."
)
@setting_options("store")
def export(*, person: str | None, output: str, settings: Settings) -> None:
    """Write everything that is stored as JSON lines of kind and record.

    The store keeps where to, so that `recenter forget` can name the copy.
    """
    with ExitStack() as stack:
        store = stack.enter_context(open_store(settings.store_url))
        if person is not None:
            _require(store, person)
        path = None if output == "-" else Path(output)
        stack.enter_context(exporting(store, "export", path, person=person))
        out = stack.enter_context(_writable(output))
        for kind, records in (
            ("conversation", store.conversations(person)),
            ("attribute", store.attributes(person)),
            ("retired attribute", store.attributes(person, retired=True)),
            ("judgment", store.judgments(person)),
            ("query", store.queries(person)),
            ("selection", store.selections(person)),
            ("reply", store.replies(person)),
            ("reference", store.references(person)),
        ):
            for record in records:
                line = formats.encode({"kind": kind, "record": record}) + "\n"
                out.write(line.encode())


@click.command()
@click.argument("person")
@click.option("--yes", is_flag=True, help="Do not ask.")
@setting_options("store")
def forget(*, person: str, yes: bool, settings: Settings) -> None:
    """Remove everything about PERSON, and refuse what comes of them later.

    Says which exports, and which models trained since, may still hold them.
    """
    with open_store(settings.store_url) as store:
        # Forgetting again is how the overwriting is made up for that a reader prevented.
        if not store.is_forgotten(person):
            _require(store, person)
        if not yes:
            click.confirm(f"Forget everything about {person}? This cannot be undone.", abort=True)
        reachless = copies_of(store, person)
        report = store.forget(person)
    for table, count in report.counts.items():
        click.echo(f"{count:>8}  {table}")
    for line in told(reachless):
        click.echo(printable(line))
    if not report.erased:
        click.echo(
            "All is deleted, but the space is not overwritten yet: another process or transaction "
            "still reads, or the disk is full. Forget again later.",
            err=True,
        )
        sys.exit(1)


@contextmanager
def _writable(output: str) -> Iterator[BinaryIO]:
    if output != "-":
        with written_whole(Path(output)) as out:
            yield out
        return
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


def _require(store: Store, person: str) -> None:
    if not store.knows(person):
        raise InputError(
            f"there is no person {person!r} in {store.place}.",
            field="person",
            cure="`recenter people` lists everyone.",
        )
