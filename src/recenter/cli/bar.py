"""Progress as a bar on a terminal, and as nothing elsewhere."""

from __future__ import annotations

from types import TracebackType

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


class Bar:
    """A bar on standard error for each piece of work; use it in a `with` statement."""

    def __init__(self) -> None:
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

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def start(self, what: str, total: int | None) -> None:
        """Begin another bar under those that are done."""
        if self._task is not None and self._progress.tasks[self._task].total is None:
            # Of unknown length until now: it would move on beside the next one for ever.
            self._progress.update(self._task, total=1, completed=1)
        self._task = self._progress.add_task(what, total=total)

    def advance(self, steps: int = 1) -> None:
        """Move the latest bar on."""
        if self._task is not None:
            self._progress.advance(self._task, steps)
