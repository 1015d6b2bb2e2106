"""Work on shards by Ray Data: the tasks are its rows, and an actor with its model does each."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import ray
import ray.data
from ray._private import ray_constants
from ray._private.services import canonicalize_bootstrap_address
from ray.exceptions import RayError

from recenter.errors import ConfigError, RecenterError
from recenter.scale.manifest import Entry
from recenter.scale.work import Task, Work

_STORE = 128 << 20
"""Bytes of Ray's object store where it is started here: only tasks and entries go through it."""


_ANSWERS = 10
"""Seconds in which a cluster must take a connection. Ray itself asks for many minutes."""


class Stopped(RecenterError):
    """A worker came upon what no other shard could escape."""


class OnRay:
    """Does tasks by actors, each with a model of its own; what a lost one did is done again."""

    def __init__(self, *, address: str | None = None, workers: int | None = None) -> None:
        """Connect to the cluster at an address, or start Ray on this machine.

        `workers` is how many there are; as many as processors where it is not given.

        Raises:
            ConfigError: there is no cluster at the address.
        """
        _connect(address)
        resources = ray.cluster_resources()  # type: ignore[no-untyped-call]
        self._workers = workers or max(1, int(resources.get("CPU", 1)))

    def run(self, make: Callable[[], Work], tasks: Sequence[Task]) -> Iterator[Entry]:
        """Yield the entry of each task as it is done.

        Raises:
            RecenterError: a worker came upon what no other shard could escape.
        """
        if not tasks:
            return
        rows = [{"task": msgspec.msgpack.encode(task)} for task in tasks]
        size = min(self._workers, len(tasks))
        done = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            _Actor,
            fn_constructor_args=(make,),
            batch_size=1,
            num_cpus=1,
            compute=ray.data.ActorPoolStrategy(size=size),
        )
        try:
            for row in done.iter_rows():
                if row["error"] is not None:
                    raise Stopped(row["error"])
                yield msgspec.msgpack.decode(row["entry"], type=Entry)
        except RayError as error:
            raise RecenterError(f"Ray gave up: {_last_line(error)}") from error


class _Actor:
    """One worker: makes its work once, then does a task at a time."""

    def __init__(self, make: Callable[[], Work]) -> None:
        self._work = make()

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[Any]]:
        (data,) = batch["task"]
        try:
            entry = self._work(msgspec.msgpack.decode(bytes(data), type=Task))
        except RecenterError as error:
            return {"entry": [b""], "error": [str(error)]}
        return {"entry": [msgspec.msgpack.encode(entry)], "error": [None]}


def _connect(address: str | None) -> None:
    if not ray.is_initialized():
        started: dict[str, Any] = {}
        if address is None:
            started = {"include_dashboard": False, "object_store_memory": _STORE}
            # What the environment says of this counts only where Ray was not imported yet.
            ray_constants.ENABLE_RAY_CLUSTER = False
        try:
            _refuse_silent(address)
            ray.init(
                address=address or "local",
                logging_level=logging.ERROR,
                log_to_driver=False,
                **started,
            )
        # Where its own processes do not come up in time, Ray raises a plain Exception.
        except Exception as error:  # noqa: BLE001
            raise _unreached(address, error) from None
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)


def _refuse_silent(address: str | None) -> None:
    """Refuse an address at which nobody takes a connection.

    Raises:
        OSError: nobody does.
    """
    if address is None or "://" in address:
        return
    where = canonicalize_bootstrap_address(address)
    if where is not None:
        host, _, port = where.rpartition(":")
        socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWERS).close()


def _unreached(address: str | None, error: Exception) -> ConfigError:
    if address is None:
        return ConfigError(
            f"Ray cannot be started on this machine: {_last_line(error)}",
            cure="Run again where there is less to do, or leave --engine ray out.",
        )
    return ConfigError(
        f"no Ray cluster can be reached at {address}: {_last_line(error)}",
        cure="Start one with `ray start --head`, or leave --address out. Where one asks for a "
        "token, set RAY_AUTH_MODE=token.",
    )


def _last_line(error: BaseException) -> str:
    """Return the last line of what an error says, as a sentence."""
    said = str(error).strip() or type(error).__name__
    return f"{said.splitlines()[-1].rstrip('.')}."
