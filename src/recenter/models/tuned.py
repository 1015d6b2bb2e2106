"""Fine-tuned encoders on disk: a folder of safetensors and tokenizer, with a record of it all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from recenter import __version__
from recenter.errors import ChecksumError, ModelError
from recenter.models.saved import decode_record
from recenter.provenance import digest

FORMAT = 1
"""Version of the layout; a folder of a later one is refused."""

RECORD = "recenter.json"
"""Name of the file that makes a folder one of these."""

CARD = "card.md"
"""Name of the model card, the only file that may be changed by hand."""

Kind = Literal["selector", "verifier"]

_AGAIN = "Fine-tune it again with `recenter finetune`."


class Calibration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From a logit to a probability: 1 / (1 + exp(-(slope x logit + shift)))."""

    slope: float
    shift: float


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a fine-tuned encoder is, beside its weights."""

    kind: Kind
    checksum: str
    """Of everything else said here, the hashes of the files among it."""
    base: str
    """Name of the encoder it began as."""
    files: Mapping[str, str]
    """sha256 of each file of the folder by its name, but for this record and the card."""
    calibration: Calibration
    threshold: float
    """Least probability at which a pair is decided yes: relevant, or problematic."""
    hold: float
    """Least probability at which a statement is not accepted; of a verifier alone."""
    max_length: int
    """Tokens of a pair that are read."""
    trained: Mapping[str, Any] = {}
    """How: recipe, data, what was measured."""
    form: Literal["cross-encoder"] = "cross-encoder"
    format: int = FORMAT
    code: str = __version__
    """Version of Recenter that trained it."""

    @property
    def name(self) -> str:
        """`finetuned:KIND@` and the first digits of the checksum, as it stands in signatures."""
        return f"finetuned:{self.kind}@{self.checksum[:8]}"


def is_tuned(path: Path) -> bool:
    """Return whether a folder says of itself that it holds a fine-tuned encoder."""
    return (path / RECORD).is_file()


def write_about(folder: Path, about: About) -> About:
    """Write the record of a folder, with the hashes of its files; return it.

    Raises:
        OSError: it cannot be written.
    """
    whole = msgspec.structs.replace(about, files=_hashes(folder))
    whole = msgspec.structs.replace(whole, checksum=_checksum(whole))
    data = msgspec.json.format(msgspec.json.encode(whole, order="sorted"), indent=2)
    (folder / RECORD).write_bytes(data + b"\n")
    return whole


def read_about(folder: Path, kind: Kind) -> About:
    """Return the record of a folder whose files are those that were saved.

    Raises:
        ModelError: the folder is missing, of something else, of another kind, of a later version
            of the format, or holds a file that it was not saved with.
        ChecksumError: a file is missing or changed, or the record is.
    """
    try:
        data = (folder / RECORD).read_bytes()
    except OSError as error:
        raise ModelError(
            f"the model {folder} cannot be read: {error.strerror}.",
            cure=f"Name a folder that `recenter finetune` wrote; it holds a {RECORD}.",
        ) from None
    about = _decoded(folder / RECORD, data)
    if about.kind != kind:
        raise ModelError(f"{folder} holds a {about.kind}; expected a {kind}.")
    if _checksum(about) != about.checksum:
        raise ChecksumError(f"{folder / RECORD} was changed since it was saved.", cure=_AGAIN)
    found = _hashes(folder)
    # What else lies there could be read as a part of the tokenizer.
    if strange := sorted(found.keys() - about.files.keys()):
        raise ModelError(
            f"{folder} holds {strange[0]}, which was not saved with it.", cure="Take it away."
        )
    for name, sha256 in about.files.items():
        if found.get(name) != sha256:
            state = "was changed" if name in found else "is missing"
            raise ChecksumError(f"{folder / name} {state} since it was saved.", cure=_AGAIN)
    return about


def _decoded(file: Path, data: bytes) -> About:
    foreign = f"{file} is not the record of a fine-tuned model of Recenter"
    return decode_record(
        data, About, file=file, newest=FORMAT, foreign=foreign, kinds=get_args(Kind), cure=_AGAIN
    )


def _checksum(about: About) -> str:
    return digest(msgspec.structs.replace(about, checksum=""))


def _hashes(folder: Path) -> dict[str, str]:
    """Return the sha256 of each file; a folder in the folder counts as a file without one."""
    return {
        path.name: _sha256(path) if path.is_file() else ""
        for path in sorted(folder.iterdir())
        if path.name not in (RECORD, CARD) and not path.name.startswith(".")
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
