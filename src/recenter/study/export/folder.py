"""A folder of files that is there whole or not at all, and says what is in it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from recenter import formats
from recenter.errors import InputError
from recenter.records import Record

MANIFEST = "manifest.json"
SCHEMA = 1
"""Of the files: higher where a column changed its name or meaning."""


class File(Record, frozen=True):
    """A file of a folder."""

    name: str
    """Path from the folder, with forward slashes."""
    bytes: int
    sha256: str


class Manifest(Record, frozen=True):
    """What a folder holds."""

    kind: str
    """`study export` or `study release`."""
    schema: int
    recenter: str
    """Version that wrote it."""
    study: str
    content: str
    """Digest of the study's items and plan."""
    counts: Mapping[str, int]
    """Rows of each table."""
    files: tuple[File, ...]
    """All but the manifest itself and the sums."""


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder, its owner's only, that becomes `target` when the block ends well.

    What an earlier export wrote there goes as a whole: nothing of somebody who withdrew since
    stays behind.

    Raises:
        InputError: it is a file or holds files that no export wrote, or cannot be written.
    """
    target = target.absolute()
    _refuse_foreign(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            (draft / "new").mkdir()
            yield draft / "new"
            if target.exists():
                target.rename(draft / "old")
            (draft / "new").rename(target)
        finally:
            _restore(draft / "old", target)
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}.", file=str(target)) from None


def files_in(folder: Path) -> tuple[File, ...]:
    """Return the files of a folder, by name."""
    return tuple(
        File(
            name=path.relative_to(folder).as_posix(),
            bytes=path.stat().st_size,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def read_manifest(folder: Path) -> Manifest:
    """Return what a folder says that it holds.

    Raises:
        InputError: there is no manifest, or it is of a later schema.
    """
    path = folder / MANIFEST
    try:
        read = formats.decode(path.read_bytes(), Manifest, file=str(path))
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}.",
            file=str(path),
            cure="Name a folder that was exported or released.",
        ) from None
    if read.schema > SCHEMA:
        raise InputError(
            f"is of schema {read.schema}; this version reads up to {SCHEMA}.",
            file=str(path),
            cure="Read it with a later version of Recenter.",
        )
    return read


def _refuse_foreign(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError("is not a folder.", file=str(target), cure="Name a new folder.")
    if not any(target.iterdir()):
        return
    known = {MANIFEST, "SHA256SUMS"}
    if (target / MANIFEST).is_file():
        known |= {file.name for file in read_manifest(target).files}
    there = {p.relative_to(target).as_posix() for p in target.rglob("*") if not p.is_dir()}
    if foreign := sorted(there - known) if MANIFEST in there else sorted(there):
        raise InputError(
            f"holds {foreign[0]}, which no export wrote; nothing was changed.",
            file=str(target),
            cure="Name a folder that is new, empty, or of an earlier export.",
        )


def _restore(old: Path, target: Path) -> None:
    """Put back what was there, where the new folder did not take its place."""
    if old.exists() and not target.exists():
        old.rename(target)
