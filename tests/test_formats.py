"""Whatever stands in a line, it becomes a record or an error that names the place."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter import formats
from recenter.errors import InputError
from recenter.records import Turn

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_what_the_standard_library_writes_is_read(value: object) -> None:
    cleaned = formats.without_surrogates(value)
    assert formats.decode(json.dumps(value), object) == cleaned
    assert formats.decode(formats.encode(value), object) == cleaned


@given(st.binary(max_size=40))
def test_bytes_are_a_record_or_an_input_error(line: bytes) -> None:
    with contextlib.suppress(InputError):
        assert isinstance(formats.decode(line, Turn, number=3), Turn)


@pytest.mark.parametrize("line", ["[" * 100_000, '{"a": NaN}', '"\\ud800', "", "1e999", '"\\udc00'])
def test_what_is_not_json_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="line 9"):
        formats.decode(line, object, number=9)


def test_half_a_surrogate_pair_costs_one_character_not_the_row() -> None:
    assert formats.decode(r'{"role": "user", "text": "hi \uD83D"}', Turn).text == "hi \ufffd"
