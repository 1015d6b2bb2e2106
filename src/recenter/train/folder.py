"""A folder of results that is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recenter.errors import ConfigError


def check_folder(target: Path, *, holds: str) -> None:
    """Refuse a place where nothing may be written, before the work begins.

    Raises:
        ConfigError: it is a file, or a folder with files but without one named `holds`, which
            says that an earlier run wrote it; or it cannot be written.
    """
    if target.exists() and not target.is_dir():
        raise ConfigError(f"{target} is a file.", cure="Name a folder, new or empty.")
    if target.is_dir() and any(target.iterdir()) and not (target / holds).is_file():
        raise ConfigError(
            f"{target} holds files but no {holds}, so it was not written by this command; nothing "
            "was changed.",
            cure="Name a folder that is new or empty.",
        )
    above = next(folder for folder in (target, *target.absolute().parents) if folder.is_dir())
    if not os.access(above, os.W_OK):
        raise ConfigError(f"{above} cannot be written.", cure="Name another folder.")


@contextmanager
def new_folder(target: Path, *, holds: str) -> Iterator[Path]:
    """Give an empty folder to write to, which becomes `target` when the block ends well.

    What an earlier run wrote there stays until then; files that are not written again are kept.

    Raises:
        ConfigError: see `check_folder`.
    """
    check_folder(target, holds=holds)
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
