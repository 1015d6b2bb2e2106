"""Pictures as SVG in a page, which follows the colours of the page and brings no style.

A page may then refuse all styles but its own one, and dark mode turns the ink with the text.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as Tree

from recenter.figures.draw import svg
from recenter.figures.record import Picture

_SVG, _LINK = "http://www.w3.org/2000/svg", "{http://www.w3.org/1999/xlink}href"
_INK = {"#000000": "currentColor", "#dddddd": "var(--line)", "#ffffff": "var(--paper)"}
_BACKGROUND = {"patch_1", "patch_2"}
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def inline_svg(picture: Picture) -> str:
    """Return a picture as an `svg` element with its text for who cannot see it.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    # Written by matplotlib a moment ago; names in it were escaped there.
    root = Tree.fromstring(svg(picture))  # noqa: S314
    used = _referenced(root)
    _strip(root)
    for one in root.iter():
        name = one.get("id")
        if name in _BACKGROUND:
            for part in one:
                part.set("fill", "none")
        if name is not None and name in used:
            one.set("id", f"{picture.name}-{name}")
        elif name is not None:
            del one.attrib["id"]
        _refer(one, picture.name)
    root.attrib |= {"role": "img", "aria-label": picture.alt, "class": "picture"}
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    Tree.register_namespace("", _SVG)
    return Tree.tostring(root, encoding="unicode")


def _strip(root: Tree.Element) -> None:
    """Take out what is no part of the picture, and every style, before single parts are set."""
    for parent in list(root.iter()):
        for child in list(parent):
            if _tag(child) in ("metadata", "title", "style"):
                parent.remove(child)
    for one in root.iter():
        _plain(one)


def _tag(one: Tree.Element) -> str:
    return one.tag.rpartition("}")[2]


def _plain(one: Tree.Element) -> None:
    """Turn a style into attributes; colours into those of the page."""
    for part in one.attrib.pop("style", "").split(";"):
        name, found, value = part.partition(":")
        if found and name.strip() != "font-family":
            one.set(name.strip(), _INK.get(value.strip(), value.strip()))
    # What has no fill is filled black, which a dark page would swallow.
    if _tag(one) in ("text", "path", "use") and "fill" not in one.attrib:
        one.set("fill", "currentColor")


def _referenced(root: Tree.Element) -> set[str]:
    found = set()
    for one in root.iter():
        found |= {one.get(_LINK, "").removeprefix("#")}
        for value in one.attrib.values():
            found |= set(_REFERENCE.findall(value))
    return found


def _refer(one: Tree.Element, name: str) -> None:
    """Point to the ids of this picture, which differ from those of every other one."""
    link = one.attrib.pop(_LINK, None)
    if link is not None:
        one.set("href", f"#{name}-{link.removeprefix('#')}")
    for key, value in one.attrib.items():
        one.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", value))
