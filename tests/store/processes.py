"""Run functions in real processes that share nothing with this one but the database."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

_CODE = """
import importlib, json, sys
module, function, arguments = sys.argv[1:]
call = getattr(importlib.import_module(module), function)
print(json.dumps(call(*json.loads(arguments))))
"""


def start(module: str, function: str, arguments: Sequence[Any]) -> subprocess.Popen[str]:
    """Start a function in a new interpreter; its result is the last line it prints, as JSON."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _CODE, module, function, json.dumps(arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> Any:
    """Wait for a function that was started and return its result."""
    out, err = process.communicate(timeout=120)
    if process.returncode != 0:
        raise AssertionError(f"the process ended with {process.returncode}:\n{err}")
    return json.loads(out.splitlines()[-1])


def run_together(module: str, function: str, calls: Sequence[Sequence[Any]]) -> list[Any]:
    """Run a function in one process for each list of arguments, all at the same time."""
    return [finish(process) for process in [start(module, function, call) for call in calls]]
