"""Answers of a real model in a file, given again without it: for tests and for sharing runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from recenter.config import Settings
from recenter.errors import ConfigError, ModelError
from recenter.formats import decode, encode
from recenter.models.base import ChatModel, ChatReply, ChatRequest
from recenter.provenance import digest
from recenter.records import Usage


class _Line(msgspec.Struct, frozen=True):
    """One answer. The request is not kept, only its digest; the answer may quote it."""

    key: str
    model: str
    text: str
    data: object = None


class RecordedChat:
    """Gives the recorded answer to a request; with a model, asks it for what is not recorded.

    The name is that of the model which answered, so that a replay makes the same records. The
    same request always has the same answer. Failures are not recorded.
    """

    def __init__(self, path: str | Path, *, model: ChatModel | None = None) -> None:
        self._path = Path(path)
        self._model = model
        self._lock = threading.Lock()
        lines = _read(self._path, missing_ok=model is not None)
        self._lines = {line.key: line for line in lines}
        names = {line.model for line in lines} | ({model.name} if model else set())
        if len(names) != 1:
            told = f"answers of {' and '.join(sorted(names))}" if names else "no answers"
            raise ConfigError(
                f"{self._path} holds {told}; a recording is of one model.",
                cure="Record another model in another file.",
            )
        (self._name,) = names

    @property
    def name(self) -> str:
        """Name of the model that answered."""
        return self._name

    def chat(self, request: ChatRequest) -> ChatReply:
        """Return the recorded answer, or record one.

        Raises:
            ModelError: it is not recorded, and there is no model to ask.
        """
        key = _key(request)
        line = self._lines.get(key)
        if line is not None:
            return ChatReply(text=line.text, data=line.data, usage=Usage(calls=1, cached=1))
        if self._model is None:
            raise ModelError(
                f"{self._path} holds no answer to this request of {self._name} ({key}): the "
                "prompt or the settings have changed since it was recorded.",
                cure="Record it: RecordedChat(path, model=load_chat(...)).",
            )
        reply = self._model.chat(request)
        line = _Line(key=key, model=self._name, text=reply.text, data=reply.data)
        with self._lock:
            if key not in self._lines:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(encode(line) + "\n")
                self._lines[key] = line
        return reply

    def stream(self, request: ChatRequest) -> Iterator[str]:
        """Yield the recorded answer in one piece."""
        yield self.chat(request).text


def _key(request: ChatRequest) -> str:
    # Not by person: whoever replays has other pseudonyms.
    schema = None if request.schema is None else encode(request.schema)
    return digest("recorded", msgspec.structs.replace(request, schema=None, person=None), schema)


def _read(path: Path, *, missing_ok: bool) -> list[_Line]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        if missing_ok:
            return []
        raise ConfigError(f"there is no recording {path}.") from None
    lines = text.split("\n")
    return [
        decode(line, _Line, file=str(path), number=number)
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]


def chat_from_name(name: str, _settings: Settings) -> RecordedChat:
    """Return the model of `recorded:FILE.jsonl`, which only replays.

    Raises:
        ConfigError: there is no such file, or it holds the answers of several models.
        InputError: a line of it is not a recorded answer.
    """
    return RecordedChat(name.partition(":")[2])
