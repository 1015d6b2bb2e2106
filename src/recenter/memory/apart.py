"""Learning in a process of its own, so that it takes no time from those who answer."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import msgspec

from recenter.forking import begins_anew
from recenter.memory.config import MemoryConfig
from recenter.memory.queue import LEARN, SIGNATURE
from recenter.store import Store

_FIRST_PAUSE, _LONGEST_PAUSE, _POLL = 0.5, 60.0, 0.1
_WAKE = b"\n"

_log = logging.getLogger("recenter.memory")


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """What the process is told first."""

    config: MemoryConfig
    again: bool
    """Whether one before it ended by itself: then what failed is not tried anew."""


class Apart:
    """Has another process learn, which ends with this one; where it dies, another is started.

    In place of `recenter.memory.queue.Worker`, which learns in a thread.
    """

    def __init__(
        self, config: MemoryConfig, store: Callable[[], Store], *, failed: Callable[[str], None]
    ) -> None:
        self._config, self._store, self._failed = config, store, failed
        self.begin()
        begins_anew(self)

    def begin(self) -> None:
        """Have no process yet: that of a parent is the parent's."""
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, once; what an earlier process left is taken up."""
        with self._lock:
            if self._thread is None and not self._over.is_set():
                self._thread = threading.Thread(
                    target=self._run, name="recenter-apart", daemon=True
                )
                self._thread.start()

    def wake(self) -> None:
        """Say that something was put on the list."""
        self.start()
        with self._lock:
            self._write(_WAKE)

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is open; False where something still is after `seconds`."""
        self.start()
        until = time.monotonic() + seconds
        while self._is_open():
            if time.monotonic() > until:
                return False
            time.sleep(_POLL)
        return True

    def stop(self, seconds: float = 10.0) -> None:
        """End after the conversation in hand; what waits stays on the list."""
        with self._lock:
            self._over.set()
            process, thread = self._process, self._thread
            if process is not None and process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
        if thread is not None:
            thread.join(seconds)
        if process is not None and process.poll() is None:
            process.kill()

    def _is_open(self) -> bool:
        states = self._store().work.states(LEARN, signature=SIGNATURE)
        return bool(states["open"] or states["claimed"])

    def _write(self, data: bytes) -> None:
        # One that has just died is missed by the thread that reads it, and starts with all of it.
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.write(data)

    def _run(self) -> None:
        pause, first = _FIRST_PAUSE, True
        while not self._over.is_set():
            began = time.monotonic()
            # None could be started, or its end of a pipe broke.
            with contextlib.suppress(OSError):
                self._one_process(first)
            first = False
            if self._over.is_set():
                return
            self._say("the process that learns ended; another is started")
            lived = time.monotonic() - began > _LONGEST_PAUSE
            pause = _FIRST_PAUSE if lived else min(2 * pause, _LONGEST_PAUSE)
            self._over.wait(pause)

    def _one_process(self, first: bool) -> None:
        with self._lock:
            if self._over.is_set():
                return
            self._process = subprocess.Popen(
                [sys.executable, "-m", "recenter.memory.learner_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,  # What a process that died did not take is not written again.
            )
            # Not as arguments, which all of the machine can read: addresses hold passwords.
            begun = Begun(config=self._config, again=not first)
            self._write(msgspec.json.encode(begun) + b"\n")
            if self._process.stdin is not None:
                # Where it reads nothing more, nobody waits for it: it has been woken enough.
                os.set_blocking(self._process.stdin.fileno(), False)
        with self._process as process:
            for line in process.stdout or ():
                self._say(line.decode(errors="replace").rstrip())

    def _say(self, what: str) -> None:
        _log.warning("%s", what)
        self._failed(what)
