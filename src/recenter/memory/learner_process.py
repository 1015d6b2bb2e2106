"""The process that `Apart` starts: learns until its standard input ends."""

from __future__ import annotations

import logging
import os
import signal
import sys

import msgspec

from recenter.memory.apart import Begun
from recenter.memory.engine import Engine
from recenter.memory.queue import Worker
from recenter.store import open_store
from recenter.text.forgetting import forget_texts

_PATIENCE = 15
"""Of 19: how far learning stands back on a processor that others want."""


def main() -> None:
    """Learn. The first line of standard input is a `Begun`, each other one wakes.

    What goes wrong is written to standard output, a line each, without anybody's words.
    """
    # What ends a whole group reaches both; the other process ends this one in order.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.SIG_IGN)
    if hasattr(os, "nice"):  # Not on Windows.
        os.nice(_PATIENCE)
    # Of all loggers: a record that finds no handler is printed, with what its error says.
    logging.getLogger().addHandler(logging.NullHandler())
    begun = msgspec.json.decode(sys.stdin.buffer.readline(), type=Begun)
    engine = Engine(begun.config)
    worker = Worker(
        lambda: open_store(engine.settings.store_url),
        lambda _: engine.learner,
        failed=_say,
        # Nobody tells this process who is forgotten.
        told=lambda *_: forget_texts(),
        again=begun.again,
    )
    worker.start()
    for _ in sys.stdin.buffer:
        worker.wake()
    worker.stop()
    engine.close()


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
