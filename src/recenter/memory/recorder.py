"""Keeps receipts off the path of answers: written by a thread, in order, lost only with the
process.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from recenter.forking import begins_anew

_MOST = 10_000
_log = logging.getLogger("recenter.memory")


class Recorder:
    """Does small jobs one after the other, in a thread that begins with the first.

    A child made by fork starts with nothing to do: what waited is its parent's.
    """

    def __init__(self) -> None:
        self.dropped = 0
        """Jobs that were refused because too many waited, or failed."""
        self.begin()
        begins_anew(self)

    def begin(self) -> None:
        """Have nothing to do and no thread."""
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue(_MOST)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def put(self, job: Callable[[], None]) -> None:
        """Have a job done soon; where too many wait it is dropped and counted."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="recenter-recorder", daemon=True
                )
                self._thread.start()
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            self.dropped += 1

    def flush(self) -> None:
        """Wait until all that was put is done."""
        if self._thread is not None:
            self._jobs.join()

    def close(self) -> None:
        """Do what waits, and end."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join()

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                if job is None:
                    return
                job()
            # Whatever it is: a thread that ended would leave all that comes later undone.
            except Exception as error:  # noqa: BLE001
                self.dropped += 1
                _log.warning("a receipt was not kept: %s", type(error).__name__)
            finally:
                self._jobs.task_done()
