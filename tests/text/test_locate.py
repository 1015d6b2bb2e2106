"""Quotes are found word for word, whatever carries no words, and never by paraphrase."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.text.locate import Locator, Span, fold_words, is_long_enough, locate

TEXT = "I  have a\n**dog** — named ‘Rex’… and I \\*love\\* him! Meine Straße &amp; café, -5 °C."

ALLOWED: dict[str, Callable[[str], str]] = {
    "spaces": lambda quote: "  ".join(quote.split(" ")),
    "newline": lambda quote: quote.replace(" ", "\n"),
    "upper": str.upper,
    "fold": str.casefold,
    "quoted": lambda quote: f"“{quote}”",
    "shortened": lambda quote: f"...{quote}…",
    "stop": lambda quote: quote + ".",
    "emphasis": lambda quote: f"**{quote}**",
}


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("I  have a\n**dog**", "I  have a\n**dog**"),
        ("i have a dog", "I  have a\n**dog"),
        ("\"I have a dog - named 'Rex'\"", "I  have a\n**dog** — named ‘Rex"),
        ("I *love* him.", "I \\*love\\* him"),
        ("MEINE STRASSE & CAFE\u0301", "Meine Straße &amp; café"),
        ("café, −5 °C", "café, -5 °C"),
    ],
)
def test_what_carries_no_words_is_forgiven(quote: str, found: str) -> None:
    span = locate(quote, TEXT)
    assert span is not None
    assert TEXT[span.start : span.end] == found


@pytest.mark.parametrize(
    "quote",
    [
        "I have a cat",
        "have dog",
        "have a do",
        "ave a dog",
        "dog a have I",
        "named Rex and I really love him",
        "Meine Strasse & cafe",
        "café, 5 °C and more",
        "I … cat",
        "him ... dog",
        "dog",
        "",
        "...",
    ],
)
def test_other_words_are_not_found(quote: str) -> None:
    assert locate(quote, TEXT) is None


@pytest.mark.parametrize(
    "quote", ["love dog", "ove dogs", "I love dog", "like 1", "cats are fun and"]
)
def test_a_word_that_is_cut_is_not_found(quote: str) -> None:
    assert locate(quote, "I love dogs and like 12 of them, cats are funny and odd.") is None


def test_an_ellipsis_gives_the_parts_in_order() -> None:
    parts = Locator(TEXT).parts("I have a dog ... and [...] love him")
    assert [TEXT[a:b] for a, b in parts] == ["I  have a\n**dog", "love\\* him"]
    assert locate("I have a dog ... love him", TEXT) == parts[0]


def test_a_window_leaves_out_what_stands_elsewhere() -> None:
    text = "my son is five; my son is five"
    assert [span.start for span in Locator(text).occurrences("My son is five")] == [0, 16]
    assert locate("my son", text, within=Span(2, len(text))) == Span(16, 22)
    assert locate("my son", text, within=Span(2, 20)) is None


@pytest.mark.parametrize("mark", ["،", "؛", "؟", "۔", "।", "॥"])
def test_marks_of_other_scripts_carry_no_words(mark: str) -> None:
    assert locate("मैं दिल्ली में", f"मैं दिल्ली में{mark}") == Span(0, 14)
    assert locate(f"मैं दिल्ली में{mark}", "मैं दिल्ली में") == Span(0, 14)


def test_scripts_without_spaces_are_found_inside_a_sentence() -> None:
    assert locate("喜欢猫", "我喜欢猫和狗") == Span(1, 4)
    assert locate("I love pizza", "I love pizza🍕🍕") == Span(0, 12)
    assert locate("猫", "我喜欢猫和狗") is None


@given(st.text(max_size=60), st.text(max_size=300))
def test_nothing_raises_and_what_is_found_has_the_words_of_the_quote(quote: str, text: str) -> None:
    for span in Locator(text).occurrences(quote):
        assert 0 <= span.start < span.end <= len(text)
        assert fold_words(text[span.start : span.end]) == fold_words(quote)


WORDS = st.lists(
    st.sampled_from(
        ["I", "am", "Straße", "don't", "ﬁne", "İ", "x2", "C++", "café", "e\u0301té", "ok"]
    ),
    min_size=1,
    max_size=12,
)


@given(WORDS, WORDS, WORDS, st.lists(st.sampled_from(sorted(ALLOWED)), max_size=3))
def test_any_stretch_is_found_after_allowed_changes(
    before: list[str], quoted: list[str], after: list[str], changes: list[str]
) -> None:
    text = " ".join([*before, *quoted, *after])
    quote = " ".join(quoted)
    for name in changes:
        quote = ALLOWED[name](quote)
    span = locate(quote, text)
    assert (span is not None) == is_long_enough(fold_words(quote))
    if span is not None:
        assert fold_words(text[span.start : span.end]) == fold_words(quote)


@given(WORDS, st.data())
def test_a_changed_word_is_not_found(words: list[str], data: st.DataObject) -> None:
    changed = list(words)
    changed[data.draw(st.integers(0, len(words) - 1))] = "zebra"
    assert locate(" ".join(changed), " ".join(words)) is None
