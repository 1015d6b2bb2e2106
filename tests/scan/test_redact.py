"""Whatever is masked, every other character stays where it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.scan.find import find
from recenter.scan.record import KINDS, Finding, Kind
from recenter.scan.redact import MASK, redact
from tests.scan.pieces import PIECES
from tests.scan.planted import sentences

CHARACTERS = st.text(st.sampled_from("ab1 \r\n\n😀e\u0301👩\u200d🔬█["), max_size=60)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, tuple[Finding, ...]]:
    """Return a text with stretches of it, apart and in order."""
    text = draw(CHARACTERS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    return text, tuple(
        Finding(draw(st.sampled_from(KINDS)), start, end, text[start:end])
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    )


@given(marked())
def test_nothing_moves_and_nothing_else_changes(case: tuple[str, tuple[Finding, ...]]) -> None:
    text, findings = case
    masked = redact(text, findings)
    assert len(masked) == len(text)
    inside = {place for one in findings for place in range(one.start, one.end)}
    for place, (old, new) in enumerate(zip(text, masked, strict=True)):
        if place not in inside or old in "\r\n":
            assert new == old
        else:
            assert new in f"{MASK}[]abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("ann@example.com", "email", "[email]████████"),
        ("Ann", "name", "███"),
        ("Ann P.", "name", "[name]"),
        ("12 Elm St\r\nDover", "address", "[address]\r\n█████"),
        ("1\n2 Elm Street", "address", "█\n████████████"),
        ("😀😀😀😀😀😀😀", "name", "[name]█"),
    ],
)
def test_a_label_stands_where_it_fits(text: str, kind: str, expected: str) -> None:
    one = Finding(kind, 1, 1 + len(text), text)  # type: ignore[arg-type]
    assert redact(f"<{text}>", [one]) == f"<{expected}>"


def test_a_quote_keeps_its_place() -> None:
    text = "I'm 😀 Ann Poe, write to ann@example.com. I love my cello."
    quote = text.index("I love my cello")
    masked = redact(text, find(text))
    assert masked[quote : quote + 15] == "I love my cello"
    assert "Poe" not in masked
    assert "ann" not in masked


def test_only_the_kinds_asked_for_are_masked() -> None:
    text = "Dear Ann Poe, ann@example.com"
    only: tuple[Kind, ...] = ("email",)
    assert redact(text, find(text), kinds=only) == "Dear Ann Poe, [email]████████"
    assert redact(text, find(text), kinds=()) == text


def test_findings_of_another_text_are_refused() -> None:
    with pytest.raises(InputError, match="no name of 3 characters at 5"):
        redact("Dear Bob", find("Dear Ann"))


@pytest.mark.parametrize("seen", [True, False])
def test_what_was_masked_is_not_found_again(seen: bool) -> None:
    for text, _ in sentences(seen=seen, rounds=5):
        masked = redact(text, find(text))
        assert find(masked) == ()
        assert redact(masked, find(masked)) == masked


@given(st.text(max_size=60) | PIECES)
def test_nothing_is_found_where_a_mask_is(text: str) -> None:
    masked_spans = find(text)
    for again in find(redact(text, masked_spans)):
        assert all(again.end <= one.start or one.end <= again.start for one in masked_spans)
