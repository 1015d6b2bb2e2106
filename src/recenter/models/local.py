"""The small instruct model on this machine, in a server that is started when it is needed."""

from __future__ import annotations

import functools
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from importlib import util
from pathlib import Path
from types import TracebackType
from typing import IO, TypeVar

from recenter.config import Price, Settings
from recenter.errors import ConfigError, MissingExtraError, ModelTimeoutError, ModelUnavailableError
from recenter.models.base import ChatReply, ChatRequest
from recenter.models.http import HttpChat
from recenter.models.local_weights import check_weights, weights_path
from recenter.models.providers import Endpoint
from recenter.models.transport import Patience

NAME = "local:smollm2"
NOTE = (
    "Written by SmolLM2, a model of 135 million parameters, which shows that the parts fit "
    "together and no more: it ignores facts and invents others."
)
"""To be shown with every reply of this model."""

_CONTEXT = 4096
_TOLD = 400
_FREE = Price(prompt=0, completion=0)
# One request after another: the wait for an answer includes that for the ones before it.
_PATIENCE = Patience(connect=5, read=600, total=600, attempts=1)

T = TypeVar("T")


class LocalServer:
    """A llama.cpp server in a child process, on a free port of this machine only.

    Started by `endpoint` and again if it has died; stopped by `stop`, a `with` statement, or the
    end of this process, however that comes. May be used from several threads.
    """

    def __init__(self, weights: Path, *, start_within: float = 60) -> None:
        self._weights = weights
        self._start_within = start_within
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._errors: IO[bytes] | None = None
        self._endpoint: Endpoint | None = None
        self._finalizer: weakref.finalize[..., LocalServer] | None = None

    def __enter__(self) -> LocalServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """Process of the server, while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if self._process is not None and running else None

    def endpoint(self) -> Endpoint:
        """Return where the server listens, after starting it if it does not run.

        Raises:
            ModelError: the weights are missing or wrong, or the server did not start.
        """
        with self._lock:
            if self.pid is None or self._endpoint is None:
                self._release()
                check_weights(self._weights)
                self._endpoint = self._start()
            return self._endpoint

    def stop(self) -> None:
        """End the server. It starts again when it is asked for."""
        with self._lock:
            self._release()

    def death(self) -> str | None:
        """Return how the server ended and its last words; None while it runs."""
        with self._lock:
            if self._process is None or self._process.poll() is None:
                return None
            return f"its server ended with status {self._process.returncode}. {self._last_words()}"

    def _start(self) -> Endpoint:
        key = secrets.token_hex(16)
        # A file and not a pipe: nobody reads along, and a full pipe would stop the server.
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the server
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "recenter.models.local_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,
        )
        self._finalizer = weakref.finalize(self, _end, self._process, os.getpid())
        asked = {"model": str(self._weights), "context": _CONTEXT, "key": key}
        address = self._handshake(self._process, json.dumps(asked))
        return Endpoint(name=NAME, model="smollm2", base_url=f"{address}/v1", key=key, price=_FREE)

    def _handshake(self, process: subprocess.Popen[str], asked: str) -> str:
        said: list[str] = []

        def talk() -> None:
            if process.stdin is None or process.stdout is None:
                return
            try:
                process.stdin.write(asked + "\n")
                process.stdin.flush()
                said.append(process.stdout.readline())
            except (BrokenPipeError, ValueError):
                pass

        talker = threading.Thread(target=talk, daemon=True)
        talker.start()
        talker.join(self._start_within)
        if talker.is_alive():
            self._release()
            raise ModelTimeoutError(f"{NAME} did not start within {self._start_within:g} s.")
        try:
            return str(json.loads(said[0])["address"])
        except (IndexError, ValueError):
            words = self._last_words()
            self._release()
            raise ModelUnavailableError(f"{NAME} did not start. {words}") from None

    def _last_words(self) -> str:
        if self._errors is None:
            return ""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _TOLD))
        text = self._errors.read().decode("utf-8", "replace")
        return " ".join("".join(c if c.isprintable() else " " for c in text).split())

    def _release(self) -> None:
        if self._finalizer is not None:
            self._finalizer()
        if self._errors is not None:
            self._errors.close()
        self._process = self._errors = self._endpoint = self._finalizer = None


def _end(process: subprocess.Popen[str], owner: int) -> None:
    if os.getpid() != owner:
        return  # A fork of the owner ended, and not the owner.
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


class LocalChat:
    """SmolLM2-135M-Instruct. Its replies prove that the parts work together, nothing else."""

    price = _FREE

    def __init__(self, server: LocalServer) -> None:
        self._server = server
        self._chat: HttpChat | None = None
        self._endpoint: Endpoint | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """`local:smollm2`."""
        return NAME

    def chat(self, request: ChatRequest) -> ChatReply:
        """Return the complete answer; starts the server if need be.

        Raises:
            ModelUnavailableError: the server could not start, or died; the next call starts it
                again. The other kinds of ModelError as `HttpChat`.
        """
        return self._while_alive(lambda: self._client().chat(request))

    def stream(self, request: ChatRequest) -> Iterator[str]:
        """Yield the pieces of a free-text answer as they come; raises as `chat`."""
        pieces = self._while_alive(lambda: self._client().stream(request))
        while (piece := self._while_alive(lambda: next(pieces, None))) is not None:
            yield piece

    def _while_alive(self, step: Callable[[], T]) -> T:
        try:
            return step()
        except ModelUnavailableError as error:
            time.sleep(0.05)  # A process that was killed is seen to be dead a little later.
            death = self._server.death()
            if death is None:
                raise
            raise ModelUnavailableError(f"{NAME}: {death}") from error

    def _client(self) -> HttpChat:
        endpoint = self._server.endpoint()
        with self._lock:
            if self._chat is None or endpoint is not self._endpoint:
                self._endpoint = endpoint
                self._chat = HttpChat(endpoint, patience=_PATIENCE)
            return self._chat


@functools.cache
def _server(weights: Path) -> LocalServer:
    return LocalServer(weights)


def chat_from_name(name: str, settings: Settings) -> LocalChat:
    """Return the model of `local:smollm2`; all of a process share one server.

    Raises:
        ConfigError: there is no other local model.
        MissingExtraError: the `local` extra is not installed.
        ModelError: the weights are not there.
    """
    if name != NAME:
        raise ConfigError(f"{name!r} is not a local model; the one there is, is `{NAME}`.")
    if util.find_spec("xllamacpp") is None:
        raise MissingExtraError(f"`{NAME}`", "local")
    weights = weights_path(settings.home)
    check_weights(weights)
    return LocalChat(_server(weights))
