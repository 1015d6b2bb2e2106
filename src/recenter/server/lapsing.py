"""A thread that removes, hour by hour, what has lapsed."""

from __future__ import annotations

import logging
import threading

from recenter.errors import RecenterError
from recenter.memory import Memory

HOUR = 3600.0
_log = logging.getLogger("recenter.server")


class Lapsing:
    """Applies retention at the start, then after every pause of so many seconds."""

    def __init__(self, memory: Memory, *, seconds: float = HOUR) -> None:
        self._memory, self._seconds = memory, seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recenter-lapsing", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round in hand."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._once()
            except RecenterError as error:
                _log.warning("retention: %s; tried again next time", type(error).__name__)
            except Exception:  # noqa: BLE001 - or no other round would follow
                _log.exception("retention: failed; tried again next time")
            self._over.wait(self._seconds)

    def _once(self) -> None:
        people = self._memory.lapse()["people"]
        if people:
            _log.info("retention: something of %d people has lapsed and was removed", people)
