"""Models that say what they are told to, for tests of Recenter and of what is built on it."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.config import Settings
from recenter.errors import ConfigError, ModelError, UnreadableAnswerError
from recenter.models.answers import read_answer
from recenter.models.base import ChatReply, ChatRequest

Answer = str | Mapping[str, Any] | Sequence[Any] | Exception
"""Text, data that is sent as JSON, or an error that is raised."""


class ScriptedChat:
    """Gives the answers of a list in order, or those that a function makes of the requests.

    Answers to a request with a schema are read as those of a real model, once: what does not fit
    raises UnreadableAnswerError. May be called from several threads.
    """

    def __init__(
        self,
        answers: Sequence[Answer] | Callable[[ChatRequest], Answer],
        *,
        name: str = "scripted:test",
    ) -> None:
        self._answers = answers
        self._name = name
        self._lock = threading.Lock()
        self.requests: list[ChatRequest] = []
        """Every request so far, in order."""

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._name

    def chat(self, request: ChatRequest) -> ChatReply:
        """Return the next answer.

        Raises:
            ModelError: the list is at its end.
            UnreadableAnswerError: the answer is empty or does not fit the schema.
        """
        answer = self._next(request)
        if isinstance(answer, Exception):
            raise answer
        text = answer if isinstance(answer, str) else msgspec.json.encode(answer).decode()
        if not text.strip():
            raise UnreadableAnswerError("the scripted answer is empty.")
        shown = [message.content for message in request.messages]
        data = None if request.schema is None else read_answer(text, request.schema, shown=shown)
        return ChatReply(text=text, data=data)

    def stream(self, request: ChatRequest) -> Iterator[str]:
        """Yield the next answer word by word."""
        yield from re.findall(r"\s*\S+\s*?(?=\s|$)|\s+", self.chat(request).text)

    def _next(self, request: ChatRequest) -> Answer:
        with self._lock:
            self.requests.append(request)
            if callable(self._answers):
                return self._answers(request)
            number = len(self.requests)
            if number > len(self._answers):
                raise ModelError(
                    f"{self._name} has {len(self._answers)} answers and was asked {number} times.",
                    cure="Give it more answers, or a function that makes them.",
                )
            return self._answers[number - 1]


class ScriptedEmbedder:
    """Gives the vectors of a table or, without one, hashes the words of a text.

    Hashed vectors are the same everywhere, and texts that share words are near each other
    (Weinberger et al., "Feature hashing", 2009).
    """

    def __init__(
        self,
        vectors: Mapping[str, Sequence[float]] | None = None,
        *,
        dimensions: int = 64,
        name: str = "scripted:words",
    ) -> None:
        self._vectors = vectors
        self._dimensions = dimensions
        self._name = name

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text.

        Raises:
            ModelError: the table has no vector for a text.
        """
        rows = [self._vector(text) for text in texts]
        if not rows:
            return np.empty((0, self._dimensions), np.float32)
        matrix = np.asarray(rows, np.float64)
        lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
        return (matrix / np.where(lengths > 0, lengths, 1)).astype(np.float32)

    def _vector(self, text: str) -> Sequence[float] | NDArray[np.float64]:
        if self._vectors is not None:
            if text not in self._vectors:
                raise ModelError(f"{self._name} has no vector for {text!r}.")
            return self._vectors[text]
        vector = np.zeros(self._dimensions)
        vector[0] = 1e-3  # a text without words has a direction too
        for word in re.findall(r"\w+", text.lower()):
            data = word.encode("utf-8", errors="surrogatepass")
            number = int.from_bytes(hashlib.blake2b(data, digest_size=8).digest())
            vector[number % self._dimensions] += 1 if number >> 63 else -1
        return vector


def chat_from_name(name: str, _settings: Settings) -> ScriptedChat:
    """Return the model of `scripted:FILE.json`, a list of texts and objects.

    Raises:
        ConfigError: the file cannot be read or is not such a list.
    """
    answers = _read(name, list[str | dict[str, Any] | list[Any]])
    return ScriptedChat(answers, name=name)


def embedder_from_name(name: str, _settings: Settings) -> ScriptedEmbedder:
    """Return the embedder of `scripted:words`, which hashes, or of `scripted:FILE.json`, an
    object of vectors by text.

    Raises:
        ConfigError: the file cannot be read or is not such an object.
    """
    if name == "scripted:words":
        return ScriptedEmbedder()
    return ScriptedEmbedder(_read(name, dict[str, list[float]]), name=name)


def _read(name: str, kind: Any) -> Any:
    path = name.partition(":")[2]
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=kind)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path} is not a script for a model: {error}.") from None
