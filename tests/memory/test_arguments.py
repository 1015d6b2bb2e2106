"""What is given in another kind is refused in plain words, and never taken for something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recenter.errors import ConfigError, InputError
from recenter.memory import Memory
from tests.memory.test_memory import NURSE, SAID, id_of


@pytest.fixture
def url(tmp_path: Path) -> str:
    # Nothing is asked of the store.
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.mark.parametrize(
    ("verb", "given", "field"),
    [
        ("add", {"messages": SAID, "filters": "ada"}, "filters"),
        ("add", {"messages": SAID, "user_id": "ada", "agent_id": 5}, "agent_id"),
        ("add", {"messages": SAID, "user_id": "ada", "run_id": 5}, "run_id"),
        ("add", {"messages": SAID, "user_id": "ada", "infer": "perhaps"}, "infer"),
        ("add", {"messages": [{"role": "user", "content": 5}], "user_id": "ada"}, "content"),
        ("add", {"messages": [{"role": "user", "content": ["x"]}], "user_id": "ada"}, "content"),
        ("search", {"query": 5, "user_id": "ada"}, "query"),
        ("search", {"query": "x", "user_id": "ada", "threshold": "high"}, "threshold"),
        ("search", {"query": "x", "user_id": "ada", "threshold": 2}, "threshold"),
        ("search", {"query": "x", "user_id": "ada", "top_k": "3"}, "top_k"),
        ("search", {"query": "x", "user_id": "ada", "filters": ["ada"]}, "filters"),
        ("get_all", {"user_id": "ada", "status": "verifed"}, "status"),
        ("get_all", {"user_id": "ada", "limit": 1.5}, "top_k"),
        ("get", {"memory_id": 5}, "memory_id"),
        ("update", {"memory_id": 5, "data": "x"}, "memory_id"),
        ("update", {"memory_id": "KNOWN", "data": 5}, "data"),
        ("update", {"memory_id": "KNOWN", "text": ["x"]}, "data"),
        ("update", {"memory_id": "KNOWN", "metadata": "x"}, "metadata"),
        ("delete", {"memory_id": "KNOWN", "conversations": "some"}, "conversations"),
        ("delete_all", {"user_id": "ada", "dry_run": "maybe"}, "dry_run"),
        ("history", {"memory_id": None}, "memory_id"),
        ("context", {"messages": "x", "user_id": 5}, "user_id"),
        ("context", {"messages": "x", "user_id": "ada", "tokens": "many"}, "tokens"),
        ("context", {"messages": "x", "user_id": "ada", "incognito": "perhaps"}, "incognito"),
        ("learn", {"messages": "x", "user_id": "ada", "incognito": None}, "incognito"),
        ("learn", {"messages": "x", "user_id": "ada", "conversation_id": 5}, "conversation_id"),
        ("choose", {"user_id": "ada", "paused": "perhaps"}, "paused"),
        ("choose", {"user_id": "ada", "keep_days": "7"}, "keep_days"),
        ("answer", {"receipt_id": "x", "yes": "maybe"}, "yes"),
        ("receipt", {"receipt_id": 5}, "receipt_id"),
        ("review", {"memory_id": 5, "said": "approve"}, "memory_id"),
        ("forget_some", {"person": "x", "memory_ids": "KNOWN"}, "memory_ids"),
        ("of_application", {"name": 5}, "application"),
        *((verb, {"user_id": 5}, "user_id") for verb in ("memories", "receipts", "export")),
        *((verb, {"user_id": None}, "user_id") for verb in ("choices", "forget", "end_links")),
    ],
)
def test_what_is_of_another_kind_is_refused_by_name(
    memory: Memory, verb: str, given: dict[str, Any], field: str
) -> None:
    memory.add(SAID, user_id="ada")
    id = id_of(memory, NURSE)
    asked = {name: id if value == "KNOWN" else value for name, value in given.items()}
    before = memory.export("ada")
    with pytest.raises(
        InputError, match=rf"^(messages\[0\]\.)?{field}: .*(must|expected|said|dict)"
    ):
        getattr(memory, verb)(**asked)
    assert memory.export("ada") == before


@pytest.mark.parametrize("config", ["x", 5, ["store"]])
def test_a_config_of_another_kind_is_refused(config: Any) -> None:
    with pytest.raises(ConfigError, match=f"from a dict, got {type(config).__name__}"):
        Memory(config)


@pytest.mark.parametrize("no", [False, "no", "False", "off", "0"])
def test_a_word_for_no_means_no(memory: Memory, no: Any) -> None:
    memory.add(SAID, user_id="ada")
    ask = "How do I sleep better after work?"
    assert memory.context(ask, user_id="ada", incognito=no).decision == "use"
    assert memory.delete_all(user_id="bob", dry_run=no).keys() == {"message", "deleted"}
    assert memory.choose("ada", paused=no).paused is False
    assert memory.choices("ada").paused is False


def test_whose_a_memory_is_is_said_where_it_is_asked(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    id = id_of(memory, NURSE)
    found, of_ada = memory.get(id), memory.get(id, user_id="ada")
    assert found is not None
    assert of_ada is not None
    assert (found["user_id"], of_ada["user_id"]) == (None, "ada")
    assert memory.get(id, user_id="bob") is None


@pytest.mark.parametrize("verb", ["get_all", "delete_all", "search", "add"])
def test_two_people_are_never_asked_for_at_once(memory: Memory, verb: str) -> None:
    memory.add(SAID, user_id="ada")
    more = {"search": {"query": SAID}, "add": {"messages": SAID}}.get(verb, {})
    with pytest.raises(InputError, match="different people"):
        getattr(memory, verb)(user_id="ada", filters={"user_id": "bob"}, **more)
    assert len(memory.get_all(user_id="ada", filters={"user_id": "ada"})["results"]) > 0
