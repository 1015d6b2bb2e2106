"""Opens what people hand over: plain, gzip, zip, standard input; reads it in chunks."""

from __future__ import annotations

import contextlib
import gzip
import io
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from recenter.errors import InputError, UnknownFormatError
from recenter.importers.likeness import STUDY_FOLDER

MAX_UNPACKED = 16 * 2**30
"""Bytes that the conversations of one archive may unpack to."""

_CHUNK = 2**20
_MEMBER = re.compile(r"(?:\A|/)conversations(?:-\d+)?\.json\Z")
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)

Kind = Literal["json", "parquet"]


class _Stream(Protocol):
    """A stream that gives what it has: so what stands before damage is not lost with it."""

    def read1(self, size: int = ..., /) -> bytes: ...


class _User(msgspec.Struct):
    """Of `user.json`, beside the conversations of an export, the id and nothing else."""

    id: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file, or one member of an archive, that holds rows."""

    name: str
    """As it stands in messages."""
    kind: Kind
    path: Path
    member: str | None = None
    """Name inside the zip; read from there, never unpacked to disk."""


def parts_of(path: Path) -> list[Part]:
    """Return what is to be read of a path: itself, or the conversations in a folder or a zip.

    Raises:
        InputError: it cannot be opened, is damaged, encrypted, or unpacks to too much.
        UnknownFormatError: a folder or zip holds no conversations.
    """
    if str(path) == "-":
        return [Part(name="<stdin>", kind="json", path=path)]
    try:
        if path.is_dir():
            return _parts_of_folder(path)
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", file=str(path)) from None
    if magic == b"PK\x03\x04" or magic == b"PK\x05\x06":
        return _parts_of_zip(path)
    kind: Kind = "parquet" if magic == b"PAR1" else "json"
    return [Part(name=str(path), kind=kind, path=path)]


def _parts_of_folder(path: Path) -> list[Part]:
    files = sorted(file for file in path.iterdir() if _MEMBER.search(file.name))
    if not files:
        raise _no_conversations(path, "folder")
    return [Part(name=str(file), kind="json", path=file) for file in files]


def _no_conversations(path: Path, what: str) -> UnknownFormatError:
    return UnknownFormatError(
        f"the {what} holds no conversations.json and no conversations-000.json.",
        file=str(path),
        cure=STUDY_FOLDER
        if (path / "manifest.json").is_file()
        else "Expected the export of ChatGPT or claude.ai as it was downloaded, or a single file.",
    )


def _parts_of_zip(path: Path) -> list[Part]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if _MEMBER.search(info.filename)]
    except (*_DAMAGE, ValueError, NotImplementedError, OSError) as error:
        raise InputError(
            f"the zip is damaged or incomplete: {error}.", file=str(path), cure="Download it again."
        ) from None
    if not members:
        raise _no_conversations(path, "zip")
    if any(info.flag_bits & 1 for info in members):
        raise InputError("the zip is encrypted.", file=str(path), cure="Unpack it first.")
    unpacked = sum(info.file_size for info in members)
    if unpacked > MAX_UNPACKED:
        raise InputError(
            f"its conversations unpack to {unpacked} bytes; at most {MAX_UNPACKED} are read.",
            file=str(path),
            cure="Unpack it and import the files one by one, if it is what it says it is.",
        )
    return [
        Part(name=f"{path}:{Path(name).name}", kind="json", path=path, member=name)
        for name in sorted(info.filename for info in members)
    ]


def chunks_of(part: Part) -> Iterator[bytes]:
    """Yield the unpacked bytes of a part, without a byte order mark, the first chunk not empty.

    Raises:
        InputError: it cannot be read, is damaged or incomplete, or is not UTF-8 but UTF-16; what
            came before the damage has been yielded by then.
    """
    try:
        with contextlib.ExitStack() as stack:
            stream = _open(part, stack)
            first = _first_chunk(stream)
            if first.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise InputError(
                    "the text is UTF-16.", file=part.name, cure="Save it as UTF-8 first."
                )
            yield first.removeprefix(b"\xef\xbb\xbf")
            while chunk := stream.read1(_CHUNK):
                yield chunk
    except _DAMAGE as error:
        raise InputError(f"the file is damaged or incomplete: {error}.", file=part.name) from None
    except (NotImplementedError, RuntimeError) as error:
        raise InputError(f"the zip cannot be unpacked: {error}.", file=part.name) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", file=part.name) from None


def _first_chunk(stream: _Stream) -> bytes:
    """Return enough to tell the encoding and whether the text is an array."""
    first = b""
    while len(first.lstrip()) < 4 and (more := stream.read1(_CHUNK)):
        first += more
    return first


def _open(part: Part, stack: contextlib.ExitStack) -> _Stream:
    if part.member is not None:
        archive = stack.enter_context(zipfile.ZipFile(part.path))
        return stack.enter_context(archive.open(part.member))  # type: ignore[return-value]
    if str(part.path) == "-":
        stdin = io.BufferedReader(sys.stdin.buffer)  # type: ignore[type-var]
        stack.callback(stdin.detach)
        return gzip.GzipFile(fileobj=stdin) if stdin.peek(1)[:1] == b"\x1f" else stdin
    file = stack.enter_context(part.path.open("rb"))
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return stack.enter_context(gzip.GzipFile(fileobj=file)) if packed else file


def account_of(path: Path) -> str:
    """Return what tells one account's files from another's: the account's id where the export
    has one, else the place of the file, so that two people are never taken for one.
    """
    place = path if path.is_dir() or zipfile.is_zipfile(path) else path.parent
    try:
        if place.is_dir():
            data = (place / "user.json").read_bytes()
        else:
            with zipfile.ZipFile(place) as archive, archive.open("user.json") as member:
                data = member.read(_CHUNK)
        return msgspec.json.decode(data, type=_User).id
    except (OSError, KeyError, RuntimeError, ValueError, *_DAMAGE):
        return str(place.absolute())
