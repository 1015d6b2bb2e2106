"""The official client for Node through the proxy gives and throws what it does without."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.server.proxy.conftest import Proxy

FOLDER = Path(__file__).parent / "node"


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("needs node: apt-get install nodejs npm")
    if not (FOLDER / "node_modules" / "openai").is_dir():
        pytest.skip(f"needs the client: npm install --no-package-lock --prefix {FOLDER}")
    return found


def called(node: str, url: str, key: str) -> dict[str, Any]:
    command = [node, "calls.mjs", url, key, "ada"]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def test_the_client_for_node_gets_what_it_does_without(node: str, proxy: Proxy) -> None:
    seen = proxy.upstream.seen
    start = len(seen)
    direct = called(node, proxy.upstream.url, "sk-server")
    middle = len(seen)
    through = called(node, proxy.url, proxy.key)
    assert through.pop("decision") == "use"
    assert direct.pop("decision") is None
    assert through == direct
    assert direct["stream"]
    assert direct["429"]["name"] == "RateLimitError"
    assert direct["timeout"]["name"] == "APIConnectionTimeoutError"
    # Whoever does not wait may be gone before the endpoint is asked at all.
    before, after = (
        [(one.path, one.body) for one in part if b"slow" not in one.body]
        for part in (seen[start:middle], seen[middle:])
    )
    # The last of them is one for which something is used.
    assert after[:-1] == before[:-1]
    assert after[-1] != before[-1]
