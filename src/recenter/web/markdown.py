"""Markdown of studies and models as HTML that loads and runs nothing."""

from __future__ import annotations

import functools

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_DEEPER = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6"}


@functools.lru_cache(maxsize=512)
def rendered(text: str) -> Markup:
    """Return Markdown as HTML of a few plain tags.

    Links keep their words and lose their targets, pictures go: a reply of a model may lead anybody
    anywhere. Headings are two levels deeper, below those of the page.
    """
    html = _parser().render(text)
    for level in sorted(_DEEPER, reverse=True):
        html = html.replace(f"<{level}>", f"<{_DEEPER[level]}>")
        html = html.replace(f"</{level}>", f"</{_DEEPER[level]}>")
    return Markup(nh3.clean(html, tags=_TAGS, attributes={}))  # noqa: S704 - cleaned by nh3


@functools.cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
