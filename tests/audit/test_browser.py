"""The page of an audit in a real browser: loads nothing, fits a phone, axe finds nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recenter.audit.clean import cleaned
from recenter.audit.page import page
from recenter.audit.report import view_of
from tests.audit.made import made, talk
from tests.browser import SIZES, opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    place: Path = tmp_path_factory.mktemp("page")
    done = made(place, [talk("I like Honeybadger comics.", "I take insulin.")])
    path = place / "audit.html"
    path.write_text(page(view_of(done, cleaned(done), texts=True)), "utf-8")
    return path.as_uri()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_has_no_faults_that_axe_finds(browser: Any, address: str, size: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shown = opened(browser, address, size=size, color_scheme=scheme)
    found = Axe().run(shown)
    shown.close()
    assert found.violations_count == 0, found.generate_report()


def test_asks_for_nothing_and_breaks_no_policy(browser: Any, address: str) -> None:
    shown = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("console", lambda message: said.append(message.text))
    shown.goto(address)
    title = shown.locator("h1").inner_text()
    shown.close()
    assert (asked, said) == ([address], [])
    assert title.startswith("1 of 8 entries")


@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out_sideways(browser: Any, address: str, size: str) -> None:
    shown = opened(browser, address, size=size)
    wide = shown.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    shown.close()
    assert wide[0] <= wide[1]
