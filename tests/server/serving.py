"""A real server of memory on a free port of this machine, and who asks it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import httpx
import uvicorn

from recenter.memory import Memory
from recenter.memory.keys import new_key
from recenter.server.app import make_app

SAID = "I don't eat meat. I work nights as a nurse. Can you fix my CSS?"
NURSE, MEAT = "The user works nights as a nurse.", "The user doesn't eat meat."
ASK = "How do I sleep better after work?"


@contextmanager
def served(memory: Memory, *, living: bool = True, **options: Any) -> Iterator[str]:
    """Give the address of the server; without `living`, nothing is learned in the background."""
    lifespan: Literal["on", "off"] = "on" if living else "off"
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = make_app(memory, **options)
    config = uvicorn.Config(app, log_level="error", lifespan=lifespan, server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def key_of(memory: Memory, application: str, user_id: str | None = None) -> str:
    """Return a new key of an application, or of one person of it."""
    whose = None if user_id is None else memory.of_application(application).person(user_id)
    return new_key(memory.engine.store.database, application, person=whose, now=1.0)


@contextmanager
def asking(url: str, key: str | None) -> Iterator[httpx.Client]:
    """Give a client with a key."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
        yield client
