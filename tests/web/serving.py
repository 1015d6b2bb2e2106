"""A real server of a study on a free port of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from recenter.study.ledger.desk import Desk
from recenter.web.app import create_app
from recenter.web.sessions import invitation
from recenter.web.site import Site
from tests.listening import listening

_VISITORS: list[Visitor] = []


@contextmanager
def served(desk: Desk, **site: Any) -> Iterator[str]:
    """Give the address of the study."""
    with listening(create_app(Site(desk=desk, **site))) as address:
        try:
            yield f"{address}/s/{desk.id}"
        finally:
            while _VISITORS:
                _VISITORS.pop().http.close()


class Visitor:
    """Somebody with a browser that runs no script."""

    def __init__(self, root: str, query: str = "") -> None:
        self.root = root
        self.http = httpx.Client(follow_redirects=True, timeout=30)
        _VISITORS.append(self)
        self.page = self.http.get(f"{root}/{query}")

    def open(self, path: str) -> httpx.Response:
        self.page = self.http.get(f"{self.root}/{path}")
        return self.page

    def send(self, path: str, /, **fields: str) -> httpx.Response:
        values = self.hidden() | {name.replace("__", "-"): v for name, v in fields.items()}
        self.page = self.http.post(f"{self.root}/{path}", data=values)
        return self.page

    def hidden(self) -> dict[str, str]:
        found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self.page.text)
        return dict(found)

    def events(self, *events: dict[str, Any], slot: str | None = None) -> httpx.Response:
        """Send what the page's script would."""
        form = re.search(r'data-form="([^"]+)"', self.page.text)
        told = re.search(r'data-slot="([^"]+)"', self.page.text)
        body = {"slot": slot or (told[1] if told else ""), "events": list(events)}
        headers = {"x-form": form[1] if form else ""}
        return self.http.post(f"{self.root}/events", json=body, headers=headers)

    @property
    def position(self) -> int:
        return int(str(self.page.url).rsplit("/", 1)[1])


def guest(desk: Desk, root: str, name: str) -> Visitor:
    """Return somebody who came by a link of their own."""
    return Visitor(root, f"?link={invitation(desk, name)}")
