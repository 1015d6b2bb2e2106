"""Researchers' pages in a real browser: axe finds nothing, they fit a phone, they work by keys.

With RECENTER_SCREENSHOTS=FOLDER each page is photographed there: in light, dark, on a phone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recenter.store import open_store
from recenter.study.ledger import running
from recenter.study.ledger.desk import annotators
from recenter.web.site import Site
from tests.browser import SIZES
from tests.study.samples import Clock
from tests.web.desk import made

pytestmark = pytest.mark.browser

PAGES = {
    "desk-overview": "",
    "desk-agreement": "agreement",
    "desk-agreement-replies": "agreement?task=pairs",
    "desk-disagreements": "disagreements",
    "desk-decision": "part?item=sup_n1&part=1",
    "desk-decided": "part?item=sup_n3&part=1",
    "desk-decision-page": "part?item=rel_p1&part=1",
    "desk-decision-replies": "part?item=bet_b1&part=overall",
    "desk-annotators": "annotators",
    "desk-annotator": "annotators/5",
    "desk-left-out": "annotators/6",
    "desk-unknown": "nothing",
}
LOOKS = {"light": ("desktop", "light"), "dark": ("desktop", "dark"), "phone": ("phone", "light")}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A study in which something was decided and somebody left out."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('pages') / 'store.db'}") as store:
        desk = made.study(store.database, Clock(1_790_000_000.0))
        made.accounts(desk)
        (last,) = (one.id for one in annotators(desk) if one.number == 6)
        running.exclude(desk, last, reason="Wrote us so.", account="ada", replace=False)
        running.adjudicate(
            desk, "sup_n3", "1", answer="reject", failure="other", reason="Said once.", account="jo"
        )
        with made.serving(Site(desk=desk)) as address:
            yield address


@pytest.fixture(params=LOOKS)
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """A page of a browser without scripts of the site, logged in by the form."""
    size, scheme = LOOKS[request.param]
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, base_url=f"{address}/"
    )
    shown = context.new_page()
    shown.goto("login")
    check(shown, "desk-login", request.param)
    shown.get_by_label("Name").fill("ada")
    shown.get_by_label("Password").fill(made.PASSWORD)
    shown.keyboard.press("Enter")
    shown.wait_for_url(f"{address}/")
    shown.look = request.param
    yield shown
    context.close()


def check(shown: Any, name: str, look: str) -> None:
    """Let axe look for faults, see that nothing sticks out, and photograph the page if asked."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(shown)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    wide = shown.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1], name
    folder = os.environ.get("RECENTER_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        shown.screenshot(path=Path(folder) / f"{name}-{look}.png", full_page=True)


def test_no_page_has_faults_that_axe_finds_or_sticks_out(page: Any) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for name, path in PAGES.items():
        page.goto(path)
        check(page, name, page.look)
    # The browser tells of the page that is not there; of nothing else.
    assert [text for text in said if "404" not in text] == []


def test_somebody_is_left_out_and_taken_back_by_keys_alone(page: Any) -> None:
    number = 1 + list(LOOKS).index(page.look)
    page.goto(f"annotators/{number}")
    page.get_by_label("It counts no more; this can be taken back").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Asked us to.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Let their answers count again").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=f"Leave out annotator {number}").wait_for()
    assert "Asked us to." in page.inner_text("main")


def test_the_picture_turns_with_the_page(page: Any) -> None:
    page.goto("agreement")
    ink = page.evaluate("getComputedStyle(document.querySelector('svg text')).fill")
    assert ink == page.evaluate("getComputedStyle(document.body).color")
