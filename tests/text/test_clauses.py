from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.text.clauses import split_clauses


def cut(text: str) -> list[str]:
    return [text[clause.start : clause.end] for clause in split_clauses(text)]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", []),
        (" \n\t ", []),
        ("I work in Leeds.", ["I work in Leeds."]),
        (
            "btw I work as a nurse and I have two kids, can you write a letter?",
            ["btw I work as a nurse", "I have two kids", "can you write a letter?"],
        ),
        ("I'm a teacher, I live in Leeds", ["I'm a teacher", "I live in Leeds"]),
        ("I'm ill but my wife is fine", ["I'm ill", "my wife is fine"]),
        ("- I ski\n- I swim\n2) I run", ["I ski", "I swim", "I run"]),
        ("I have a dog - he is old", ["I have a dog", "he is old"]),
        ("I like sports, e.g. tennis. And chess.", ["I like sports, e.g. tennis.", "And chess."]),
        ("I live with my husband and my two kids", ["I live with my husband and my two kids"]),
    ],
)
def test_cuts_where_a_new_statement_begins(text: str, clauses: list[str]) -> None:
    assert cut(text) == clauses


@pytest.mark.parametrize(
    "text",
    [
        "If I had money, I would move",
        "When I was small, I lived in Rome",
        "I work nights so I can study",
        "I know that I am late",
    ],
)
def test_keeps_what_depends_on_another_clause_with_it(text: str) -> None:
    assert cut(text) == [text]


def test_knows_the_sentence_of_a_clause() -> None:
    text = "Hello! I paint and I sing."
    first, paint, sing = split_clauses(text)
    assert text[paint.sentence_start : paint.sentence_end] == "I paint and I sing."
    assert (sing.sentence_start, sing.sentence_end) == (paint.sentence_start, paint.sentence_end)
    assert first.end <= paint.start


_PIECES = st.sampled_from(
    [
        "I",
        "my dog",
        " and I ",
        ", ",
        ". ",
        "\n",
        "— ",
        " - ",
        "if ",
        "so I can",
        "\u2028",
        "é",
        "🙂",
        "?",
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=40).map("".join)))
def test_any_text_gives_ordered_spans_without_overlap(text: str) -> None:
    last = 0
    for clause in split_clauses(text):
        assert last <= clause.start < clause.end <= len(text)
        assert clause.sentence_start <= clause.start
        assert clause.end <= clause.sentence_end
        assert text[clause.start : clause.end].strip() == text[clause.start : clause.end]
        last = clause.end
