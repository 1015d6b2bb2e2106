"""Every pictured page stands in the guide, in all its looks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser import SHOWN
from tests.server.page.test_browser import PAGES, PICTURED

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("look", SHOWN)
def test_every_pictured_page_is_shown_in_the_guide(look: str) -> None:
    guide = (DOCS / "guides" / "person-page.md").read_text("utf-8")
    shown = set(re.findall(rf"\.\./images/person/([a-z-]+)-{look}\.png", guide))
    files = (DOCS / "images" / "person").glob(f"*-{look}.png")
    assert shown == PICTURED == {path.name.removesuffix(f"-{look}.png") for path in files}
    assert PICTURED < PAGES
