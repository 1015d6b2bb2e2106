"""Folders by path or URL: what is in them, and files that appear whole or not at all.

Local files go by the file system, `s3://` by Arrow's own client, which the packages for Parquet
bring. A file is written beside its place and renamed into it; an object store shows an object only
when all of it has arrived.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pyarrow import fs

from recenter.drafts import drafted
from recenter.errors import InputError, StoreError

_PIECE = 1 << 20
DRAFTS = "_recenter/drafts"
"""Folder of local files that are being written."""


class Found(NamedTuple):
    """A file of a folder."""

    name: str
    """Path below the folder, with `/` between its parts."""
    size: int
    stamp: str
    """Size and time of the last change: where they are the same, the file is."""


class Storage:
    """A folder, on this machine or in an object store."""

    def __init__(self, url: str) -> None:
        """Open the folder; nothing is looked up yet.

        `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` names an S3-compatible server; keys and region
        come from where Amazon's tools have them.

        Raises:
            InputError: the URL is of no kind that can be read.
        """
        self.url = url
        self._fs, self._root, self.local = _open(url)

    def files(self) -> list[Found]:
        """Return the files in the folder and below, by name; hidden ones (`.`, `_`) are not seen.

        Raises:
            InputError: the folder cannot be read.
        """
        try:
            infos = self._fs.get_file_info(
                fs.FileSelector(self._root, recursive=True, allow_not_found=True)
            )
        except OSError as error:
            raise InputError(f"cannot be read: {error}.", file=self.url) from None
        found = []
        for info in infos:
            name = info.path[len(self._root) :].lstrip("/")
            if info.type == fs.FileType.File and not _hidden(name):
                stamp = f"{info.size} {info.mtime_ns}"
                found.append(Found(name=name, size=info.size, stamp=stamp))
        return sorted(found)

    def account_of(self, name: str) -> str | None:
        """Return what tells the account of a file here from another's, as `files.account_of` does
        by its folder; None where the file itself is read and not a copy of it.
        """
        return None if self.local else f"{self.url.rstrip('/')}/{name.rpartition('/')[0]}"

    @contextlib.contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        """Give a file as a local path; an object is copied to this machine for as long.

        Raises:
            InputError: it is gone or cannot be read.
        """
        if self.local:
            path = Path(self._path(name))
            if not path.is_file():
                raise InputError("cannot be read: No such file or directory.", file=name)
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="recenter-") as folder:
            copy = Path(folder) / Path(name).name
            try:
                with self._fs.open_input_stream(self._path(name)) as source:
                    _copy(source, copy)
            except OSError as error:
                raise InputError(f"cannot be read: {_first_line(error)}", file=name) from None
            yield copy

    @contextlib.contextmanager
    def written(self, name: str) -> Iterator[Path]:
        """Give a local path to write to; it becomes the file when the block ends well.

        Raises:
            StoreError: it cannot be written.
        """
        try:
            if self.local:
                drafts, final = Path(self._path(DRAFTS)), Path(self._path(name))
                for place in (drafts, final.parent):
                    place.mkdir(parents=True, exist_ok=True)
                with drafted(final, folder=drafts) as draft:
                    yield draft
                return
            with tempfile.TemporaryDirectory(prefix="recenter-") as folder:
                draft = Path(folder) / Path(name).name
                yield draft
                with (
                    draft.open("rb") as source,
                    self._fs.open_output_stream(self._path(name), compression=None) as sink,
                ):
                    shutil.copyfileobj(source, sink, _PIECE)
        except OSError as error:
            raise StoreError(
                f"{self._shown(name)} cannot be written: {_first_line(error)}"
            ) from None

    def write(self, name: str, data: bytes) -> None:
        """Write a small file whole.

        Raises:
            StoreError: it cannot be written.
        """
        with self.written(name) as draft:
            draft.write_bytes(data)

    def read(self, name: str, *, start: int = 0, length: int | None = None) -> bytes | None:
        """Return the bytes of a file, or a stretch of them; None where there is no such file.

        Raises:
            StoreError: it is there and cannot be read.
        """
        try:
            with self._fs.open_input_file(self._path(name)) as file:
                if length is None:
                    data: bytes = file.read()
                else:
                    data = file.read_at(length, start)
                return data
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{self._shown(name)} cannot be read: {_first_line(error)}") from None

    def stamp(self, name: str) -> str:
        """Return the stamp of a file as it is now; nothing where it is gone."""
        info = self._fs.get_file_info(self._path(name))
        return f"{info.size} {info.mtime_ns}" if info.type == fs.FileType.File else ""

    def size(self, name: str) -> int | None:
        """Return the bytes of a file; None where there is none."""
        info = self._fs.get_file_info(self._path(name))
        return info.size if info.type == fs.FileType.File else None

    def names(self, folder: str) -> list[str]:
        """Return the names of all files below a folder of this one, hidden or not."""
        selector = fs.FileSelector(self._path(folder), recursive=True, allow_not_found=True)
        return sorted(
            info.path[len(self._root) :].lstrip("/")
            for info in self._fs.get_file_info(selector)
            if info.type == fs.FileType.File
        )

    def remove(self, folder: str) -> None:
        """Remove a folder of this one with all that is in it, if it is there.

        Raises:
            StoreError: it cannot be removed.
        """
        with self._removing(folder):
            self._fs.delete_dir(self._path(folder))

    def discard(self, name: str) -> None:
        """Remove a file, if it is there.

        Raises:
            StoreError: it cannot be removed.
        """
        with self._removing(name):
            self._fs.delete_file(self._path(name))

    @contextlib.contextmanager
    def _removing(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            pass
        except OSError as error:
            raise StoreError(
                f"{self._shown(name)} cannot be removed: {_first_line(error)}",
                cure="Allow what writes there to delete as well, and run again.",
            ) from None

    def holds(self, other: Storage) -> bool:
        """Tell whether the other folder is this one or lies in it."""
        if self.local != other.local:
            return False
        return f"{other._root}/".startswith(f"{self._root}/")

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _shown(self, name: str) -> str:
        return f"{self.url.rstrip('/')}/{name}"


def is_url(place: str) -> bool:
    """Tell whether a place is named by a URL and not by a path."""
    return "://" in place


def _open(url: str) -> tuple[Any, str, bool]:
    if not is_url(url):
        return fs.LocalFileSystem(), os.path.realpath(url), True
    # What follows is a name as it stands: `#`, `?` and `%20` mean nothing in one.
    scheme, _, rest = url.partition("://")
    if scheme == "file" and rest.startswith("/"):
        return fs.LocalFileSystem(), os.path.realpath(rest), True
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise InputError(
            "expected a path, file:///PATH or s3://BUCKET/PATH.",
            file=url,
            cure="Copy the files to one of these.",
        )
    server = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    root = f"{bucket}/{key.strip('/')}".rstrip("/")
    if not server:
        return fs.S3FileSystem(), root, False
    at = urlsplit(server)
    return fs.S3FileSystem(endpoint_override=at.netloc, scheme=at.scheme), root, False


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "_")) for part in name.split("/"))


def _copy(source: Any, to: Path) -> None:
    with to.open("wb") as sink:
        shutil.copyfileobj(source, sink, _PIECE)


def _first_line(error: OSError) -> str:
    return f"{(error.strerror or str(error)).splitlines()[0].rstrip('.')}."
