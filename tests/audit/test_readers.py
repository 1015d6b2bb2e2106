"""Every format of memory stores is told by its fields, and read to the same few."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recenter.audit.read import read_export
from recenter.audit.record import Export
from recenter.errors import InputError, UnknownFormatError
from recenter.records import Turn


def export_of(path: Path, data: Any) -> Export:
    path.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
    return read_export(path)


MEMORY = {
    "id": "a",
    "memory": "Likes tea.",
    "user_id": "robin",
    "created_at": "2026-01-02T03:04:05-07:00",
    "updated_at": None,
    "metadata": {"x": 1},
}


@pytest.mark.parametrize(
    "data",
    [
        {"results": [MEMORY], "relations": []},
        [MEMORY],
        {"memories": [MEMORY]},
        json.dumps(MEMORY) + "\n" + json.dumps(MEMORY) + "\n",
    ],
)
def test_reads_mem0(tmp_path: Path, data: Any) -> None:
    read = export_of(tmp_path / "m", data)
    assert read.format == "mem0"
    first = read.entries[0]
    assert (first.id, first.text, first.owner) == ("a", "Likes tea.", "robin")
    assert first.at == "2026-01-02T10:04:05Z"
    assert [entry.line for entry in read.entries] == [1, 2][: len(read.entries)]


def test_reads_the_messages_that_mem0_keeps_beside_an_entry(tmp_path: Path) -> None:
    row = MEMORY | {"messages": [{"role": "user", "content": "I like tea."}, {"content": None}]}
    (entry,) = export_of(tmp_path / "m", {"results": [row]}).entries
    assert entry.turns == (Turn(role="user", text="I like tea."),)


PROFILE = {
    "id": "p",
    "content": "Tea",
    "attributes": {"topic": "interest", "sub_topic": "drinks"},
    "created_at": "2026-01-02T03:04:05",
}
EVENT = {
    "id": "e",
    "event_data": {
        "event_tip": "User had tea.",
        "profile_delta": [{"content": "Cake", "attributes": {"topic": "food", "sub_topic": ""}}],
    },
    "created_at": "2026-01-02T03:04:05",
}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"data": {"profiles": [PROFILE]}, "errno": 0}, [("Tea", "interest/drinks")]),
        ([{"topic": "a", "sub_topic": "b", "content": "Tea"}], [("Tea", "a/b")]),
        ({"a": {"b": {"content": "Tea", "id": "1"}}}, [("Tea", "a/b")]),
        (
            {"profiles": [PROFILE], "events": [EVENT]},
            [("Tea", "interest/drinks"), ("User had tea.", "event"), ("Cake", "food")],
        ),
    ],
)
def test_reads_memobase(tmp_path: Path, data: Any, found: list[tuple[str, str]]) -> None:
    read = export_of(tmp_path / "m.json", data)
    assert read.format == "memobase"
    assert [(entry.text, entry.topic) for entry in read.entries] == found


HUMAN = {"label": "human", "value": "Name: Ada\n- Likes tea. Works at night.", "limit": 2000}
PERSONA = {"label": "persona", "value": "I am a helpful agent.", "limit": 2000}


@pytest.mark.parametrize(
    "data", [{"blocks": [HUMAN, PERSONA], "agents": []}, [HUMAN, PERSONA], {"core_memory": [HUMAN]}]
)
def test_reads_letta_blocks_but_not_what_the_agent_is(tmp_path: Path, data: Any) -> None:
    read = export_of(tmp_path / "m.af", data)
    assert read.format == "letta"
    assert [entry.text for entry in read.entries] == ["Name: Ada", "Likes tea.", "Works at night."]
    own = (
        {"block of the agent itself": 1}
        if PERSONA in (data if isinstance(data, list) else data.get("blocks", ()))
        else {}
    )
    assert read.left_out == own


@pytest.mark.parametrize(
    "data",
    [
        {"memories": [{"id": "1", "content": "Likes tea."}, {"id": "2", "content": "Is tall."}]},
        ["Likes tea.", "Is tall."],
        "Model Set Context:\n1. [2025-05-02]. Likes tea.\n\n2. Is tall.\n",
        "- Likes tea.\n- Is tall.",
    ],
)
def test_reads_chatgpt(tmp_path: Path, data: Any) -> None:
    read = export_of(tmp_path / "m", data)
    assert read.format == "chatgpt"
    assert [entry.text for entry in read.entries] == ["Likes tea.", "Is tall."]


def test_reads_the_day_of_a_copied_line(tmp_path: Path) -> None:
    read = export_of(tmp_path / "m", "1. [2025-05-02]. Likes tea.\n2. [2025-99-99]. Is tall.\n")
    assert [(e.line, e.at) for e in read.entries] == [(1, "2025-05-02T00:00:00Z"), (2, None)]


NOTE = "**Work context**\n\nAda is a nurse. She works nights.\n\n**Personal**\n\n- Likes tea.\n"


@pytest.mark.parametrize(
    "data",
    [
        [{"conversations_memory": NOTE, "account_uuid": "u"}],
        {"conversations_memory": None, "project_memories": {"x": NOTE}},
        NOTE,
    ],
)
def test_reads_claude(tmp_path: Path, data: Any) -> None:
    read = export_of(tmp_path / "m", data)
    assert read.format == "claude"
    assert [e.text for e in read.entries] == ["Ada is a nurse.", "She works nights.", "Likes tea."]


def test_leaves_out_what_is_empty_and_says_so(tmp_path: Path) -> None:
    read = export_of(tmp_path / "m", {"results": [MEMORY, MEMORY | {"memory": None}]})
    assert len(read.entries) == 1
    assert read.left_out == {"empty": 1}
    assert export_of(tmp_path / "m", {"results": []}).entries == ()


@pytest.mark.parametrize(
    ("data", "line", "field"),
    [
        ({"results": [MEMORY, MEMORY | {"memory": 5}]}, 2, "memory"),
        ({"results": [MEMORY | {"created_at": "soon"}]}, 1, "created_at"),
        ({"results": [MEMORY, "text"]}, 2, None),
        ({"results": [MEMORY | {"messages": {}}]}, 1, "messages"),
        (json.dumps(MEMORY) + "\n\n" + json.dumps(MEMORY | {"id": []}) + "\n", 3, "id"),
        (json.dumps(MEMORY) + "\n{broken\n", 2, None),
        ({"profiles": [PROFILE | {"attributes": []}, PROFILE]}, 1, "attributes"),
        ({"blocks": [HUMAN | {"value": ["x"]}]}, 1, "value"),
        (
            {"events": [EVENT | {"event_data": {"profile_delta": [1]}}]},
            1,
            "event_data.profile_delta[0]",
        ),
        ('{"results": [\n{"memory": }]}', 2, None),
    ],
)
def test_refuses_a_wrong_field_by_file_line_and_field(
    tmp_path: Path, data: Any, line: int, field: str | None
) -> None:
    with pytest.raises(InputError) as refused:
        export_of(tmp_path / "bad.json", data)
    assert refused.value.file == str(tmp_path / "bad.json")
    assert (refused.value.line, refused.value.field) == (line, field)


@pytest.mark.parametrize("data", [{"a": 1}, [1, 2], {"messages": []}, [{"role": "user"}]])
def test_refuses_what_holds_no_memories(tmp_path: Path, data: Any) -> None:
    with pytest.raises(UnknownFormatError, match="no memories"):
        export_of(tmp_path / "m", data)


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"PK\x03\x04rest", "archive"), (b"\xff\xfea\x00", "UTF-8"), (b"ok\n\xe4\n", "line 2")],
)
def test_refuses_what_is_no_text(tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / "m").write_bytes(data)
    with pytest.raises(InputError, match=told):
        read_export(tmp_path / "m")


def test_refuses_what_is_not_there_or_nested_too_deeply(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_export(tmp_path / "none")
    with pytest.raises(InputError, match="deeply"):
        export_of(tmp_path / "m", "[" * 100_000)
