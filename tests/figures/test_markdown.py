"""Text from data in Markdown: it is shown, and nothing comes of it."""

from __future__ import annotations

import pytest

from recenter.figures.markdown import inert, plots_text, tables_text
from recenter.figures.record import Dots, Line, Table

NAME = "a | b `x`\n# Forged [y](http://z) <b> \\| end"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CC BY-NC 4.0", "CC BY-NC 4.0"),
        ("x\n# Forged", "x # Forged"),
        ("a | b `x`.jsonl", r"a \| b 'x'.jsonl"),
        (r"a \| b", r"a \\\| b"),
        ("<b>[y](z)", r"&lt;b>[y]\(z)"),
    ],
)
def test_marks_of_markdown_are_shown_as_they_are(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_names_break_neither_a_table_nor_what_follows_it() -> None:
    table = Table(title=NAME, columns=(NAME, "F1"), lines=(Line(NAME, (None, None)),))
    lines = tables_text([table]).splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 3
    for row in rows:
        bare = row.replace("\\\\", "").replace("\\|", "")
        assert bare.count("|") == rows[1].count("|")
    picture = Dots(name="p", title=NAME, x="x", rows=(), alt=NAME)
    for text in (tables_text([table]), plots_text([picture], "figures")):
        assert sum(line.startswith("#") for line in text.splitlines()) == 1
        assert "](http" not in text
        assert "`" not in text
