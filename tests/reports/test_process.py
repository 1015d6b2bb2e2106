"""Commands that answer, crash, hang, flood and leave children behind: each ends, and says how."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from recenter.reports.systems.process import Ran, run_command

ROWS = b'{"row": "1"}\n{"row": "2"}\n'


def run(code: str, *, seconds: float = 30, most: int = 1 << 20, rows: bytes = ROWS) -> Ran:
    command = [sys.executable, "-c", code]
    return run_command(command, rows, environment={"QUESTION": "q"}, seconds=seconds, most=most)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text()
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # Gone since, or a system without /proc.
    # A child that nobody has waited for yet is dead, and still there.
    return state.rpartition(")")[2].split()[0] != "Z"


def is_dead_soon(pid: int) -> bool:
    """Wait for the system, which kills in its own time, at most five seconds."""
    end = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not is_alive(pid)


def test_lines_come_back_and_the_environment_says_what_is_asked() -> None:
    ran = run("import os, sys; sys.stdout.write(os.environ['QUESTION'] + '\\n' + sys.stdin.read())")
    assert ran == Ran((b"q", *ROWS.splitlines()), None, "")


def test_more_rows_than_a_pipe_holds_do_not_lock_up_a_command_that_echoes_them() -> None:
    rows = ROWS * 50_000
    ran = run("import sys; [print(line, end='') for line in sys.stdin]", most=8 << 20, rows=rows)
    assert len(ran.lines) == 100_000


def test_a_crash_keeps_what_came_before_and_the_last_words_without_control_characters() -> None:
    ran = run(
        "import sys; print('one'); sys.stderr.write('first\\n\\x1b[31mboom\\n\\n'); sys.exit(7)"
    )
    assert ran == Ran((b"one",), "it ended with status 7", "\\x1b[31mboom")
    assert run("import os; os.kill(os.getpid(), 15)").why == "it was ended by SIGTERM"


def test_a_command_that_does_not_exist_says_so() -> None:
    ran = run_command(["/no/such/program"], b"", environment={}, seconds=1)
    assert ran == Ran((), "it could not be started: No such file or directory", "")


def test_a_command_that_hangs_is_stopped_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(pid)!r}, 'w').write(str(child.pid))\n"
        "print('one\\ntw', end='', flush=True)\n"
        "time.sleep(600)"
    )
    begun = time.monotonic()
    ran = run(code, seconds=3)
    assert ran.lines == (b"one",)  # `tw` was cut off: no answer.
    assert ran.why == "it was stopped after 3 seconds"
    assert time.monotonic() - begun < 15
    assert is_dead_soon(int(pid.read_text()))


def test_a_child_that_holds_the_pipe_open_is_not_waited_for(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('one')"
    )
    begun = time.monotonic()
    assert run(code) == Ran((b"one",), None, "")
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_is_cut_off_and_never_held_whole(stream: str) -> None:
    code = f"import sys\nfor _ in range(4000): sys.{stream}.write('x' * 999 + '\\n')"
    ran = run(code, most=100_000)
    if stream == "stdout":
        assert ran.why == "it was stopped after 100,000 bytes"
        assert 0 < len(ran.lines) <= 100
    else:
        assert ran.why is None
        assert len(ran.last_words) == 200
