"""`recenter serve --upstream`, as it is started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from recenter.cli.main import main
from tests.openai_calls import ASK, request
from tests.upstream import scripted_upstream


def test_the_command_passes_chats_on_with_the_key_of_its_environment(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"RECENTER_HOME": str(tmp_path), "KEY_OF_TEST": "sk-env"}
    with scripted_upstream() as upstream:
        command = [sys.executable, "-m", "recenter", "serve", "--port", str(port)]
        command += ["--upstream", upstream.url, "--upstream-key-env", "KEY_OF_TEST"]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            key = next(line for line in process.stdout if "rk_" in line).rsplit(" ", 1)[1].strip()
            headers = {"Authorization": f"Bearer {key}", "X-User-Id": "ada"}
            url = f"http://127.0.0.1:{port}/v1/chat/completions"
            answer = _asked(url, headers)
            process.terminate()
            process.communicate(timeout=60)
        assert answer.headers["x-recenter-decision"] == "unknown"
        assert upstream.seen[-1].headers["authorization"] == "Bearer sk-env"


def _asked(url: str, headers: dict[str, str]) -> httpx.Response:
    for _ in range(300):
        try:
            answer = httpx.post(url, json=request(ASK), headers=headers, timeout=30)
        except httpx.ConnectError:
            time.sleep(0.1)
            continue
        # The models may still be loading.
        if answer.headers.get("x-recenter-decision") != "unavailable":
            return answer
    raise AssertionError("nothing answered")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--upstream", "ftp://example.com"], "is no address of an endpoint"),
        (["--upstream", "http://a/v1", "--upstream-key-env", "NO_SUCH"], "NO_SUCH is not set"),
    ],
)
def test_a_wrong_endpoint_or_key_is_said_at_once(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(main, ["serve", *arguments])
    assert done.exit_code != 0
    assert said in done.output
