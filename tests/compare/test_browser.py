"""The page of a comparison in a real browser: loads nothing, fits a phone, axe finds nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recenter.reports.page import page
from tests.browser import SIZES, opened
from tests.compare.test_build import MADE, REAL, report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page(report(REAL, MADE, texts=True, steps=("duplicates", "sample"))), "utf-8")
    return path.as_uri()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_has_no_faults_that_axe_finds_and_nothing_sticks_out(
    browser: Any, address: str, size: str, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shown = opened(browser, address, size=size, color_scheme=scheme)
    wide = shown.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    shown.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(shown)
    shown.close()
    assert found.violations_count == 0, found.generate_report()
    assert wide[0] <= wide[1]


def test_asks_for_nothing_and_is_read_by_keys(browser: Any, address: str) -> None:
    shown = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("console", lambda message: said.append(message.text))
    shown.goto(address)
    assert shown.locator("h1").inner_text() == "real against made"
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.textContent") == "Skip to the content"
    folded = shown.get_by_role("table", name="What is wrong")
    assert not folded.is_visible()
    shown.locator("summary", has_text="What is wrong").focus()
    shown.keyboard.press("Enter")
    assert folded.is_visible()
    shown.close()
    assert asked == [address]
    assert said == []
