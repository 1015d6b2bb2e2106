"""An audit as a whole: what it finds, what it cannot know, and whose words count."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from recenter.audit.read import read_export
from recenter.audit.run import audit
from recenter.models.embedded import Minilm
from recenter.progress import Silent
from tests.audit.made import AS_OF, made, rows, talk


def test_finds_a_fault_of_each_kind(tmp_path: Path) -> None:
    done = made(tmp_path, [talk("I like Honeybadger comics.", "I take insulin.")])
    assert {name: count for name, count in done.counts.items() if not count} == {}
    assert done.clean == 1
    assert [finding.fault for finding in done.faults[0] + done.faults[1]] == ["duplicate"]


def test_without_conversations_support_is_not_checked(tmp_path: Path) -> None:
    done = made(tmp_path)
    assert done.counts["unsupported"] is None
    assert not any(done.checked)
    none = made(tmp_path, [])
    assert none.counts["unsupported"] == sum(none.checked) > 0


def test_the_messages_of_an_entry_are_looked_in_without_others(tmp_path: Path) -> None:
    said, unsaid, bare = rows()[:3]
    said["messages"] = [{"role": "user", "content": "I like Honeybadger comics."}]
    unsaid |= {"memory": "User sails.", "messages": [{"role": "assistant", "content": "Sail!"}]}
    path = tmp_path / "m.json"
    path.write_text(json.dumps([said, unsaid, bare]), "utf-8")
    done = audit(read_export(path), Minilm(), Silent(), as_of=AS_OF)
    assert done.checked == (True, True, False)
    assert done.counts["unsupported"] == 1


def test_each_owner_is_held_to_their_own_conversations(tmp_path: Path) -> None:
    mine, theirs, lost = ({**rows()[0], "user_id": user} for user in ("p", "q", "r"))
    path = tmp_path / "m.json"
    path.write_text(json.dumps([mine, theirs, lost]), "utf-8")
    one = talk("I like Honeybadger comics.")
    other = msgspec.structs.replace(talk("I sail."), id="d", person="q")
    done = audit(
        read_export(path),
        Minilm(),
        Silent(),
        as_of=AS_OF,
        conversations=[one, other],
        is_of=lambda owner, told: told.person == owner,
    )
    assert done.checked == (True, True, False)
    assert [finding.entry for finding in done.findings if finding.fault == "unsupported"] == [1]


def test_an_empty_store_is_clean(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"results": []}')
    done = audit(
        read_export(tmp_path / "m.json"), Minilm(), Silent(), as_of=AS_OF, conversations=[]
    )
    assert (done.findings, done.clean) == ((), 0)
