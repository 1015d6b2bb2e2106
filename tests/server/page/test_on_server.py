"""The page on the server of memory: an application asks for a link, and a person opens it."""

from __future__ import annotations

import logging
from datetime import datetime

import httpx
import pytest

from recenter.errors import StoreError
from recenter.memory import Memory
from recenter.memory.mine import Mine
from tests.memory.conftest import Clock
from tests.server.page.conftest import NURSE
from tests.server.serving import asking, key_of, served


def test_an_application_gives_its_person_a_link(memory: Memory, clock: Clock) -> None:
    with served(memory, living=False) as address:
        with asking(address, key_of(memory, "Bookshop")) as shop:
            told = shop.post("/people/ada/link", json={"hours": 2}).json()
            late = shop.post("/people/ada/link", json={}).json()
            assert shop.post("/people/ada/link", json={"hours": 721}).status_code == 422
        assert datetime.fromisoformat(told["expires_at"]).timestamp() == clock.now + 7200
        assert datetime.fromisoformat(late["expires_at"]).timestamp() == clock.now + 86_400
        assert told["url"].startswith(f"{address}/me/?link=")
        with httpx.Client(follow_redirects=True) as ada:
            page = ada.get(told["url"])
            assert NURSE in page.text
            assert "style-src 'self'" in page.headers["content-security-policy"]
            assert page.headers["cache-control"] == "no-store"
            style = ada.get(f"{address}/me/static/person.css")
            assert style.headers["content-type"].startswith("text/css")
            assert ada.get(f"{address}/memories?user_id=ada").status_code == 401


def test_a_key_of_one_person_opens_no_other_page(memory: Memory) -> None:
    with served(memory, living=False) as address:
        with asking(address, key_of(memory, "Bookshop", "ada")) as own:
            assert own.post("/people/ada/link", json={}).status_code == 200
            assert own.post("/people/bob/link", json={}).status_code == 403
        with asking(address, key_of(memory, "Bank")) as bank:
            theirs = bank.post("/people/ada/link", json={}).json()["url"]
        page = httpx.get(theirs, follow_redirects=True, cookies=httpx.Cookies())
        assert NURSE not in page.text
        with asking(address, None) as nobody:
            assert nobody.post("/people/ada/link", json={}).status_code == 401


def test_behind_https_links_and_cookies_are_of_https(memory: Memory) -> None:
    with served(memory, living=False, url="https://memory.example.com") as address:
        with asking(address, key_of(memory, "Bookshop")) as shop:
            link = shop.post("/people/ada/link", json={}).json()["url"]
        assert link.startswith("https://memory.example.com/me/?link=")
        here = link.replace("https://memory.example.com", address)
        assert "Secure" in httpx.get(here).headers["set-cookie"]


def test_a_fault_is_in_the_log_without_anybodys_words(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise StoreError(f"cannot read {NURSE}")

    monkeypatch.setattr(Mine, "receipts", broken)
    with served(memory, living=False) as address, httpx.Client(follow_redirects=True) as ada:
        with asking(address, key_of(memory, "Bookshop")) as shop:
            ada.get(shop.post("/people/ada/link", json={}).json()["url"])
        with caplog.at_level(logging.INFO, logger="recenter.server"):
            assert ada.get(f"{address}/me/answers").status_code == 500
    lines = [record.__dict__["fields"] for record in caplog.records if record.msg == "request"]
    assert any(line.get("error") == "StoreError" for line in lines)
    assert "nurse" not in str(lines)
    assert "link=" not in str(lines)
