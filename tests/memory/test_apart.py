"""Learning in a process of its own: woken, ended with its parent, started again when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from recenter.memory import Memory
from recenter.memory.apart import Apart, Begun
from recenter.memory.config import MemoryConfig

SAID = "I work nights as a nurse."


@pytest.fixture
def apart(url: str, tmp_path: Path) -> Iterator[Memory]:
    with Memory({"store": url, "home": str(tmp_path)}) as memory:
        memory.engine.learn_apart()
        yield memory


def known(memory: Memory, user_id: str) -> list[str]:
    return [result["memory"] for result in memory.get_all(user_id=user_id)["results"]]


def process(memory: Memory) -> int:
    worker = memory.engine.worker
    assert isinstance(worker, Apart)
    made = worker._process
    assert made is not None
    return made.pid


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_another_process_learns_and_ends_with_this_one(apart: Memory) -> None:
    apart.learn([{"role": "user", "content": SAID}], user_id="ada")
    assert apart.engine.wait(60)
    assert known(apart, "ada") == ["The user works nights as a nurse."]
    # Nothing that learns was loaded here.
    assert "learner" not in vars(apart.engine)
    pid = process(apart)
    assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
    apart.close()
    assert not is_running(pid)


def test_one_that_is_killed_is_started_again_and_told(apart: Memory) -> None:
    apart.learn([{"role": "user", "content": "I live in Oslo."}], user_id="ada")
    assert apart.engine.wait(60)
    first = process(apart)
    os.kill(first, signal.SIGKILL)
    until(lambda: process(apart) != first)
    assert apart.engine.trouble == "the process that learns ended; another is started"
    apart.learn([{"role": "user", "content": SAID}], user_id="bob")
    assert apart.engine.wait(60)
    assert known(apart, "bob") == ["The user works nights as a nurse."]


def test_what_waited_before_is_taken_up(url: str, tmp_path: Path) -> None:
    config = {"store": url, "home": str(tmp_path)}
    with Memory(config) as memory:
        memory.engine._later = False
        memory.learn([{"role": "user", "content": SAID}], user_id="ada")
        memory.engine.recorder.flush()
    with Memory(config) as memory:
        memory.engine.learn_apart()
        assert memory.engine.wait(60)
        assert known(memory, "ada") == ["The user works nights as a nurse."]


def test_waking_one_that_dies_ends_nothing(apart: Memory) -> None:
    apart.engine.worker.start()
    worker = apart.engine.worker
    assert isinstance(worker, Apart)
    until(lambda: worker._process is not None)
    first = process(apart)
    os.kill(first, signal.SIGKILL)
    for _ in range(2000):
        worker.wake()
    until(lambda: process(apart) != first)
    apart.learn([{"role": "user", "content": SAID}], user_id="ada")
    assert apart.engine.wait(60)
    assert known(apart, "ada") == ["The user works nights as a nurse."]


def test_what_ends_a_whole_group_leaves_it_to_the_other_process(apart: Memory) -> None:
    apart.learn([{"role": "user", "content": SAID}], user_id="ada")
    assert apart.engine.wait(60)
    first = process(apart)
    for ending in (signal.SIGINT, signal.SIGTERM):
        os.kill(first, ending)
    apart.learn([{"role": "user", "content": "I live in Oslo."}], user_id="ada")
    assert apart.engine.wait(60)
    assert process(apart) == first
    assert apart.engine.trouble is None


_TELLING = """
import logging
from recenter.memory import learner_process
class Worker:
    def __init__(self, *_, **named): pass
    def start(self): logging.getLogger("library").error("cannot read %s", "I live in Larkspur")
    def stop(self): pass
learner_process.Worker = Worker
learner_process.main()
"""


def test_what_libraries_log_where_it_learns_is_not_printed(url: str, tmp_path: Path) -> None:
    begun = Begun(config=MemoryConfig(store=url, home=str(tmp_path)), again=False)
    done = subprocess.run(
        [sys.executable, "-c", _TELLING],
        input=msgspec.json.encode(begun) + b"\n",
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert (done.stdout, done.stderr) == (b"", b"")
