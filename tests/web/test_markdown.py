"""Markdown becomes HTML that loads nothing, runs nothing and fits its page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.web.markdown import rendered


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**b** and *i*", "<p><strong>b</strong> and <em>i</em></p>"),
        ("[words](https://example.com)", "<p>words</p>"),
        ("![seen](https://example.com/x.png)", "<p></p>"),
        ("<b onclick=x>hi</b>", "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>"),
        ("| a |\n|---|\n| 1 |", "<td>1</td>"),
        ("<script>x</script>", "&lt;script&gt;"),
        ("[x](javascript:alert(1))", "x"),
    ],
)
def test_what_is_kept_and_what_goes(text: str, html: str) -> None:
    assert html in rendered(text)


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# a\n## b\n# c", "343"),
        ("### a\n# b\n#### c\n## d", "3344"),
        ("###### a", "3"),
        ("# a\n## b\n### c\n#### d\n##### e\n###### f", "345666"),
    ],
)
def test_headings_fit_below_those_of_the_page(text: str, levels: str) -> None:
    assert re.findall(r"<h(\d)>", rendered(text, 3)) == list(levels)


@given(st.text(max_size=200))
def test_no_text_makes_anything_but_plain_tags(text: str) -> None:
    for tag in re.findall(r"<([^>]*)>", rendered(text)):
        assert re.fullmatch(r"/?[a-z0-9]+ ?/?", tag)
