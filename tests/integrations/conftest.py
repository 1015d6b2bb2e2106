"""Memory of a person and of somebody else, in one store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recenter.memory import Memory
from recenter.memory.one_person import OnePerson
from tests.memory.conftest import Clock

SAID = "I don't eat meat. I work nights as a nurse. I have asthma."
NURSE, MEAT, ASTHMA = (
    "The user works nights as a nurse.",
    "The user doesn't eat meat.",
    "The user has asthma.",
)
ASKS = "How do I sleep better after work?"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(url: str, clock: Clock) -> Iterator[Memory]:
    """What Ada said, and what Bob did, in the application `shop`."""
    with Memory({"store": url, "application": "shop"}, clock=clock) as opened:
        opened.add(SAID, user_id="ada")
        opened.add("I live in Berlin.", user_id="bob")
        yield opened


@pytest.fixture
def ada(memory: Memory) -> OnePerson:
    return OnePerson(memory.engine, memory.person("ada"), "shop")


def ids(memory: Memory, user_id: str) -> dict[str, str]:
    """Ids of a person's memories by their text."""
    return {r["memory"]: r["id"] for r in memory.get_all(user_id=user_id)["results"]}
