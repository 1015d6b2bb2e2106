"""Fonts for what is drawn: the usual one, and installed ones for what it has no glyph for."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

_USUAL = "DejaVu Sans"
"""Comes with matplotlib."""
_STAND_INS = "Last Resort"
"""Fonts whose every glyph is a box that names a script: none to read."""


class Fonts(NamedTuple):
    """What to draw some texts with."""

    others: tuple[str, ...]
    """Installed families for what the usual one has no glyph for, in the order to try them."""
    missing: str
    """Characters that no installed font has, in order of appearance."""


def fonts_for(texts: Iterable[str]) -> Fonts:
    """Return what the texts need beside the usual font. Needs matplotlib."""
    others: list[str] = []
    missing = dict.fromkeys(c for text in texts for c in text if not c.isspace())
    for family, path in _installed() if missing else ():
        held = _held(path)
        found = [c for c in missing if ord(c) in held]
        if found and family not in (_USUAL, *others):
            others.append(family)
        for one in found:
            del missing[one]
        if not missing:
            break
    return Fonts(tuple(others), "".join(missing))


@contextmanager
def quiet() -> Iterator[None]:
    """Draw without a warning for each glyph that is missing: `Fonts.missing` names them once."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .*missing from", UserWarning)
        yield


def _installed() -> Iterator[tuple[str, str]]:
    """Yield family and file of each upright font, the usual one first."""
    from matplotlib.font_manager import fontManager

    upright = [
        one
        for one in fontManager.ttflist
        if one.style == "normal" and one.weight == 400 and not one.name.startswith(_STAND_INS)
    ]
    upright.sort(key=lambda one: (one.name != _USUAL, one.name, one.fname))
    return ((one.name, one.fname) for one in upright)


@functools.cache
def _held(path: str) -> frozenset[int]:
    """Return the code points that a font has a glyph for."""
    from matplotlib.font_manager import get_font

    try:
        return frozenset(get_font(path).get_charmap())
    except (OSError, RuntimeError):  # Gone since the fonts were listed, or no font at all.
        return frozenset()
