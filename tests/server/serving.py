"""A real server of memory on a free port of this machine, and who asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from recenter.memory import Memory
from recenter.memory.keys import new_key
from recenter.server.app import make_app
from tests.listening import listening

SAID = "I don't eat meat. I work nights as a nurse. Can you fix my CSS?"
NURSE, MEAT = "The user works nights as a nurse.", "The user doesn't eat meat."
ASK = "How do I sleep better after work?"


@contextmanager
def served(memory: Memory, *, living: bool = True, **options: Any) -> Iterator[str]:
    """Give the address of the server; without `living`, nothing is learned in the background."""
    lifespan = "on" if living else "off"
    app = make_app(memory, **options)
    with listening(app, lifespan=lifespan, server_header=False) as address:
        yield address


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
