from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.text.owned import find_owned


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("What oil suits my bmw 730d car?", ["The user has a bmw 730d car."]),
        (
            "a name for my 2 kids and my old dog",
            ["The user has 2 kids.", "The user has an old dog."],
        ),
        ("tips for my diabetes", ["The user has diabetes."]),
        ("fix my code and my essay", []),
        ("act as my deceased grandmother", []),
        ("my sister's husband", []),
        ("my dog-eared notes", []),
    ],
)
def test_states_what_is_named_as_ones_own(said: str, stated: list[str]) -> None:
    assert [owned.text for owned in find_owned(said)] == stated


@given(st.text(max_size=60), st.text(max_size=60))
def test_offsets_hold_the_words(before: str, after: str) -> None:
    text = f"{before} my old car {after}"
    for owned in find_owned(text):
        assert text[owned.start : owned.end].lower().startswith("my ")
