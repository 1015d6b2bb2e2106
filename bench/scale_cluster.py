"""Loses a node and the driver of a run on a cluster of three Ray nodes on this machine.

    python -m bench.scale_cluster

A step over 48 shards is begun by a driver of its own. When some shards are done, one node is
killed; when more are, the driver. The same command is then given again. It fails if a row of the
result is missing, doubled or not what one process makes of it, or the manifest does not say so.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pyarrow as pa

from recenter.batch.contract import Handler, Result, Row
from recenter.scale.engine import Engine, Local, ray_engine
from recenter.scale.manifest import Manifest
from recenter.scale.run import run_people
from recenter.scale.shards import Answers
from recenter.scale.work import Job

SHARDS, EACH, PEOPLE = 48, 50, 200


def counting(pause: float) -> Handler:
    """Counts the rows of each person, and takes a while."""

    def handle(some: Sequence[Row]) -> list[Result]:
        time.sleep(pause)
        return [row | {"together": len(some)} for row in some]

    return handle


def run(folder: Path, out: str, engine: Engine, *, pause: float = 0.0) -> Manifest:
    job = Job(
        step="count",
        source=str(folder / "in"),
        target=str(folder / out),
        signature="bench",
        kind="json",
        answers=Answers({"together": pa.int64()}),
        two_passes=True,
    )
    return run_people(job, functools.partial(counting, pause), engine).manifest


def corpus(folder: Path) -> None:
    (folder / "in").mkdir()
    for shard in range(SHARDS):
        rows = [
            {"person": f"p{(shard * EACH + n) % PEOPLE}", "number": shard * EACH + n}
            for n in range(EACH)
        ]
        (folder / f"in/{shard:03d}.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(rows))


def parts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("part-*"))}


def wait_for(folder: Path, count: int, driver: subprocess.Popen[bytes]) -> None:
    while len(list(folder.glob("part-*"))) < count:
        if driver.poll() is not None:
            sys.exit(f"the driver ended with {driver.returncode} before {count} parts were there")
        time.sleep(0.1)


def main(folder: Path) -> None:
    from ray.cluster_utils import Cluster

    corpus(folder)
    print("local", run(folder, "local", Local()).written, "rows")
    node = {"num_cpus": 1, "object_store_memory": 80 << 20, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=node)
    lost = cluster.add_node(num_cpus=1, object_store_memory=80 << 20)
    cluster.add_node(num_cpus=1, object_store_memory=80 << 20)
    command = [sys.executable, "-m", "bench.scale_cluster", str(folder), cluster.address]
    driver = subprocess.Popen(command)
    wait_for(folder / "ray", 6, driver)
    cluster.remove_node(lost, allow_graceful=False)
    print("a node was killed with", len(parts(folder / "ray")), "of", SHARDS, "parts done")
    wait_for(folder / "ray", 16, driver)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    print("the driver was killed with", len(parts(folder / "ray")), "parts done")
    begun = time.monotonic()
    subprocess.run(command, check=True)
    print(f"the rest took {time.monotonic() - begun:.0f} s")
    cluster.shutdown()  # type: ignore[no-untyped-call]
    made, wanted = parts(folder / "ray"), parts(folder / "local")
    manifest = msgspec.json.decode(
        (folder / "ray/_recenter/manifest.json").read_bytes(), type=Manifest
    )
    if made != wanted:
        sys.exit("the rows are not those of one process")
    if (manifest.rows, manifest.written, manifest.bad) != (SHARDS * EACH, SHARDS * EACH, 0):
        sys.exit("the manifest is wrong")
    if len(manifest.parts) != SHARDS or manifest.problems:
        sys.exit("the manifest does not list what there is")
    print("no row was lost or doubled, and the manifest says so")


if __name__ == "__main__":
    # All on this machine's own address.
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    if len(sys.argv) > 1:
        run(Path(sys.argv[1]), "ray", ray_engine(address=sys.argv[2], workers=3), pause=0.3)
    else:
        place = Path(tempfile.mkdtemp(prefix="recenter-cluster-"))
        try:
            main(place)
        finally:
            shutil.rmtree(place, ignore_errors=True)
