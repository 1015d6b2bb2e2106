import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.formats import decode
from recenter.importers.json_rows import json_items, json_lines

VALUES = st.recursive(
    st.none() | st.integers() | st.text() | st.sampled_from(['"', "\\", '\\"[', "]},"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def cut(data: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


@given(st.lists(VALUES), st.integers(1, 40), st.sampled_from([None, 2]))
def test_items_of_an_array_are_the_items_however_it_is_cut(
    values: list[Any], size: int, indent: int | None
) -> None:
    data = json.dumps(values, indent=indent).encode()
    items = [item for _, item in json_items(cut(data, size))]
    assert [json.loads(item) for item in items] == values


@given(st.lists(VALUES), st.integers(1, 40), st.sampled_from([b"\n", b"\r\n", b"\n\n"]))
def test_lines_are_the_lines_however_they_are_cut(values: list[Any], size: int, end: bytes) -> None:
    data = end.join(json.dumps(value).encode() for value in values)
    assert [json.loads(line) for _, line in json_lines(cut(data, size))] == values


@given(st.binary(), st.integers(1, 10))
def test_any_bytes_are_cut_the_same_in_any_chunks(data: bytes, size: int) -> None:
    assert list(json_items(cut(b"[" + data, size))) == list(json_items([b"[" + data]))
    assert list(json_lines(cut(data, size))) == list(json_lines([data]))


def test_lines_are_numbered_with_the_blank_ones() -> None:
    assert list(json_lines([b"1\n\n \r\n2"])) == [(1, b"1"), (4, b"2")]


@pytest.mark.parametrize("broken", [b'{"a": [1}', b'{"a": tru}', b'{"a": 1]}', b'{"a" 1}', b"nul"])
def test_a_broken_item_does_not_take_the_next_with_it(broken: bytes) -> None:
    items = [item for _, item in json_items([b'[{"x": 1}, ' + broken + b', {"y": 2}]'])]
    assert items[0] == b'{"x": 1}'
    assert isinstance(items[-1], bytes)
    assert json.loads(items[-1]) == {"y": 2}
    assert len(items) == 3


def test_a_row_beyond_the_limit_is_reported_and_passed_over() -> None:
    long = b'"' + b"a" * 100 + b'"'
    rows = list(json_items(cut(b"[1, " + long + b", 2]", 7), limit=50))
    assert [item for _, item in rows] == [b"1", "the row is longer than 50 bytes.", b" 2"]
    lines = list(json_lines(cut(b"1\n" + long + b"\n2\n", 7), limit=50))
    assert lines == [(1, b"1"), (2, "the row is longer than 50 bytes."), (3, b"2")]


def test_an_array_that_is_cut_off_says_so_after_its_whole_items() -> None:
    items = [item for _, item in json_items([b'[{"x": 1}, {"y": '])]
    assert items == [b'{"x": 1}', "the file ends before its array does: it is incomplete."]
    items = [item for _, item in json_items([b'[{"x": 1}'])]
    assert items == [b'{"x": 1}', "the file ends before its array does: it is incomplete."]


def test_text_after_the_array_is_reported() -> None:
    items = [item for _, item in json_items([b"[1]\n [2]"])]
    assert items == [b"1", "there is text after the end of the array."]


def test_only_halves_of_characters_are_replaced() -> None:
    row = rb'"\ud83d\ude00 \ud800 \\ud800 \ude00\n"'
    assert decode(row, str) == "\U0001f600 � \\ud800 �\n"


def test_hostile_brackets_take_time_linear_in_the_text() -> None:
    rows = [item for _, item in json_items([b"[" + b"{" * 200_000 + b"]" * 200_000])]
    assert rows == ["the file ends before its array does: it is incomplete."]
