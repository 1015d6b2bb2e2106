"""What every reader of a benchmark holds to: told by its fields, gold apart, ids pseudonymised."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recenter.formats import decode, encode
from recenter.importers.base import BadRow, SkippedRow
from recenter.importers.reading import (
    Row,
    read_conversations,
    read_records,
    read_references,
    stop_at_bad,
)
from recenter.records import Conversation, Reference
from tests.importers.benchmarks.rows import DIALOGUE, ROWS, both, rows_of, talks, told
from tests.importers.rows import KEY, read, tally_of, write_lines

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("what", ROWS)
def test_each_is_told_by_its_fields(tmp_path: Path, what: str) -> None:
    name, row = ROWS[what]
    rows = rows_of(tmp_path, row)
    assert {one.source for one in both(rows)} == {name}
    assert not [one for one in rows if isinstance(one, BadRow)]
    assert rows_of(tmp_path, row, format=name) == rows


@pytest.mark.parametrize("what", ROWS)
def test_what_is_planted_reaches_no_conversation(tmp_path: Path, what: str) -> None:
    rows = rows_of(tmp_path, ROWS[what][1])
    assert "GOLD" not in "".join(map(encode, talks(rows)))
    assert "RAW" not in "".join(map(encode, both(rows)))
    assert all(len(turn.text.strip()) for talk in talks(rows) for turn in talk.turns[1:])


@pytest.mark.parametrize("what", [what for what in ROWS if what != "personamem context"])
def test_what_is_planted_is_a_reference(tmp_path: Path, what: str) -> None:
    rows = rows_of(tmp_path, ROWS[what][1])
    planted = told(rows)
    assert planted
    assert all("GOLD" in encode(one) for one in planted)
    assert len({one.id for one in planted}) == len(planted)
    stored = {talk.id: talk.person for talk in talks(rows)}
    for one in planted:
        assert one.conversation is None or stored[one.conversation] == one.person


@pytest.mark.parametrize("what", ROWS)
def test_reading_again_gives_the_same_and_another_key_others(tmp_path: Path, what: str) -> None:
    path = write_lines(tmp_path / "in", ROWS[what][1])
    assert read(path) == read(path)
    people = {row.person for row in read(path) if isinstance(row, Conversation | Reference)}
    others = {r.person for r in read_records(path, key=b"another") if not isinstance(r, BadRow)}
    assert people.isdisjoint(others)


@pytest.mark.parametrize("what", ROWS)
def test_an_array_and_one_object_over_many_lines_read_as_lines_do(
    tmp_path: Path, what: str
) -> None:
    row = ROWS[what][1]
    expected = rows_of(tmp_path, row)
    for text in (
        json.dumps([row], indent=1),
        json.dumps(row, indent=1) + "\n",
        f"[{json.dumps(row)}]",
    ):
        (tmp_path / "in").write_text(text)
        assert read(tmp_path / "in") == expected


@pytest.mark.parametrize("what", ROWS)
def test_a_person_that_is_given_owns_all(tmp_path: Path, what: str) -> None:
    name, row = ROWS[what]
    rows = rows_of(tmp_path, row, person="ada")
    if name == "locomo":
        (bad,) = rows
        assert isinstance(bad, BadRow)
        assert "--person names one" in bad.reason
    else:
        assert len({one.person for one in both(rows)}) == 1


def test_the_two_ways_to_read_one_kind_only(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in", ROWS["cupid"][1])
    assert list(read_conversations(path, key=KEY)) == talks(read(path))
    assert list(stop_at_bad(read_references(path, key=KEY))) == told(read(path))
    counts = tally_of(read(path)).counts
    assert (counts.read, counts.kept, counts.references) == (2, 2, 3)


@pytest.mark.parametrize("what", ROWS)
def test_references_come_back_from_their_own_lines(tmp_path: Path, what: str) -> None:
    planted = told(rows_of(tmp_path, ROWS[what][1]))
    if planted:
        assert rows_of(tmp_path, *planted) == planted
        assert [decode(encode(one), Reference) for one in planted] == planted


def changed(row: Any, data: st.DataObject) -> Any:
    """Put something else in the place of one value somewhere in a row."""
    row = copy.deepcopy(row)
    here = row
    while True:
        name = data.draw(
            st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here)))
        )
        below = here[name]
        if not below or not isinstance(below, dict | list) or data.draw(st.booleans()):
            here[name] = data.draw(JSON)
            return row
        here = below


@pytest.mark.parametrize("what", ROWS)
@given(data=st.data())
@SLOW
def test_whatever_a_row_holds_it_is_read_or_named(
    tmp_path: Path, what: str, data: st.DataObject
) -> None:
    name, row = ROWS[what]
    rows: list[Row] = rows_of(tmp_path, row, changed(row, data), row, format=name)
    good = rows_of(tmp_path, row, format=name)
    assert rows[: len(good)] == good
    assert [one for one in rows if isinstance(one, BadRow) and one.line != 2] == []
    assert not [one for one in talks(rows) if "GOLD" in str(one.turns)]


@pytest.mark.parametrize(
    "what",
    # The others have columns that differ between rows.
    [
        what
        for what, (name, _) in ROWS.items()
        if name not in ("locomo", "personamem", "personalens")
    ],
)
def test_in_parquet_too(tmp_path: Path, what: str) -> None:
    pa = pytest.importorskip("pyarrow", reason="needs pyarrow (pip install 'recenter[corpus]')")
    pq = pytest.importorskip("pyarrow.parquet")
    row = ROWS[what][1]
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "rows")
    assert talks(read(tmp_path / "rows")) == talks(rows_of(tmp_path, row))
    assert told(read(tmp_path / "rows")) == told(rows_of(tmp_path, row))


def test_a_dialogue_alone_and_several_in_an_array(tmp_path: Path) -> None:
    (tmp_path / "one").write_text(json.dumps(DIALOGUE, indent=1))
    (one,) = read(tmp_path / "one")
    assert isinstance(one, Conversation)
    assert [turn.role for turn in one.turns] == ["user", "assistant", "user"]
    (tmp_path / "many").write_text(json.dumps([DIALOGUE, DIALOGUE[:2]]))
    first, second = read(tmp_path / "many")
    assert isinstance(second, Conversation)
    assert first == one
    assert second.person != one.person, "strangers are never taken for one person"
    (tmp_path / "cut").write_bytes(msgspec.json.encode(DIALOGUE)[:-1])
    *good, bad = read(tmp_path / "cut")
    assert isinstance(bad, BadRow)
    assert len(good) == 1


def test_rows_without_a_conversation_say_so(tmp_path: Path) -> None:
    for what in ("prefeval stated", "personalens profile"):
        rows = rows_of(tmp_path, ROWS[what][1])
        assert [one.reason for one in rows if isinstance(one, SkippedRow)] == ["no_conversation"]
        assert talks(rows) == []
