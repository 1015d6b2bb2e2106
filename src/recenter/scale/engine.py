"""Where the work on shards is done: in this process, or by workers that Ray has started."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from recenter.errors import MissingExtraError
from recenter.scale.manifest import Entry
from recenter.scale.work import Task, Work


class Engine(Protocol):
    """Does tasks in any order."""

    def run(self, make: Callable[[], Work], tasks: Sequence[Task]) -> Iterator[Entry]:
        """Yield the entry of each task as it is done; `make` is called once for each worker."""


class Local:
    """Does one task after the other in this process."""

    def run(self, make: Callable[[], Work], tasks: Sequence[Task]) -> Iterator[Entry]:
        """Yield the entry of each task as it is done."""
        if tasks:
            work = make()
            for task in tasks:
                yield work(task)


def ray_engine(*, address: str | None = None, workers: int | None = None) -> Engine:
    """Return the engine that works on Ray: on this machine, or the cluster at an address.

    Raises:
        MissingExtraError: Ray is not installed.
        ConfigError: there is no cluster at the address.
    """
    # Ray reads these when it is imported. Nothing is reported to anybody, and a Ray that is started
    # here listens on this machine's own address only: what keeps it from others on a laptop.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if address is None:
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    try:
        from recenter.scale.on_ray import OnRay
    except ImportError:
        raise MissingExtraError("--engine ray", "scale") from None
    return OnRay(address=address, workers=workers)
