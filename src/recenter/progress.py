"""Progress of long work, as a callback that the edge draws and everything below only calls."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of finished work; draws a bar on a terminal, prints or does nothing elsewhere."""

    def start(self, what: str, total: int | None) -> None:
        """Begin a piece of work of `total` steps, or of unknown length."""

    def advance(self, steps: int = 1) -> None:
        """Say that some steps are done."""


class Silent:
    """Progress that nobody watches."""

    def start(self, what: str, total: int | None) -> None:
        """Do nothing."""

    def advance(self, steps: int = 1) -> None:
        """Do nothing."""
