"""`recenter page-link` prints a link that opens the page of one person."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from recenter.cli.main import main
from recenter.memory import Memory
from recenter.server.page.links import opened, page_secret


def test_the_link_opens_the_page_of_this_person_of_this_application(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'store.db'}"
    with Memory({"store": store, "application": "Bookshop"}) as memory:
        memory.add("I play chess every Sunday.", user_id="ada")
        person, key = memory.person("ada"), memory.engine.key
    whose = ["ada", "--application", "Bookshop", "--store", store]
    where = ["--hours", "2", "--url", "https://memory.example.com/"]
    ran = CliRunner().invoke(main, ["page-link", *whose, *where])
    assert ran.exit_code == 0, ran.output
    assert ran.stderr == ""
    link = urlsplit(ran.stdout.strip())
    assert (link.netloc, link.path) == ("memory.example.com", "/me/")
    visit = opened(page_secret(key), parse_qs(link.query)["link"][0], now=time.time())
    assert (visit.person, visit.application) == (person, "Bookshop")
    assert 7100 < visit.until - time.time() <= 7200


@pytest.mark.parametrize("hours", ["0", "-1", "721", "x"])
def test_hours_that_cannot_be_are_refused(tmp_path: Path, hours: str) -> None:
    ran = CliRunner().invoke(main, ["page-link", "ada", "--hours", hours])
    assert ran.exit_code == 2
    assert "--hours" in ran.stderr


@pytest.mark.parametrize("url", ["foo", "ftp://a.example", "https://", "javascript:alert(1)"])
def test_what_is_no_address_for_a_browser_is_refused(tmp_path: Path, url: str) -> None:
    ran = CliRunner().invoke(main, ["page-link", "ada", "--url", url])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "is not an http or https URL" in " ".join(ran.stderr.split())


@pytest.mark.parametrize("more", [[], ["--end"]])
def test_a_stranger_is_said_to_be_one(tmp_path: Path, more: list[str]) -> None:
    store = f"sqlite:///{tmp_path / 'store.db'}"
    with Memory({"store": store, "application": "Bookshop"}) as memory:
        memory.add("I play chess every Sunday.", user_id="ada")
    for whose in (["nobody", "--application", "Bookshop"], ["ada", "--application", "Shop"]):
        ran = CliRunner().invoke(main, ["page-link", *whose, "--store", store, *more])
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert f"nothing is known of '{whose[0]}'" in ran.stderr
        assert f"the application '{whose[2]}'" in ran.stderr


def test_links_are_ended_for_one_person(tmp_path: Path) -> None:
    config = {"store": f"sqlite:///{tmp_path / 'store.db'}", "application": "Bookshop"}
    with Memory(config) as memory:
        memory.add("I play chess every Sunday.", user_id="ada")
        memory.add("I play chess every Sunday.", user_id="bob")
    whose = ["ada", "--application", "Bookshop", "--store", config["store"]]
    ran = CliRunner().invoke(main, ["page-link", *whose, "--end"])
    assert ran.exit_code == 0, ran.output
    assert ran.stdout == ""
    assert "All links so far were ended." in ran.stderr
    with Memory(config) as memory:
        assert (memory.links_ended("ada"), memory.links_ended("bob")) == (1, 0)
        ran = CliRunner().invoke(main, ["page-link", *whose])
        token = parse_qs(urlsplit(ran.stdout.strip()).query)["link"][0]
        visit = opened(page_secret(memory.engine.key), token, now=time.time())
        assert visit.ended == 1
