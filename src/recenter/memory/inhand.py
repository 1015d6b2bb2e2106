"""How many answers are being decided, for who should give way to them."""

from __future__ import annotations

import threading


class InHand:
    """Counts what is in hand. Threads share it."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def begin(self) -> None:
        """Count one more."""
        with self._changed:
            self._count += 1

    def end(self) -> None:
        """Count one less."""
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is in hand; False where something still is after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._count, seconds)
