"""Pictures in a page follow its colours, carry no style, and do not share ids."""

from __future__ import annotations

import re
import xml.etree.ElementTree as Tree

import pytest

from recenter.figures.inline import inline_svg
from recenter.figures.record import Dot, Dots, Picture, Plot, Point, Series
from recenter.stats.estimate import Estimate
from tests.figures.test_draw import DOTS, GRID

PLOT = Plot(
    name="curve",
    title="Curve",
    x="x",
    y="y",
    series=(Series("s", (Point(x=0.1, y=0.2, low=0.1, high=0.3), Point(x=0.5, y=0.6))),),
    alt="A curve.",
)


@pytest.mark.parametrize("picture", [DOTS, GRID, PLOT])
def test_no_style_is_left_and_the_text_for_readers_is_there(picture: Picture) -> None:
    told = inline_svg(picture)
    root = Tree.fromstring(told)
    assert "style" not in told
    assert "#000000" not in told
    assert root.get("aria-label") == picture.alt
    assert root.get("role") == "img"
    assert "currentColor" in told


@pytest.mark.parametrize("picture", [DOTS, PLOT])
def test_a_picture_has_no_background_of_its_own(picture: Picture) -> None:
    assert "--paper" not in inline_svg(picture)


def test_ids_are_those_of_the_picture_and_all_that_is_referred_to_is_there() -> None:
    told = inline_svg(PLOT)
    ids = set(re.findall(r'\bid="([^"]+)"', told))
    pointed = set(re.findall(r'(?:href="#|url\(#)([^")]+)', told))
    assert pointed
    assert pointed == ids
    assert all(name.startswith("curve-") for name in ids)


def test_names_stay_text() -> None:
    evil = "<script>alert(1)</script> & $\\nothing{$"
    told = inline_svg(
        Dots(name="d", title=evil, x="x", rows=(Dot(evil, Estimate(value=1.0)),), alt=f'"{evil}')
    )
    assert "<script" not in told
    assert Tree.fromstring(told).get("aria-label") == f'"{evil}'


def test_what_does_not_print_leaves_a_picture_whole() -> None:
    name = "gpt\x1b[31m\u202e"
    told = inline_svg(
        Dots(name="d", title=name, x="x", rows=(Dot(name, Estimate(value=1.0)),), alt="Alt.")
    )
    assert Tree.fromstring(told).get("aria-label") == "Alt."
    assert "\x1b" not in told
