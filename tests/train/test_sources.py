"""Rows of several files: their places, their checksums, and what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from recenter.errors import InputError
from recenter.train.sources import placed, read_rows


def test_rows_know_their_file_and_line(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text('{"a": 1}\n\n{"a": 2}\n')
    two.write_text('{"a": 3}')
    read = read_rows([one, two])
    assert [row["a"] for row in read.rows] == [1, 2, 3]
    assert [line for _, line in read.places] == [1, 3, 1]
    assert [file.rows for file in read.files] == [2, 1]
    assert read.files[0].sha256 == hashlib.sha256(one.read_bytes()).hexdigest()
    with pytest.raises(InputError) as caught, placed(read):
        raise InputError("wrong.", line=2, field="a", cure="Mend it.")
    assert str(caught.value) == f"{one}: line 3: a: wrong. Mend it."


def test_an_error_without_a_row_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "one"
    file.write_text("{}")
    with pytest.raises(InputError) as caught, placed(read_rows([file])):
        raise InputError("too few.")
    assert str(caught.value) == "too few."


@pytest.mark.parametrize(
    ("data", "message"),
    [("", "holds no rows"), ('{"a": 1}\n[1]\n', "line 2"), ("{}\n{", "line 2: not JSON")],
)
def test_what_holds_no_rows_is_refused(data: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "rows"
    file.write_text(data)
    with pytest.raises(InputError, match=message):
        read_rows([file])


def test_a_file_is_not_counted_twice(tmp_path: Path) -> None:
    for name in ("one", "copy"):
        (tmp_path / name).write_text('{"a": 1}')
    with pytest.raises(InputError, match="the same bytes"):
        read_rows([tmp_path / "one", tmp_path / "copy"])
    with pytest.raises(InputError, match="cannot be read"):
        read_rows([tmp_path / "none"])
