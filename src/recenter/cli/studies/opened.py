"""What the steps of a study share: its file, its items, and itself in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from recenter.config import Settings, pseudonym_key
from recenter.figures.draw import need_extra
from recenter.store import Store, open_store
from recenter.study.design import Written
from recenter.study.file import read_study
from recenter.study.gather import Gathered, gather
from recenter.study.ledger.desk import Desk, load_desk

F = TypeVar("F", bound=Callable[..., Any])

file_argument = click.argument(
    "file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


_MODULES = ("yaml", "starlette", "uvicorn", "argon2", "nh3", "markdown_it", "phonenumbers")


def need_study_extra() -> None:
    """End at once where the extra is missing.

    Raises:
        MissingExtraError: it is.
    """
    need_extra(*_MODULES, feature="A human study", extra="study")


@contextmanager
def gathered(file: Path, settings: Settings) -> Iterator[tuple[Written, Store, Gathered]]:
    """Give a study file, the store, and the items as they are written."""
    need_study_extra()
    written = read_study(file)
    with open_store(settings.store_url) as store:
        yield written, store, gather(written, store, key=pseudonym_key(settings))


@contextmanager
def at_desk(file: Path, settings: Settings) -> Iterator[tuple[Desk, Store]]:
    """Give a study that was begun, by its file, and the store it is in."""
    need_study_extra()
    name = read_study(file).study.study
    with open_store(settings.store_url) as store:
        yield load_desk(store.database, name), store
