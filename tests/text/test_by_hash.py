"""What is remembered by a text's hash."""

from __future__ import annotations

import gc

from hypothesis import given
from hypothesis import strategies as st

from recenter.text.by_hash import by_hash


def test_each_text_is_read_once_while_it_is_among_the_last() -> None:
    read: list[str] = []

    @by_hash(2)
    def length(text: str) -> int:
        read.append(text)
        return len(text)

    assert [length(text) for text in ("a", "bb", "a", "ccc", "bb")] == [1, 2, 1, 3, 2]
    assert read == ["a", "bb", "ccc", "bb"]  # "bb" was the one least lately asked for.


@given(st.lists(st.text(), max_size=20))
def test_what_is_remembered_is_what_is_found(texts: list[str]) -> None:
    folded = by_hash(3)(str.casefold)
    assert [folded(text) for text in texts] == [text.casefold() for text in texts]


def test_the_text_is_not_held_on_to() -> None:
    class Words(str):
        """Words that can be looked for."""

        __slots__ = ()

    length = by_hash(8)(len)
    assert length(Words("the person's own words")) == 22
    gc.collect()
    assert not [one for one in gc.get_objects() if type(one) is Words]
