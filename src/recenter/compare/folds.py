"""Models that saw nothing of the people they read: one of several for each person.

Where a corpus is the one that extractor and verifier were trained on, they would look better on it
than on any other. Each fold's models were trained without its conversations. People of other
corpora are spread over the same models, so that every corpus is read by the same mixture.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from recenter.errors import InputError, ModelError
from recenter.models.base import Embedder
from recenter.models.clause_model import load_clause_model
from recenter.provenance import Signature, digest
from recenter.records import Conversation
from recenter.stages.extract import Extractor
from recenter.stages.extract_embedded import EmbeddedExtractor
from recenter.stages.verify import Verifier
from recenter.stages.verify_model import load_verifier
from recenter.stages.verify_trained import TrainedVerifier

FILE = "folds.json"


class FoldsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a folder of fold models says of itself."""

    folds: int
    conversations: Mapping[str, int]
    """Fold of each conversation that any of the models saw, by `Conversation.content`."""


class Readers(msgspec.Struct, frozen=True, kw_only=True):
    """Extractors and verifiers, pair by pair, and who is read by which."""

    extractors: tuple[Extractor, ...]
    verifiers: tuple[Verifier, ...]
    conversations: Mapping[str, int] = {}

    @property
    def signature(self) -> Signature:
        """Depends on all of them and on who is read by which."""
        both = [(e.signature, v.signature) for e, v in self.pairs]
        settings = digest(both, sorted(self.conversations.items()))
        if len(both) > 1:
            return Signature(model=f"{len(both)} folds@{settings[:8]}", settings=settings)
        models = dict.fromkeys(one.model for one in both[0] if one.model)
        return Signature(model="+".join(models) or None, settings=settings)

    @property
    def pairs(self) -> tuple[tuple[Extractor, Verifier], ...]:
        """The pair of each fold."""
        return tuple(zip(self.extractors, self.verifiers, strict=True))

    def of(self, person: str, conversations: Sequence[Conversation]) -> tuple[Extractor, Verifier]:
        """Return the pair that saw nothing of a person.

        Raises:
            InputError: conversations of the person are in several folds.
        """
        seen = (self.conversations.get(one.content) for one in conversations)
        known = sorted({fold for fold in seen if fold is not None})
        if len(known) > 1:
            raise InputError(
                f"{person!r} has conversations in the folds {known}; expected all of a person in "
                "one.",
                field="person",
                cure="Make the folds by person.",
            )
        spread = int(digest("fold", person), 16) % len(self.extractors)
        return self.pairs[known[0] if known else spread]


def alone(extractor: Extractor, verifier: Verifier) -> Readers:
    """Return readers of one pair for everybody."""
    return Readers(extractors=(extractor,), verifiers=(verifier,))


def names(fold: int) -> tuple[str, str]:
    """Return the file names of a fold's extractor and verifier."""
    return f"extractor-{fold}.npz", f"verifier-{fold}.safetensors"


def load_folds(folder: Path, embedder: Embedder) -> Readers:
    """Return the embedded extractors and trained verifiers of a folder.

    Raises:
        ModelError: the folder has no readable `folds.json`, or a model is missing or unreadable.
    """
    try:
        told = msgspec.json.decode((folder / FILE).read_bytes(), type=FoldsFile)
    except OSError as error:
        raise ModelError(
            f"{folder / FILE} cannot be read: {error.strerror}.",
            cure=f"Name a folder with {FILE} and the models of each fold.",
        ) from None
    except msgspec.DecodeError as error:
        raise ModelError(f"{folder / FILE} does not describe folds: {error}.") from None
    if told.folds < 1 or not set(told.conversations.values()) <= set(range(told.folds)):
        raise ModelError(
            f"{folder / FILE} names folds outside of 0 to {told.folds - 1}.",
            cure="Make the folds again.",
        )
    read = functools.partial(_pair, folder, embedder)
    pairs = [read(fold) for fold in range(told.folds)]
    return Readers(
        extractors=tuple(extractor for extractor, _ in pairs),
        verifiers=tuple(verifier for _, verifier in pairs),
        conversations=told.conversations,
    )


def _pair(folder: Path, embedder: Embedder, fold: int) -> tuple[Extractor, Verifier]:
    extractor, verifier = (folder / name for name in names(fold))
    return (
        EmbeddedExtractor(embedder, model=load_clause_model(extractor)),
        TrainedVerifier(embedder, load_verifier(verifier, encoder=embedder.name)),
    )
