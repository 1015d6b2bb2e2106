"""The log of a server holds nothing of what an error says, whoever logs it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

BEGUN = """
import asyncio, gc, logging
from recenter.pages.logs import log_to_stderr
log_to_stderr()
def fail(*_): raise ValueError("Ada is ill")
"""
BY_NAME = 'try: fail()\nexcept ValueError as e: logging.getLogger("{}").{}'
TASK = """
async def work(): fail()
async def main():
    task = asyncio.ensure_future(work())
    await asyncio.sleep(0.01)
    del task
    gc.collect()
asyncio.run(main())
"""
CALLBACK = """
async def main():
    asyncio.get_running_loop().call_soon(fail, "Ada is ill")
    await asyncio.sleep(0.01)
asyncio.run(main())
"""


def logged(code: str) -> dict[str, Any]:
    """Return the one line that a process logs, of which nothing is Ada's."""
    done = subprocess.run(
        [sys.executable, "-c", BEGUN + code], capture_output=True, text=True, check=True
    )
    assert "Ada" not in done.stderr
    line: dict[str, Any] = json.loads(done.stderr)
    return line


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (TASK, "Task exception was never retrieved"),
        (CALLBACK, "Exception in callback fail"),
        (
            BY_NAME.format("mcp.server.http", 'exception("Error handling POST")'),
            "Error handling POST",
        ),
        (BY_NAME.format("other", 'exception("failed at %r", "Ada")'), "failed at %r"),
        (BY_NAME.format("other", 'exception(f"failed: {e}")'), "failed"),
        (BY_NAME.format("other", "exception(str(e))"), ""),
        (BY_NAME.format("uvicorn.error", "exception(e)"), "ValueError"),
    ],
)
def test_of_what_a_library_logs_the_class_of_the_error_stays(code: str, what: str) -> None:
    line = logged(code)
    assert (line["level"], line["what"], line["error"]) == ("error", what, "ValueError")
    assert line["where"]


def test_a_warning_of_a_library_without_an_error_quotes_nobody() -> None:
    line = logged('logging.getLogger("httpx").warning("slow: %s", "Ada is ill")')
    assert (line["level"], line["what"]) == ("warning", "slow: %s")


def test_what_recenter_itself_logs_is_written_whole() -> None:
    assert logged('logging.getLogger("recenter.server").info("%d people", 3)')["what"] == "3 people"
