"""Every page has its pictures in the docs, and every field of a study file its line."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from recenter.study import design
from tests.browser import SHOWN
from tests.web.test_pages import AROUND, ASKED

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = DOCS / "images" / "study"
DESK = Path(__file__).parents[2] / "src" / "recenter" / "web" / "templates" / "desk"


@pytest.mark.parametrize("look", SHOWN)
def test_every_page_is_shown_in_the_docs(look: str) -> None:
    shown = set(re.findall(rf"\.\./images/study/([a-z-]+)-{look}\.png", PAGE))
    assert shown >= ASKED | AROUND
    assert shown == {
        path.name.removesuffix(f"-{look}.png") for path in PICTURES.glob(f"*-{look}.png")
    }
    assert sum(name.startswith("desk-") for name in shown) >= 13


PAGE = (DOCS / "reference" / "study-pages.md").read_text("utf-8")


def test_every_field_of_a_study_file_is_explained() -> None:
    guide = (DOCS / "guides" / "study.md").read_text("utf-8")
    parts = [
        kind
        for kind in vars(design).values()
        if isinstance(kind, type) and issubclass(kind, design.Part) and kind is not design.Part
    ]
    missing = [
        f"{part.__name__}.{field.name}"
        for part in parts
        for field in msgspec.structs.fields(part)
        if f"`{field.name}`" not in guide
    ]
    assert missing == []
