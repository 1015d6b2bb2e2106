"""Every test of memory runs on both databases, with the models that come in the package."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recenter.memory import Memory


class Clock:
    """Tells the time that a test sets."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(url: str, clock: Clock) -> Iterator[Memory]:
    """A memory without people."""
    with Memory({"store": url}, clock=clock) as opened:
        yield opened
