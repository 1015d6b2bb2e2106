"""Runs a command that nobody vouches for: rows in, lines out, bounded in time and in size."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO, NamedTuple

MOST_BYTES = 64 << 20
"""That a command may write before it is stopped."""

_PIECE, _TAIL, _LONGEST = 1 << 16, 1 << 14, 200
_LOOK, _DRAIN = 0.05, 5.0


class Ran(NamedTuple):
    """What a command wrote, and how it ended."""

    lines: tuple[bytes, ...]
    """Of standard output, whole ones alone where the command was stopped; no blank ones."""
    why: str | None
    """Why it did not end well; None where it did."""
    last_words: str
    """The last line of standard error, control characters escaped; may hold anything."""


def run_command(
    command: Sequence[str],
    rows: bytes,
    *,
    environment: Mapping[str, str],
    seconds: float,
    most: int = MOST_BYTES,
    told: Callable[[int], None] = lambda _: None,
) -> Ran:
    """Run a command without a shell, and end it with all it started, whatever happens.

    Args:
        command: program and arguments.
        rows: what it is given on standard input.
        environment: added to that of this process.
        seconds: after which it is stopped; what it wrote until then counts.
        most: bytes of standard output after which it is stopped.
        told: called with the number of lines that came, from another thread.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own command, and no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
            # A group of its own: its children are found by it, and Ctrl-C reaches us alone.
            start_new_session=True,
        )
    except OSError as error:
        return Ran((), f"it could not be started: {error.strerror}", "")
    talk = _Talk(process, rows, most, told)
    try:
        why = talk.wait(seconds)
    finally:
        _end(process)
        talk.join()
    why = talk.too_much() or why
    stopped = why is not None
    if why is None and process.returncode:
        why = _status(process.returncode)
    return Ran(_lines(talk.out, whole=stopped), why, _last(talk.err))


class _Talk:
    """The three pipes of a command, each with a thread: none of them can hold up another."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        rows: bytes,
        most: int,
        told: Callable[[int], None],
    ) -> None:
        self.out, self.err = bytearray(), bytearray()
        self._process, self._most, self._told = process, most, told
        self._full = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(rows,), daemon=True),
            threading.Thread(target=self._read, daemon=True),
            threading.Thread(target=self._hear, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def wait(self, seconds: float) -> str | None:
        """Return None once it has ended or wrote too much, or else why it must be stopped."""
        until = time.monotonic() + seconds
        while not self._full.is_set():
            if time.monotonic() > until:
                return f"it was stopped after {seconds:g} seconds"
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_LOOK)
                break
        return None

    def join(self) -> None:
        """Take what is left in the pipes; whoever still holds one open is not waited for."""
        for thread in self._threads:
            thread.join(_DRAIN)

    def too_much(self) -> str | None:
        """Return that it wrote too much, if it did."""
        return f"it was stopped after {self._most:,} bytes" if self._full.is_set() else None

    def _write(self, rows: bytes) -> None:
        # It may end without reading on; that shows in what it answers.
        with contextlib.suppress(OSError), _open(self._process.stdin) as pipe:
            pipe.write(rows)

    def _read(self) -> None:
        with _open(self._process.stdout) as pipe:
            while piece := os.read(pipe.fileno(), _PIECE):
                if len(self.out) + len(piece) > self._most:
                    self._full.set()
                    return
                self.out += piece
                self._told(piece.count(b"\n"))

    def _hear(self) -> None:
        with _open(self._process.stderr) as pipe:
            while piece := os.read(pipe.fileno(), _PIECE):
                self.err += piece
                del self.err[:-_TAIL]


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("a pipe was asked for and is not there")
    return pipe


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a command and its group, which outlives it where a child does."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _status(code: int) -> str:
    if code > 0:
        return f"it ended with status {code}"
    try:
        return f"it was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was ended by signal {-code}"


def _lines(out: bytearray, *, whole: bool) -> tuple[bytes, ...]:
    lines = bytes(out).split(b"\n")
    # What was cut off in the middle is no answer.
    return tuple(line for line in (lines[:-1] if whole else lines) if line.strip())


def _last(err: bytearray) -> str:
    lines = [line for line in err.decode("utf-8", "replace").splitlines() if line.strip()]
    return escaped(lines[-1].strip()) if lines else ""


def escaped(text: str) -> str:
    """Return text of a stranger on one line, short, without anything a terminal would obey."""
    shown = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
