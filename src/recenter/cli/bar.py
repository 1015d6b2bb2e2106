"""Progress as a bar on a terminal, and as a line now and then elsewhere."""

from __future__ import annotations

import signal
import threading
import time
from types import TracebackType

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

GOES_ON = "Stopped. What is done is kept; the same command goes on from there."
NOTHING_KEPT = "Stopped. Nothing was written; the same command begins again."
_EVERY = 30.0


class Bar:
    """A bar on standard error for each piece of work; use it in a `with` statement.

    Where standard error is no terminal, a line every 30 seconds says how far the work is.
    """

    def __init__(self, *, stopped: str | None = None) -> None:
        """Draw nothing yet; `stopped` is told when Ctrl-C ends the work."""
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._stopped = stopped
        self._lines = None if console.is_terminal else _Lines()

    def __enter__(self) -> Bar:
        self._progress.start()
        if self._lines is not None:
            self._lines.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._lines is not None:
            self._lines.stop()
        self._progress.stop()
        if self._stopped is not None and kind is KeyboardInterrupt:
            click.echo(f"\n{self._stopped}", err=True)

    def start(self, what: str, total: int | None) -> None:
        """Begin another bar under those that are done."""
        if self._task is not None and self._progress.tasks[self._task].total is None:
            # Of unknown length until now: it would move on beside the next one for ever.
            self._progress.update(self._task, total=1, completed=1)
        self._task = self._progress.add_task(what, total=total)
        if self._lines is not None:
            self._lines.begin(what, total)

    def advance(self, steps: int = 1) -> None:
        """Move the latest bar on."""
        if self._task is not None:
            self._progress.advance(self._task, steps)
        if self._lines is not None:
            self._lines.done += steps


class _Lines:
    """Says on standard error how far work is, from a thread of its own: a step may take long."""

    def __init__(self) -> None:
        self.done = 0
        self._what: str | None = None
        self._total: int | None = None
        self._began = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def stop(self) -> None:
        """Tell nothing more."""
        self._over.set()
        self._thread.join()

    def begin(self, what: str, total: int | None) -> None:
        """Count another piece of work from nothing."""
        self.done, self._total, self._what = 0, total, what

    def _run(self) -> None:
        # Ctrl-C is for the thread that works: one that waits for input would not hear of it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        while not self._over.wait(_EVERY):
            if self._what is None:
                continue
            of = f" of {self._total:,}" if self._total is not None else ""
            count = f"{self.done:,}{of}, " if self.done or of else ""
            click.echo(f"{self._what}: {count}{time.monotonic() - self._began:.0f} s", err=True)
