"""Embedding models behind any endpoint in the form of OpenAI's."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.config import Settings
from recenter.errors import UnreadableAnswerError
from recenter.models.providers import Endpoint, find_endpoint
from recenter.models.transport import Patience, Transport

_EMBEDDED_AT_ONCE = 64


class HttpEmbedder:
    """An embedding model behind an endpoint."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._endpoint = endpoint
        self._transport = Transport(endpoint, patience=patience, sleep=sleep)

    @property
    def name(self) -> str:
        """`provider:model`, or `http:MODEL@URL`."""
        return self._endpoint.name

    @property
    def base_url(self) -> str:
        """Address of the endpoint: the same name may stand for another model elsewhere."""
        return self._endpoint.base_url

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text; (0, 0) where there are no texts.

        Raises:
            UnreadableAnswerError: the vectors are not one per text, finite and of one length;
                the other kinds of ModelError as `transport`.
        """
        parts = [
            self._part(texts[start : start + _EMBEDDED_AT_ONCE])
            for start in range(0, len(texts), _EMBEDDED_AT_ONCE)
        ]
        if len({part.shape[1] for part in parts}) > 1:
            raise UnreadableAnswerError(f"{self.name} gave vectors of different lengths.")
        return np.concatenate(parts) if parts else np.empty((0, 0), np.float32)

    def _part(self, texts: Sequence[str]) -> NDArray[np.float32]:
        # Some endpoints refuse an empty text; a blank one means the same.
        body = {"model": self._endpoint.model, "input": [text or " " for text in texts]}
        answer = self._transport.post("/embeddings", body)
        try:
            data = msgspec.convert(answer, _Embeddings).data
        except msgspec.ValidationError as error:
            raise UnreadableAnswerError(f"{self.name} gave no vectors: {error}.") from None
        data = sorted(data, key=lambda each: each.index)
        lengths = {len(each.embedding) for each in data}
        if [each.index for each in data] != list(range(len(texts))) or len(lengths) != 1:
            raise UnreadableAnswerError(f"{self.name} did not give one vector per text.")
        matrix = np.asarray([each.embedding for each in data], np.float64)
        norms = np.linalg.norm(matrix, axis=1, keepdims=True)
        if not (np.isfinite(norms).all() and (norms > 0).all()):
            raise UnreadableAnswerError(f"{self.name} gave a vector without a direction.")
        return np.asarray(matrix / norms, np.float32)


class _Embedding(msgspec.Struct, frozen=True):
    index: int
    embedding: list[float]


class _Embeddings(msgspec.Struct, frozen=True):
    data: list[_Embedding]


def embedder_from_name(name: str, settings: Settings) -> HttpEmbedder:
    """Return the embedder of `provider:model` or `http:MODEL@URL`.

    Raises:
        ConfigError: the provider is unknown or its key is not set.
    """
    return HttpEmbedder(find_endpoint(name, settings))
