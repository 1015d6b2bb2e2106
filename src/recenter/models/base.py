"""The three protocols that a model can have: chat, embeddings, scores of text pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.records import Message, Usage


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One question to a chat model: everything that the answer may depend on."""

    messages: tuple[Message, ...]
    schema: Mapping[str, Any] | None = None
    """JSON schema that the answer must satisfy; None for free text."""
    temperature: float = 0.0
    max_tokens: int = 1024
    seed: int | None = None
    person: str | None = None
    """Whom the texts are about. Not sent; a cached answer is filed under it and forgotten
    with the person."""


class ChatReply(msgspec.Struct, frozen=True, kw_only=True):
    """A complete answer. A call that failed or was cut short raises instead."""

    text: str
    data: Any = None
    """The answer parsed and checked against the schema, where the request had one."""
    usage: Usage = Usage(calls=1)


class ChatModel(Protocol):
    """Answers messages."""

    @property
    def name(self) -> str:
        """`provider:name`, as it stands in signatures."""

    def chat(self, request: ChatRequest) -> ChatReply:
        """Return the complete answer.

        Raises:
            ModelError: any of its kinds; never an empty answer in place of a failure.
        """

    def stream(self, request: ChatRequest) -> Iterator[str]:
        """Yield the pieces of a free-text answer as they come; raises as `chat` does."""


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """`provider:name`, with the hash of the weights where they are local."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text, shape (len(texts), dimensions)."""


class PairScorer(Protocol):
    """Scores pairs of texts, such as (prompt, attribute)."""

    @property
    def name(self) -> str:
        """`provider:name`, with the hash of the weights where they are local."""

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Return one number in [0, 1] per pair, shape (len(pairs),)."""
