"""A fine-tuned encoder that reads two texts at once and scores the pair.

Nogueira & Cho, "Passage Re-ranking with BERT" (2019): both texts in one sequence, one logit.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from scipy.special import expit

from recenter.errors import MissingExtraError, ModelError
from recenter.models.tuned import About, Kind, read_about

Floats = NDArray[np.float64]
Texts = tuple[str, str]

EXTRA = "finetune"
_AT_ONCE = 32


class Libraries(NamedTuple):
    """The packages of the extra, imported when they are needed."""

    torch: Any
    transformers: Any


class Encoder(NamedTuple):
    """An encoder with a head of one logit, and its tokenizer, as transformers has them."""

    model: Any
    tokenizer: Any
    max_length: int
    """Tokens of a pair that are read."""


def libraries(what: str) -> Libraries:
    """Return torch and transformers for what is about to be done, such as "Fine-tuning".

    Raises:
        MissingExtraError: one of them is not installed.
    """
    try:
        return Libraries(importlib.import_module("torch"), importlib.import_module("transformers"))
    except ImportError:
        raise MissingExtraError(what, EXTRA) from None


class CrossEncoder:
    """Scores pairs of texts by a fine-tuned encoder; a `PairScorer`. For several threads too."""

    def __init__(self, about: About, encoder: Encoder, libs: Libraries) -> None:
        self.about = about
        self._encoder = encoder
        self._libs = libs
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """`finetuned:KIND@` and the first digits of the checksum."""
        return self.about.name

    def score(self, pairs: Sequence[Texts]) -> Floats:
        """Return the calibrated probability of a yes for each pair, shape (len(pairs),).

        The order of the pairs changes nothing; what else is scored with one may, by rounding.
        """
        with self._lock:
            found = logits(self._libs, self._encoder, pairs)
        calibration = self.about.calibration
        scores: Floats = expit(calibration.slope * found + calibration.shift)
        return scores


def load_cross_encoder(path: Path, kind: Kind) -> CrossEncoder:
    """Return the model in a folder that `recenter finetune` wrote. Nothing is downloaded or run.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ModelError: see `read_about`; or transformers cannot read the folder.
        ChecksumError: a file is not the one that was saved.
    """
    libs = libraries("A fine-tuned model")
    about = read_about(path, kind)
    return CrossEncoder(about, open_encoder(libs, str(path), about.max_length, local=True), libs)


def open_encoder(libs: Libraries, name: str, max_length: int, *, local: bool) -> Encoder:
    """Return an encoder by name or folder, its head new where it has none for one logit.

    Only weights in safetensors are read, and no code that comes with them is run. With `local`
    nothing is asked of a network.

    Raises:
        ModelError: there is no such encoder, or it is of something else.
    """
    given = {"local_files_only": local, "trust_remote_code": False}
    auto = libs.transformers
    try:
        with quiet(libs):
            tokenizer = auto.AutoTokenizer.from_pretrained(name, **given)
            model = auto.AutoModelForSequenceClassification.from_pretrained(
                name, num_labels=1, use_safetensors=True, **given
            ).float()
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"the encoder {name} cannot be loaded: {first}",
            cure="Name a folder with config.json, model.safetensors and a tokenizer, or an encoder "
            "of the model hub that this machine can reach.",
        ) from error
    # The ends of what it can read: RoBERTa counts its positions from 2.
    longest = int(getattr(model.config, "max_position_embeddings", max_length + 2)) - 2
    limit = min(max_length, longest, int(min(tokenizer.model_max_length, 1e9)))
    return Encoder(model, tokenizer, limit)


def logits(libs: Libraries, encoder: Encoder, pairs: Sequence[Texts]) -> Floats:
    """Return the logit of each pair, shape (len(pairs),); equal pairs are read once."""
    # Texts of a length beside each other, so that little is padded, and in an order of their own.
    unique = sorted(set(pairs), key=lambda pair: (len(pair[0]) + len(pair[1]), pair))
    found: dict[Texts, float] = {}
    encoder.model.eval()
    with libs.torch.inference_mode():
        for start in range(0, len(unique), _AT_ONCE):
            batch = unique[start : start + _AT_ONCE]
            output = encoder.model(**tokens(encoder, batch)).logits[:, 0]
            found |= zip(batch, output.double().cpu().tolist(), strict=True)
    return np.asarray([found[pair] for pair in pairs], np.float64)


def tokens(encoder: Encoder, pairs: Sequence[Texts]) -> Any:
    """Return pairs as the tensors that the model takes, the longer text of each cut to fit."""
    one, other = ([_whole(text) for text in texts] for texts in zip(*pairs, strict=True))
    return encoder.tokenizer(
        one,
        other,
        padding=True,
        truncation="longest_first",
        max_length=encoder.max_length,
        return_tensors="pt",
    ).to(encoder.model.device)


def _whole(text: str) -> str:
    """Return a text without lone surrogates, which no tokenizer can take."""
    return text.encode("utf-8", "replace").decode()


@contextlib.contextmanager
def quiet(libs: Libraries) -> Iterator[None]:
    """Keep transformers from telling of new heads and drawing bars, and leave it as it was."""
    told = libs.transformers.utils.logging
    level, bars = told.get_verbosity(), told.is_progress_bar_enabled()
    told.set_verbosity_error()
    told.disable_progress_bar()
    try:
        yield
    finally:
        told.set_verbosity(level)
        if bars:
            told.enable_progress_bar()
