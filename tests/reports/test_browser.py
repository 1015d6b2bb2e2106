"""The report in a real browser: loads nothing, fits a phone, axe finds nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recenter.reports.page import page
from tests.browser import SIZES, opened
from tests.reports.made import REPORT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page(REPORT), "utf-8")
    return path.as_uri()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_has_no_faults_that_axe_finds(browser: Any, address: str, size: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shown = opened(browser, address, size=size, color_scheme=scheme)
    shown.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
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
    assert asked == [address]
    assert said == []
    assert title == "People against models, stage by stage"


@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out_sideways(browser: Any, address: str, size: str) -> None:
    shown = opened(browser, address, size=size)
    wide = shown.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    shown.close()
    assert wide[0] <= wide[1]


def test_the_ink_of_pictures_turns_with_the_page(browser: Any, address: str) -> None:
    inks = set()
    for scheme in ("light", "dark"):
        shown = opened(browser, address, color_scheme=scheme)
        inks.add(shown.evaluate("getComputedStyle(document.querySelector('svg text')).fill"))
        shown.close()
    assert len(inks) == 2


def test_tables_after_the_first_are_folded_and_open_by_key_and_on_paper(
    browser: Any, address: str
) -> None:
    shown = opened(browser, address)
    first, second = (shown.get_by_role("table", name=name) for name in ("Figures", "More figures"))
    assert first.first.is_visible()
    assert not second.is_visible()
    shown.locator("summary").nth(1).focus()
    shown.keyboard.press("Enter")
    assert second.is_visible()
    shown.close()
    printed = opened(browser, address)
    printed.emulate_media(media="print")
    assert printed.get_by_role("table", name="More figures").is_visible()
    printed.close()
