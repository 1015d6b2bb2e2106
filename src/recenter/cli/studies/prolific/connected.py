"""What the commands for Prolific share: the study there, the client, and the yes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from recenter import formats
from recenter.cli.printable import printable
from recenter.cli.studies.opened import at_desk
from recenter.config import Settings
from recenter.errors import InputError
from recenter.importers.normalise import written_whole
from recenter.study.ledger.desk import Desk
from recenter.study.prolific.actions import Action, describe
from recenter.study.prolific.client import Prolific
from recenter.study.prolific.environment import api_address, api_token
from recenter.study.prolific.ledger import FileLedger

yes_option = click.option(
    "--yes", is_flag=True, help="Do it. Without this, it is only said what would be done."
)


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which study at Prolific recruits for a study; kept in a file beside the study file."""

    study: str
    prolific: str
    """Prolific's id."""


class Recruiting(msgspec.Struct, frozen=True):
    """A study that was begun, and the one at Prolific that recruits for it."""

    desk: Desk
    client: Prolific
    id: str
    """Prolific's, of the study there."""


@contextmanager
def recruiting(file: Path, settings: Settings) -> Iterator[Recruiting]:
    """Give a study that was begun and drafted, by its file."""
    with at_desk(file, settings) as (desk, _):
        yield Recruiting(desk, connect(settings, desk.id), linked(file, desk.id))


def connect(settings: Settings, study: str) -> Prolific:
    """Return Prolific with the token of the environment, and the study's ledger of bonuses."""
    return Prolific(
        api_token(os.environ), ledger=bonuses_of(settings, study), base_url=api_address(os.environ)
    )


def bonuses_of(settings: Settings, study: str) -> FileLedger:
    """Return the ledger of a study's bonuses."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FileLedger(settings.home / f"prolific-{study}.jsonl")


def link_path(file: Path) -> Path:
    """Return where a study file's link stands."""
    return file.with_name("prolific.json")


def linked(file: Path, study: str) -> str:
    """Return the id of the study at Prolific.

    Raises:
        InputError: there is none yet, or it is of another study.
    """
    path = link_path(file)
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise InputError(
            f"{study!r} has no study at Prolific yet.",
            cure=f"Make one: recenter study prolific draft {file} --url https://...",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}.", file=str(path)) from None
    link = formats.decode(text, Link, file=str(path))
    if link.study != study:
        raise InputError(
            f"it is of the study {link.study!r}, not of {study!r}.",
            file=str(path),
            cure="Keep each study file in a folder of its own.",
        )
    return link.prolific


def put_link(file: Path, link: Link) -> None:
    """Write a link beside its study file, whole or not at all."""
    with written_whole(link_path(file)) as out:
        out.write(formats.encode(link).encode() + b"\n")


def do(recruiting: Recruiting, action: Action, *, yes: bool) -> bool:
    """Tell an action, and carry it out with a yes; return whether it was."""
    click.echo(printable(describe(action)))
    if not confirmed(yes=yes):
        return False
    recruiting.client.do(action, yes=True)
    return True


def confirmed(*, yes: bool) -> bool:
    """Return whether there is a yes; without one, say that nothing was done."""
    if not yes:
        click.echo("nothing was done: add --yes")
    return yes
