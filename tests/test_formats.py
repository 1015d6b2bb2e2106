"""Whatever stands in a line, it becomes a record or an error that names the place."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys

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


def test_threads_that_read_first_at_once_all_read() -> None:
    # A process of its own, in which no record was read before; it crashed in two of five.
    code = """
import sys, threading
sys.setswitchinterval(1e-6)
from recenter import formats
from recenter.memory.records import Answered
from recenter.records import Attribute
begin = threading.Barrier(8)
told = '{"id":"a","person":"p","text":"t","source":"stated","confidence":1.0,"evidence":[]}'
seen = []
def read():
    begin.wait()
    seen.append(formats.decode(told, Attribute).text)
    formats.decode('{"id":"r","person":"p","at":1,"outcome":"use","receipt":{}}', Answered)
threads = [threading.Thread(target=read) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert seen == ["t"] * 8
"""
    for _ in range(4):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("value", ["Bob's secret", 'Bob "said" it', "'secret", 'Bob\'s "secret"'])
@pytest.mark.parametrize("before", ["expected ", "expected 'a' or 'b', got "])
def test_nothing_of_a_quoted_value_is_kept(before: str, value: str) -> None:
    kept = formats.without_values(f"{before}{value!r}.")
    assert re.fullmatch(r"expected \(\d+ characters, digest \w{24}\)\.", kept)
