"""A server with an empty store, and a client with a key of the application `shop`."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from recenter.memory import Memory
from tests.memory.conftest import clock, memory
from tests.server.serving import asking, key_of, served

__all__ = ["clock", "memory"]


@pytest.fixture
def address(memory: Memory) -> Iterator[str]:
    with served(memory) as found:
        yield found


@pytest.fixture
def shop(memory: Memory, address: str) -> Iterator[httpx.Client]:
    """A client of the application `shop`."""
    with asking(address, key_of(memory, "shop")) as client:
        yield client
