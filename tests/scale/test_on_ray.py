"""The same step on a real Ray: the same files, by workers that load their model once."""

from __future__ import annotations

import functools
import os
import signal
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from recenter.batch.contract import Handler, Result, Row
from recenter.errors import ConfigError, RateLimitedError, RecenterError
from recenter.scale.engine import Engine, Local, ray_engine
from recenter.scale.run import run_people, run_rows
from recenter.scale.shards import Kind
from tests.scale.corpora import counting, files, job, write_shards
from tests.servers import require

# Ray warns of what it does itself.
pytestmark = [pytest.mark.ray, pytest.mark.filterwarnings("ignore")]

RUNS = {False: run_rows, True: run_people}


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Two workers of one Ray, started once for all tests."""
    require("ray", "run: pip install 'recenter[scale]'")
    made = ray_engine(workers=2)
    import ray

    yield made
    ray.shutdown()


def noting(folder: Path) -> Handler:
    """A handler that leaves a file when it is made."""
    (folder / f"{os.getpid()}-{uuid.uuid4().hex}").touch()
    return counting()


def dying(once: Path) -> Handler:
    """A handler whose process is killed at the first row that it is handed, once."""
    handle = counting()

    def answer(some: Sequence[Row]) -> Sequence[Result]:
        try:
            once.unlink()
        except FileNotFoundError:
            return handle(some)
        os.kill(os.getpid(), signal.SIGKILL)
        return []

    return answer


def refusing() -> Handler:
    """A handler of a model that nobody may ask any more."""

    def answer(some: Sequence[Row]) -> Sequence[Result]:
        raise RateLimitedError("asked too often.")

    return answer


# Each starts workers anew, which takes seconds: not all four combinations.
@pytest.mark.parametrize(("kind", "people"), [("json", False), ("parquet", True)])
def test_workers_write_what_one_process_writes_and_load_once_each(
    tmp_path: Path, engine: Engine, kind: Kind, people: bool
) -> None:
    write_shards(tmp_path / "in", kind)
    (tmp_path / "made").mkdir()
    make = functools.partial(noting, tmp_path / "made")
    for name, one in (("local", Local()), ("ray", engine)):
        made = job(tmp_path / "in", tmp_path / name, kind, two_passes=people)
        ran = RUNS[people](made, make, one)
        assert (ran.manifest.rows, ran.manifest.written, ran.manifest.bad) == (100, 99, 1)
        pids = [path.name.split("-")[0] for path in (tmp_path / "made").iterdir()]
        assert len(pids) == len(set(pids))
        assert 1 <= len(pids) <= 3
    assert files(tmp_path / "ray") == files(tmp_path / "local")


def test_what_a_killed_worker_had_in_hand_is_done_again(tmp_path: Path, engine: Engine) -> None:
    write_shards(tmp_path / "in", "parquet")
    (tmp_path / "once").touch()
    make = functools.partial(dying, tmp_path / "once")
    run_rows(job(tmp_path / "in", tmp_path / "ray", "parquet"), make, engine)
    assert not (tmp_path / "once").exists()
    run_rows(job(tmp_path / "in", tmp_path / "local", "parquet"), counting, Local())
    assert files(tmp_path / "ray") == files(tmp_path / "local")


def test_what_no_row_could_escape_ends_the_run(tmp_path: Path, engine: Engine) -> None:
    write_shards(tmp_path / "in", "json")
    with pytest.raises(RecenterError, match="asked too often"):
        run_rows(job(tmp_path / "in", tmp_path / "ray", "json"), refusing, engine)
    assert files(tmp_path / "ray") == {}


def test_nothing_is_reported_and_nobody_else_is_listened_to(engine: Engine) -> None:
    import ray

    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    (node,) = ray.nodes()  # type: ignore[no-untyped-call]
    assert node["NodeManagerAddress"] == "127.0.0.1"
    node_of_this = ray._private.worker.global_worker.node
    assert node_of_this is not None
    assert not node_of_this.webui_url


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "no Ray cluster can be reached at .* RAY_AUTH_MODE=token"),
        (None, "cannot be started .* in time"),
    ],
)
def test_a_ray_that_does_not_answer_is_told_at_once(
    address: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("ray", "run: pip install 'recenter[scale]'")
    import ray

    def late(**_: object) -> None:
        # Of an address where nobody listens Ray would ask for many minutes.
        assert address is None
        raise Exception("The node did not come up in time.")

    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", late)
    with pytest.raises(ConfigError, match=said):
        ray_engine(address=address)
