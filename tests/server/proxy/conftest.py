"""The proxy on a real server, in front of a scripted endpoint, both on this machine."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import uvicorn
from fastapi import FastAPI

from recenter.memory import Memory
from recenter.memory.keys import new_key
from recenter.server.proxy import Upstream as Endpoint
from recenter.server.serve import Serving, app_of
from tests.upstream import Upstream, scripted_upstream

SAID = "I don't eat meat. I work nights as a nurse."
APPLICATION = "shop"


class Proxy(NamedTuple):
    """A proxy that runs."""

    url: str
    key: str
    memory: Memory
    """Of the application whose key it is."""
    upstream: Upstream

    def headers(self, user_id: str | None = None, **more: str) -> dict[str, str]:
        """Return headers of a request about somebody."""
        named = {"X-User-Id": user_id} if user_id else {}
        return {"Authorization": f"Bearer {self.key}", **named, **more}

    def learned(self, user_id: str) -> list[list[tuple[str, str]]]:
        """Return what was put down of somebody's conversations, once some of it is: an answer is
        read after it was given.
        """
        for _ in range(500):
            assert self.memory.engine.wait(60)
            found = list(self.memory.engine.store.conversations(self.memory.person(user_id)))
            if found:
                break
            time.sleep(0.01)
        return [[(turn.role, turn.text) for turn in c.turns] for c in found]

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        for _ in range(500):
            if holds():
                return
            time.sleep(0.01)
        pytest.fail("it never held")


@contextlib.contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an app on a free port; yield its address."""
    config = uvicorn.Config(
        app, port=0, log_level="critical", ws="none", timeout_graceful_shutdown=3
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy whose application knows `ada`, and whose person `pat` has paused memory."""
    folder: Path = tmp_path_factory.mktemp("proxy")
    whole = Memory({"store": f"sqlite:///{folder / 'store.db'}", "home": str(folder)})
    memory = whole.of_application(APPLICATION)
    key = new_key(memory.engine.store.database, APPLICATION, now=memory.engine.clock())
    for name in ("ada", "pat"):
        memory.add(SAID, user_id=name)
    memory.choose("pat", paused=True)
    with scripted_upstream() as upstream:
        endpoint = Endpoint(url=upstream.url, key="sk-server")
        with serving(app_of(whole, Serving(per_minute=0, upstream=endpoint))) as url:
            yield Proxy(f"{url}/v1", key, memory, upstream)
