"""A copy of an export holds all that was not dropped, and nothing that was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.audit.document import without
from recenter.audit.read import read_export

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
JSON = st.recursive(st.none() | st.booleans() | st.integers() | WORDS, st.lists, max_leaves=5)
ROWS = st.lists(
    st.fixed_dictionaries({"memory": st.none() | WORDS, "id": WORDS, "metadata": JSON}),
    min_size=1,
    max_size=8,
)


@given(rows=ROWS, chosen=st.sets(st.integers(0, 7)), lines=st.booleans())
def test_of_items_what_stays_is_what_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], chosen: set[int], lines: bool
) -> None:
    path = tmp_path_factory.mktemp("m") / "m"
    if lines:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    else:
        path.write_text(json.dumps({"results": rows, "other": [1]}), "utf-8")
    read = read_export(path)
    dropped = [entry for n, entry in enumerate(read.entries) if n in chosen]
    gone = {entry.line - 1 for entry in dropped}
    written = without(read.document, dropped)
    kept = [row for n, row in enumerate(rows) if n not in gone]
    if lines:
        assert [json.loads(line) for line in written.split("\n")[:-1]] == kept
    else:
        assert json.loads(written) == {"results": kept, "other": [1]}


@given(said=st.lists(st.text("abc é.!*-", max_size=20), max_size=8), data=st.data())
def test_of_a_note_only_what_is_dropped_goes(
    tmp_path_factory: pytest.TempPathFactory, said: list[str], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("m") / "m"
    path.write_text("# About Ada\n" + "\n".join(said), "utf-8")
    read = read_export(path)
    assert without(read.document, ()) == path.read_text("utf-8")
    dropped = (
        data.draw(st.lists(st.sampled_from(read.entries), unique_by=lambda e: e.cut))
        if read.entries
        else []
    )
    path.write_text(without(read.document, dropped), "utf-8")
    left = [entry.text for entry in read.entries if entry not in dropped]
    assert [entry.text for entry in read_export(path).entries] == left


def test_lines_that_stay_keep_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "m"
    lines = ['{"memory":  "a" ,"n":1.0}', '{"memory": "b"}', '{"memory": "\\u00e9"}']
    path.write_text("\n".join(lines), "utf-8")
    read = read_export(path)
    assert without(read.document, [read.entries[1]]) == f"{lines[0]}\n{lines[2]}\n"


def test_blocks_and_events_lose_only_what_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_text(json.dumps({"blocks": [{"label": "human", "value": "One.\nTwo. Three."}]}))
    read = read_export(path)
    (block,) = json.loads(without(read.document, read.entries[1:2]))["blocks"]
    assert block["value"] == "One.\nThree."
    delta = [{"content": "x"}, {"content": "y"}]
    event = {"event_data": {"event_tip": "tip", "profile_delta": delta}}
    path.write_text(json.dumps({"events": [event]}))
    read = read_export(path)
    (left,) = json.loads(without(read.document, read.entries[:2]))["events"]
    assert left == {"event_data": {"profile_delta": [{"content": "y"}]}}
