"""The thread behind receipts outlives whatever goes wrong, and a fork."""

from __future__ import annotations

import os
import signal
import threading

from recenter.memory import Memory
from recenter.memory.recorder import Recorder
from tests.memory.test_memory import known

HI = [{"role": "user", "content": "Hi"}]


def flushed(recorder: Recorder) -> bool:
    waiting = threading.Thread(target=recorder.flush, daemon=True)
    waiting.start()
    waiting.join(10)
    return not waiting.is_alive()


def test_a_job_that_fails_in_any_way_ends_no_other() -> None:
    recorder, done = Recorder(), list[int]()
    for number in range(3):
        recorder.put(lambda: [][1])
        recorder.put(lambda number=number: done.append(number))  # type: ignore[misc]
    assert flushed(recorder)
    assert done == [0, 1, 2]
    assert recorder.dropped == 3
    recorder.close()
    recorder.close()


def test_a_child_made_by_fork_learns_and_keeps_receipts_of_its_own(memory: Memory) -> None:
    memory.add("I live in Berlin.", user_id="ada")
    memory.learn("I play chess every Sunday.", user_id="ada")
    assert memory.engine.wait(30)
    assert memory.engine.safe_context(HI, memory.person("ada"), patience=30).decision == "nothing"
    child = os.fork()
    if child == 0:
        status = 1
        # Who waits for threads of the parent waits for ever, and hears no other alarm.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(100)
        try:
            memory.learn("I hate olives.", user_id="ada")
            memory.context("Where should I eat?", user_id="ada")
            kept = flushed(memory.engine.recorder) and memory.engine.wait(30)
            decided = memory.engine.safe_context(HI, memory.person("ada"), patience=30)
            learned = "The user hates olives." in known(memory)
            status = 0 if kept and learned and decided.decision == "nothing" else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert "The user hates olives." in known(memory)
