"""A real Chromium for the tests of pages: Debian's, driven by Playwright.

With RECENTER_SCREENSHOTS set to a folder, pages that are looked at are photographed into it.
"""

from __future__ import annotations

import base64
import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SIZES = {"desktop": (1200, 900), "phone": (360, 740)}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1200, "height": 900}},
    "dark": {"viewport": {"width": 1200, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
    # As wide as a window of 1280 pixels that is magnified to 200 %.
    "zoomed": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
}
SHOWN = ("light", "dark", "phone")

_LOOK = """[
    innerWidth, innerHeight, devicePixelRatio,
    matchMedia("(prefers-color-scheme: dark)").matches, matchMedia("(pointer: coarse)").matches,
]"""


def running() -> Iterator[Any]:
    """Yield a browser, or skip with the cure."""
    for package in ("playwright", "axe_playwright_python"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs {package}: pip install --group browser")
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = next((found for name in names if (found := shutil.which(name))), None)
    if executable is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield started
        started.close()


def opened(browser: Any, address: str, *, size: str = "desktop", **options: Any) -> Any:
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height}, **options)
    page.goto(address)
    return page


class Looking:
    """A page that is driven once past all there is to see, and looked at in each of `LOOKS`.

    Args:
        browser: that it is opened in.
        pictured: which pages are photographed, by their names.
    """

    def __init__(self, browser: Any, pictured: Callable[[str], bool]) -> None:
        self.page = browser.new_page(**LOOKS["light"])
        self.seen: set[str] = set()
        self.faults: dict[str, list[str]] = {look: [] for look in LOOKS}
        self.asked: list[str] = []
        """Every URL that was asked for."""
        self.said: list[str] = []
        """What stood on the console, and errors of scripts."""
        self._pictured = pictured
        self._devices = self.page.context.new_cdp_session(self.page)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def at(self, name: str) -> None:
        """Look at what is there now, under its name."""
        folder = os.environ.get("RECENTER_SCREENSHOTS")
        photographed = folder and name not in self.seen and self._pictured(name)
        self.seen.add(name)
        if photographed:
            self._photograph(f"{folder}/{name}")
        self.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        for look in LOOKS:
            self._take(look)
            self.faults[look] += [f"{name}: {fault}" for fault in faults_of(self.page)]
        self._take("light")

    def _photograph(self, stem: str) -> None:
        for look in SHOWN:
            self._take(look)
            Path(f"{stem}-{look}.png").write_bytes(self._picture())

    def _picture(self) -> bytes:
        """Return all of the page as it looks; Playwright's own picture goes back to its window."""
        whole = self._devices.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": whole["width"], "height": whole["height"], "scale": 1}
        taken = self._devices.send(
            "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip}
        )
        return base64.b64decode(taken["data"])

    def _take(self, look: str) -> None:
        """Make the page look so, and see that it does."""
        told = LOOKS[look]
        size, scale = told["viewport"], told.get("device_scale_factor", 1)
        mobile, touch = told.get("is_mobile", False), told.get("has_touch", False)
        scheme = told.get("color_scheme", "light")
        self._devices.send(
            "Emulation.setDeviceMetricsOverride",
            {**size, "deviceScaleFactor": scale, "mobile": mobile},
        )
        self._devices.send("Emulation.setTouchEmulationEnabled", {"enabled": touch})
        self.page.emulate_media(color_scheme=scheme)
        found = self.page.evaluate(_LOOK)
        assert found == [size["width"], size["height"], scale, scheme == "dark", touch], look


def faults_of(page: Any) -> list[str]:
    """Return what axe finds on a page as it is, and whether it is wider than the window."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page)
    faults = [found.generate_report()] if found.violations_count else []
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return faults if wide <= 0 else [*faults, f"sticks out by {wide} pixels"]
