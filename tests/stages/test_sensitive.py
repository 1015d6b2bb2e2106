"""The rules for sensitive topics on lists of people's statements: how many they find."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recenter.models.embedded import Minilm
from recenter.stages.sensitive import _WORDS, TOPICS, sensitive_topics, topics_of
from tests.stages.second_author import AFTERWARDS, LIST, precision, read, read_third, recall


def test_nine_in_ten_of_the_half_not_looked_at_are_found_and_few_others() -> None:
    unseen = [s for s in read() if s.half == "test"]
    found, right = recall(unseen), precision(unseen)
    assert found.hits >= 0.9 * found.of
    assert right.hits >= 0.9 * right.of
    for topic in TOPICS:
        share = recall(unseen, topic)
        assert share.hits >= 0.8 * share.of, topic


@pytest.mark.parametrize("path", [LIST, AFTERWARDS], ids=lambda path: path.stem)
def test_the_lists_hold_every_topic_and_no_statement_twice(path: object) -> None:
    statements = read(LIST if path == LIST else AFTERWARDS)
    texts = [s.text for s in statements]
    assert len(set(texts)) == len(texts)
    assert {s.topic for s in statements} == {*TOPICS, ""} - {"finances", "crime", "ethnicity"}


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("The user is sick of meetings.", set()),
        ("The user kills child processes.", set()),
        ("The user is a virgin olive oil importer.", set()),
        ("The user prefers first person pronouns in essays.", set()),
        ("The user drives a Kia Pride.", set()),
        ("The user follows football religiously.", set()),
        ("The user writes a lot with Mr Okafor.", {"third_parties"}),
        ("The user takes fluoxetine.", {"health"}),
        ("The user is on strike.", {"politics"}),
    ],
)
def test_words_are_read_in_their_company(text: str, topics: set[str]) -> None:
    assert set(sensitive_topics(text)) == topics


@pytest.mark.parametrize("written", [str, str.lower, str.upper, str.title, str.swapcase])
def test_what_is_asked_first_in_small_letters_misses_nothing(written: Callable[[str], str]) -> None:
    authored = [
        *(s.text for s in (*read(LIST), *read(AFTERWARDS))),
        *(s.text for s in read_third()),
    ]
    texts = [written(text) for text in authored]
    slowly = [tuple(t for t in TOPICS if _WORDS[t].search(text)) for text in texts]
    assert [sensitive_topics(text) for text in texts] == slowly
    assert any(slowly)


def test_letters_that_count_as_another_s_capital_are_read_as_that() -> None:
    assert sensitive_topics("The user keeps \u017fabbath.") == ("religion",)  # A long s.


def test_with_meaning_nine_in_ten_of_the_third_list_are_held_back_and_few_others() -> None:
    statements = read_third()
    held = [bool(topics) for topics in topics_of([s.text for s in statements], Minilm())]
    right = sum(s.sensitive and is_held for s, is_held in zip(statements, held, strict=True))
    assert right >= 0.9 * sum(s.sensitive for s in statements)
    assert right >= 0.85 * sum(held)
