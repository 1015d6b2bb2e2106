"""A folder of results that is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recenter.errors import ConfigError, ModelError
from recenter.models.saved import Kind, about_model
from recenter.models.tuned import RECORD

_FOREIGN = ("config.json", RECORD)
"""Files that an encoder of somebody else, or a fine-tuned one, has beside weights of that name."""


def check_folder(target: Path, *, holds: str, model: Kind | None = None) -> None:
    """Refuse a place where nothing may be written, before the work begins.

    A file named `holds` says that an earlier run wrote the folder. Weights have the same name
    everywhere: where a `model` is to be written, what is there must be one of that kind.

    Raises:
        ConfigError: it is a file, or a folder with files that no such run wrote; or it cannot be
            written.
    """
    if holds_anything(target) and not (target / holds).is_file():
        raise ConfigError(
            f"{target} holds files but no {holds}, so it was not written by this command; nothing "
            "was changed.",
            cure="Name a folder that is new or empty.",
        )
    if model is not None and (target / holds).is_file():
        _refuse_other(target, model)
    refuse_unwritable(target)


def holds_anything(target: Path) -> bool:
    """Return whether something is in a folder; there is nothing in one that is not there.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return os.path.isdir(target) and any(target.iterdir())
    except OSError as error:
        raise ConfigError(
            f"{target} cannot be read: {error.strerror}.", cure="Name another folder."
        ) from None


def refuse_unwritable(target: Path) -> None:
    """Refuse a place where no folder can be made or replaced, before the work begins.

    Raises:
        ConfigError: it or a part of its path is there and no folder, or cannot be written.
    """
    whole = target.absolute()
    there = next(place for place in (whole, *whole.parents) if os.path.lexists(place))
    if not there.is_dir():
        raise ConfigError(f"{there} is not a folder.", cure="Name a folder, new or empty.")
    # Beside a folder that is there too: it is written under another name, which it then takes.
    for folder in {there, there.parent if there == whole else there}:
        try:
            # Asked by trying: to the superuser, all folders seem writable.
            tempfile.TemporaryDirectory(prefix=f".{whole.name}.", dir=folder).cleanup()
        except OSError as error:
            raise ConfigError(
                f"{folder} cannot be written: {error.strerror}.", cure="Name another folder."
            ) from None


def _refuse_other(target: Path, kind: Kind) -> None:
    """Refuse a folder of a model unless it is one of this kind, of which all would be replaced."""
    try:
        found = about_model(target).kind
    except ModelError:
        found = None
    strange = next((name for name in _FOREIGN if (target / name).exists()), None)
    if found == kind and strange is None:
        return
    what = f"a {found}" if found else "a model that this version of `recenter train` cannot read"
    beside = f" with {strange} beside it" if strange else ""
    raise ConfigError(
        f"{target} holds {what}{beside}; expected a {kind} of an earlier training. Nothing was "
        "changed.",
        cure="Name a folder that is new or empty.",
    )


@contextmanager
def new_folder(target: Path, *, holds: str, model: Kind | None = None) -> Iterator[Path]:
    """Give an empty folder to write to, which becomes `target` when the block ends well.

    What an earlier run wrote there stays until then; files that are not written again are kept.

    Raises:
        ConfigError: see `check_folder`.
    """
    check_folder(target, holds=holds, model=model)
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent))
    try:
        # mkdtemp lets nobody else in, which is not meant for results.
        draft.chmod(0o777 & ~_umask())
        yield draft
        _exchange(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _exchange(draft: Path, target: Path) -> None:
    if not target.exists():
        draft.rename(target)
        return
    for kept in target.rglob("*"):
        place = draft / kept.relative_to(target)
        if kept.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(kept, place)
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".old", dir=target.parent))
    target.rename(old / target.name)
    try:
        draft.rename(target)
    except OSError:
        (old / target.name).rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
