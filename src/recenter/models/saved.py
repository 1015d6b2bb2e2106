"""Trained models on disk: named arrays without code, what they are, and a checksum of both."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from recenter import __version__
from recenter.errors import ChecksumError, ModelError
from recenter.provenance import digest

T = TypeVar("T")

FORMAT = 1
"""Version of the layout; a file of a later one is refused."""

FILE = "model.safetensors"
"""Name of the file in the folder that `recenter train` writes."""

Kind = Literal["selector", "verifier", "preference"]

_KEY = "recenter"
_SIZE, _LONGEST_HEADER = 8, 2**22
"""Bytes that tell the length of a header, and the longest that is read."""
_BRIEF = 80
"""Characters of what a file says of itself that a message repeats."""
RETRAIN = "Train it again with `recenter train`, or install the package again."


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a trained model is, beside its arrays."""

    kind: Kind
    checksum: str
    """Of the arrays and of everything else said here."""
    format: int = FORMAT
    code: str = __version__
    """Version of Recenter that trained it."""
    encoder: str | None = None
    """Embedder whose vectors it reads, by the name that holds the hash of its weights."""
    settings: Mapping[str, Any] = {}
    """Whatever the model needs beside its arrays: thresholds, names of features."""


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """A trained model as it is on disk."""

    about: About
    arrays: Mapping[str, NDArray[Any]]

    @property
    def name(self) -> str:
        """`trained:KIND@` and the first digits of the checksum, as it stands in signatures."""
        return f"trained:{self.about.kind}@{self.about.checksum[:8]}"


def save_model(
    path: Path,
    kind: Kind,
    arrays: Mapping[str, NDArray[Any]],
    *,
    settings: Mapping[str, Any],
    encoder: str | None,
) -> Saved:
    """Write a model to a file of safetensors and return it. The same model gives the same bytes.

    Raises:
        ModelError: the file cannot be written.
    """
    about = About(kind=kind, checksum="", encoder=encoder, settings=settings)
    about = msgspec.structs.replace(about, checksum=_checksum(about, arrays))
    whole = {name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())}
    data = save(whole, metadata={_KEY: msgspec.json.encode(about, order="sorted").decode()})
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror}.") from None
    return Saved(about=about, arrays=whole)


def load_model(path: Path, kind: Kind, *, encoder: str | None = None) -> Saved:
    """Return the model in a file, or in the folder that `recenter train` wrote.

    `encoder` is the name of the embedder that will be used with it, where one is.

    Raises:
        ModelError: the file is missing, truncated, of something else, of another kind of model,
            of a later version of the format, or reads the vectors of another encoder.
        ChecksumError: its arrays or settings are not those that were saved.
    """
    file, header, data = _read(path)
    about = _about(file, header)
    if about.kind != kind:
        raise ModelError(f"{file} holds a {about.kind}; expected a {kind}.")
    if encoder is not None and about.encoder is not None and about.encoder != encoder:
        raise ModelError(
            f"{file} reads vectors of {brief(about.encoder)}; got {encoder}.",
            cure=f"Set the embedder it was trained on, or train it on {encoder}.",
        )
    try:
        arrays = load(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{file} is truncated or corrupt: {error}.", cure=RETRAIN) from None
    found = _checksum(about, arrays)
    if found != about.checksum:
        raise ChecksumError(
            f"{file} has the checksum {found}; expected {about.checksum}.", cure=RETRAIN
        )
    return Saved(about=about, arrays=arrays)


def load_packaged(kind: Kind, checksum: str, *, encoder: str | None = None) -> Saved:
    """Return the model that comes with the installation.

    Raises:
        ModelError: its file is damaged, or it reads the vectors of another encoder.
        ChecksumError: it is a whole model, but not the one that this version was released with.
    """
    packaged = resources.files("recenter.models").joinpath("weights", f"{kind}.safetensors")
    with resources.as_file(packaged) as path:
        saved = load_model(path, kind, encoder=encoder)
    if saved.about.checksum != checksum:
        raise ChecksumError(
            f"the packaged {kind} has the checksum {saved.about.checksum}; expected {checksum}.",
            cure="Install the package again.",
        )
    return saved


def about_model(path: Path) -> About:
    """Return what a file, or the folder that `recenter train` wrote, says of itself.

    Its arrays are not read; `load_model` checks them.

    Raises:
        ModelError: the file is missing, truncated, of something else or of a later format.
    """
    file, header, _ = _read(path)
    return _about(file, header)


def _read(path: Path) -> tuple[Path, bytes, bytes]:
    """Return the file, its header and all of it; what is none of ours is not read to its end."""
    file = path / FILE if path.is_dir() else path
    try:
        with file.open("rb") as data:
            begun = data.read(_SIZE)
            size = int.from_bytes(begun, "little")
            if len(begun) < _SIZE or size > _LONGEST_HEADER:
                return file, b"", begun
            header = data.read(size)
            return file, header, begun + header + (data.read() if _is_ours(header) else b"")
    except OSError as error:
        raise ModelError(
            f"the model {path} cannot be read: {error.strerror}.",
            cure=f"Name a folder that `recenter train` wrote; it holds a {FILE}.",
        ) from None


def _is_ours(header: bytes) -> bool:
    return f'"{_KEY}"'.encode() in header


def _about(file: Path, header: bytes) -> About:
    """Read the header by itself, so that a later format is named before its arrays are read."""
    foreign = f"{file} is not a trained model of Recenter"
    try:
        told = msgspec.json.decode(header, type=dict[str, Any])["__metadata__"][_KEY].encode()
    except (
        msgspec.DecodeError,
        KeyError,
        TypeError,
        AttributeError,
        UnicodeDecodeError,
        RecursionError,
    ):
        raise ModelError(f"{foreign}, or only a part of one.", cure=RETRAIN) from None
    return decode_record(
        told, About, file=file, newest=FORMAT, foreign=foreign, kinds=get_args(Kind), cure=RETRAIN
    )


def decode_record(
    data: bytes,
    kind: type[T],
    *,
    file: Path,
    newest: int,
    foreign: str,
    kinds: Sequence[str],
    cure: str,
) -> T:
    """Return what a model says of itself in JSON; a later format is named before it is read.

    `foreign` says that the file is none of ours, and `kinds` which kinds there are.

    Raises:
        ModelError: it is not such a record, or of a format later than `newest`.
    """
    try:
        version = msgspec.json.decode(data, type=dict[str, Any])["format"]
    except (msgspec.DecodeError, KeyError, UnicodeDecodeError, RecursionError):
        raise ModelError(f"{foreign}, or only a part of one.", cure=cure) from None
    if not isinstance(version, int) or version > newest:
        raise ModelError(
            f"{file} has format {brief(version)}; this version of Recenter reads up to {newest}.",
            cure="Install a later version of Recenter.",
        )
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise ModelError(f"{foreign} ({', '.join(kinds)}): {error}.", cure=cure) from None


def brief(told: object) -> str:
    """Return what a file says of itself as one short line, whatever it says."""
    line = repr(told)
    return line if len(line) <= _BRIEF else f"{line[:_BRIEF]}…"


def _checksum(about: About, arrays: Mapping[str, NDArray[Any]]) -> str:
    whole = hashlib.sha256(digest(msgspec.structs.replace(about, checksum="")).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        whole.update(f"{name} {array.dtype} {array.shape}\n".encode())
        whole.update(array.tobytes())
    return whole.hexdigest()
