"""Two people on a real server, with the models that come in the package, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from recenter.memory import Memory
from recenter.server.page.links import page_link
from recenter.server.page.routes import page_mount
from tests.listening import listening
from tests.memory.conftest import Clock

SLEEP = "How do I sleep better after work?"
NURSE, MEAT = "The user works nights as a nurse.", "The user doesn't eat meat."


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(url: str, clock: Clock) -> Iterator[Memory]:
    """The memory of an application that knows Ada and Bob."""
    with Memory({"store": url, "application": "Bookshop"}, clock=clock) as opened:
        opened.add("I don't eat meat. I work nights as a nurse.", user_id="ada")
        opened.add("I play chess every Sunday.", user_id="bob")
        yield opened


@contextmanager
def serving(memory: Memory, **options: Any) -> Iterator[str]:
    """Serve the page alone; give the address of the server."""
    with listening(Starlette(routes=[page_mount(memory, **options)])) as address:
        yield address


@pytest.fixture
def address(memory: Memory) -> Iterator[str]:
    with serving(memory) as address:
        yield address


def link(memory: Memory, user_id: str, address: str, *, hours: float = 1.0) -> str:
    """Return a link of a person."""
    engine = memory.engine
    person = memory.person(user_id)
    made, _ = page_link(
        engine.key,
        person,
        memory.application,
        url=address,
        now=engine.clock(),
        ended=memory.links_ended(user_id),
        hours=hours,
    )
    return made


class Person:
    """Somebody at their page with a browser that runs no script."""

    def __init__(self, memory: Memory, user_id: str, address: str) -> None:
        self.root = f"{address}/me"
        self.http = httpx.Client(follow_redirects=True, timeout=30)
        self.page = self.http.get(link(memory, user_id, address))

    def open(self, path: str = "") -> str:
        self.page = self.http.get(f"{self.root}/{path}")
        return self.page.text

    def send(self, path: str, **fields: str) -> str:
        values = {"csrf": self.csrf} | fields
        self.page = self.http.post(f"{self.root}/{path}", data=values)
        return self.page.text

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]*)"', self.http.get(f"{self.root}/").text)
        return found[1] if found else ""


@pytest.fixture
def ada(memory: Memory, address: str) -> Iterator[Person]:
    person = Person(memory, "ada", address)
    yield person
    person.http.close()


@pytest.fixture
def bob(memory: Memory, address: str) -> Iterator[Person]:
    person = Person(memory, "bob", address)
    yield person
    person.http.close()


def id_of(memory: Memory, text: str, user_id: str = "ada") -> str:
    """Return the id of a memory of a person by its words."""
    (found,) = [m for m in memory.memories(user_id) if m.attribute.text == text]
    return found.attribute.id
