"""Markdown of studies and models as HTML that loads and runs nothing."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from recenter.text.forgetting import until_forgotten

_TAGS = {
    "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_DEEPEST = 6


@until_forgotten
@functools.lru_cache(maxsize=512)
def rendered(text: str, top: int = 2) -> Markup:
    """Return Markdown as HTML of a few plain tags.

    Links keep their words and lose their targets, pictures go: a reply of a model may lead anybody
    anywhere. The first heading is of level `top`, and none is more than one level below the one
    before, whatever was written: so they fit the page around them.
    """
    parser = _parser()
    tokens = parser.parse(text)
    _fit_headings(tokens, top)
    html = parser.renderer.render(tokens, parser.options, {})
    return Markup(nh3.clean(html, tags=_TAGS, attributes={}))  # noqa: S704 - cleaned by nh3


def _fit_headings(tokens: Sequence[Token], top: int) -> None:
    above: list[str] = []
    for token in tokens:
        if token.type == "heading_open":
            written = token.tag
            while above and above[-1] >= written:
                above.pop()
            above.append(written)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(top + len(above) - 1, _DEEPEST)}"


@functools.cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
