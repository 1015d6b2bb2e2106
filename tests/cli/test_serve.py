"""`recenter serve` as a process, and `recenter key`."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.memory import Memory
from recenter.server.serve import Serving


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


def recenter(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextmanager
def process(url: str, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Give a server as a process of its own, with its address."""
    port = free_port()
    command = [sys.executable, "-m", "recenter", "serve", "--store", url, "--port", str(port)]
    with subprocess.Popen(
        [*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(server, address)
            yield server, address
        finally:
            server.kill()


def wait_for(server: subprocess.Popen[str], address: str) -> None:
    for _ in range(600):
        assert server.poll() is None, server.communicate()[1]
        try:
            httpx.get(f"{address}/healthz", timeout=10)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start")


def test_the_first_start_gives_a_key_and_the_second_does_not(url: str) -> None:
    with process(url) as (server, address):
        assert httpx.get(f"{address}/memories?user_id=ada").status_code == 401
        server.send_signal(signal.SIGTERM)
        out, log = server.communicate(timeout=30)
    (key,) = re.findall(r"rk_\S+", out)
    assert key not in log
    assert '"route": "/memories"' in log
    with process(url) as (server, address):
        with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}) as client:
            body = {"user_id": "ada", "messages": "I work nights as a nurse."}
            assert client.post("/memories", json=body, timeout=60).status_code == 200
            asked = {"user_id": "ada", "messages": "How do I sleep better after work?"}
            assert client.post("/context", json=asked, timeout=60).json()["decision"] == "use"
            assert client.get("/healthz", headers={"Host": "example.com"}).status_code == 400
        server.send_signal(signal.SIGTERM)
        out, log = server.communicate(timeout=30)
    assert "rk_" not in out
    assert "Traceback" not in log
    with Memory({"store": url}) as memory:
        assert len(memory.receipts("ada")) == 1, "a receipt was lost when the server ended"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--host", "0.0.0.0"), "there is no key"),
        (("--url", "http://example.com"), "not an https URL"),
        (("--url", "https://"), "not an https URL"),
    ],
)
def test_what_would_be_open_to_others_is_refused(
    url: str, words: tuple[str, ...], why: str
) -> None:
    result = recenter("serve", "--store", url, "--port", str(free_port()), *words)
    assert result.exit_code == 1
    assert why in result.output


def test_a_port_that_is_taken_is_told(url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = recenter("serve", "--store", url, "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "--port" in result.output
    assert "There is no key" in recenter("key", "list", "--store", url).output


def test_names_that_the_server_answers_to() -> None:
    assert "127.0.0.1" in Serving().hosts
    assert "*" not in Serving().hosts
    assert "memory.example.com" in Serving(url="https://memory.example.com").hosts
    assert Serving(host="0.0.0.0").hosts == ("*",)
    local = [Serving(host=host).is_local for host in ("127.0.0.2", "::1", "localhost")]
    assert local == [True, True, True]
    assert not Serving(host="example.com").is_local


def test_keys_are_made_listed_without_themselves_and_revoked(url: str) -> None:
    words = ("key", "new", "--store", url, "--application", "shop")
    key = recenter(*words, "--label", "till", "--keep-days", "90").output.strip()
    assert key.startswith("rk_")
    narrow = recenter(*words, "--person", "ada").output.strip()
    told = recenter("key", "list", "--store", url).output
    assert key not in told
    first, second = told.splitlines()
    assert all(part in first for part in ("shop", "everyone", "keeps 90 days", "till"))
    with Memory({"store": url}) as memory:
        assert f"only {memory.of_application('shop').person('ada')}" in second
    id = first.split()[0]
    assert recenter("key", "revoke", id, "--store", url).exit_code == 0
    assert "revoked" in recenter("key", "list", "--store", url).output.splitlines()[0]
    again = recenter("key", "revoke", id, "--store", url)
    assert (again.exit_code, id in again.output) == (1, True)
    assert narrow != key


def test_the_interface_is_printed_without_a_store(tmp_path: Path) -> None:
    result = recenter("serve", "--openapi")
    assert '"openapi": "3.1.0"' in result.output
    assert not list(Path(os.environ["RECENTER_HOME"]).iterdir())
