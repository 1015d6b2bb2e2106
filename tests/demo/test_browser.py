"""The page in a real browser: loads nothing, fits a phone, works by keyboard alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from recenter.demo.page import render
from tests.browser import SIZES, opened

from .fixtures import PERSON, RESULT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "demo.html"
    two = msgspec.structs.replace(
        RESULT, people=(PERSON, msgspec.structs.replace(PERSON, name="Bo"))
    )
    path.write_text(render(two), "utf-8")
    return path.as_uri()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_has_no_faults_that_axe_finds(browser: Any, address: str, size: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(browser, address, size=size, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page)
    page.close()
    assert found.violations_count == 0, found.generate_report()


def test_asks_for_nothing_and_breaks_no_policy(browser: Any, address: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(address)
    styled = page.evaluate("getComputedStyle(document.querySelector('mark.quote')).display")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.close()
    assert asked == [address]
    assert said == []
    assert styled == "inline"
    assert background == "rgb(251, 250, 247)", "the style was not applied"


@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out_sideways(browser: Any, address: str, size: str) -> None:
    page = opened(browser, address, size=size)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    page.close()
    assert wide[0] <= wide[1]


def test_a_quote_leads_into_its_conversation_without_javascript(browser: Any, address: str) -> None:
    page = opened(browser, address, java_script_enabled=False)
    assert not page.locator("#p0-q3-0").locator("xpath=..").is_visible()
    page.locator("#p0 .known a[href='#p0-q3-0']").click()
    mark = page.locator("#p0-q3-0").locator("xpath=..")
    mark.wait_for(state="visible")
    text = mark.inner_text()
    page.close()
    assert text == "i eat fish now"


def test_the_keyboard_reaches_the_content_and_opens_details(browser: Any, address: str) -> None:
    page = opened(browser, address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    is_open = page.evaluate("document.querySelector('details').open")
    page.close()
    assert is_open
